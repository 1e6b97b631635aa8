import type { XmlRpcValue } from './xml.ts';

/**
 * Reads answers in the layout that Supervisor and we write: no attributes, comments or CDATA, a known order of
 * elements. That is all a control command gets in practice, and reading it so costs a tenth of loading an XML
 * parser. Whatever looks different in any way is left to the parser (`xml-parser.ts`).
 *
 * One thing is more lenient than XML: a control character that Python's server sends raw is taken as it is, so
 * that `tail` can show a coloured log, which Supervisor's own control command refuses to.
 */
export type PlainAnswer =
  | { readonly type: 'value'; readonly value: XmlRpcValue }
  | { readonly type: 'fault'; readonly code: number; readonly text: string };

/** The answer in `text`, or undefined if a parser must read it. */
export function readPlainAnswer(text: string): PlainAnswer | undefined {
  if (text.includes('\r')) return undefined; // XML turns these into line feeds
  try {
    return new Reader(text).answer();
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

const notPlain = new Error('Expected the plain layout');

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

// Reading 100 processes character by character takes a cold JavaScript engine 10 ms, matching this takes one.
const plainMember =
  /<member>\n<name>([a-z_]+)<\/name>\n<value>(?:<string>([^<&]*)<\/string>|<int>(-?\d{1,15})<\/int>)<\/value>\n<\/member>\n/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  answer(): PlainAnswer {
    if (this.#skip('<?xml version=')) this.#upTo('?>');
    this.#expect('<methodResponse>');
    if (this.#skip('<fault>')) {
      const answer = this.#fault(this.#value());
      this.#end('</fault>');
      return answer;
    }
    this.#expect('<params>');
    this.#expect('<param>');
    const value = this.#value();
    this.#expect('</param>');
    this.#end('</params>');
    return { type: 'value', value };
  }

  #fault(value: XmlRpcValue): PlainAnswer {
    const { faultCode, faultString } = value as Record<string, XmlRpcValue | undefined>;
    if (typeof faultCode !== 'number' || typeof faultString !== 'string') throw notPlain;
    return { type: 'fault', code: faultCode, text: faultString };
  }

  #end(tag: string): void {
    this.#expect(tag);
    this.#expect('</methodResponse>');
    this.#skipSpace();
    if (this.#at < this.#text.length) throw notPlain;
  }

  #value(): XmlRpcValue {
    this.#expect('<value>');
    const value = this.#typed();
    this.#expect('</value>');
    return value;
  }

  #typed(): XmlRpcValue {
    if (this.#skip('<string>')) return unescaped(this.#upTo('</string>'));
    if (this.#skip('<int>')) return readInt(this.#upTo('</int>'));
    if (this.#skip('<boolean>')) return this.#upTo('</boolean>') === '1';
    if (this.#skip('<struct>')) return this.#struct();
    this.#expect('<array>');
    this.#expect('<data>');
    const items: XmlRpcValue[] = [];
    while (!this.#skip('</data>')) items.push(this.#value());
    this.#expect('</array>');
    return items;
  }

  #struct(): XmlRpcValue {
    const members: Record<string, XmlRpcValue> = {};
    for (;;) {
      this.#plainMembers(members);
      if (this.#skip('</struct>')) return members;
      this.#expect('<member>');
      this.#expect('<name>');
      const name = unescaped(this.#upTo('</name>'));
      if (name === '__proto__') throw notPlain;
      members[name] = this.#value();
      this.#expect('</member>');
    }
  }

  /** Reads the members from here on that are a single text, number or truth value: almost all there are. */
  #plainMembers(members: Record<string, XmlRpcValue>): void {
    this.#skipSpace();
    plainMember.lastIndex = this.#at;
    for (let match = plainMember.exec(this.#text); match !== null; match = plainMember.exec(this.#text)) {
      members[match[1] ?? ''] = match[2] ?? Number(match[3]) + 0; // + 0: minus zero is zero
      this.#at = plainMember.lastIndex;
    }
  }

  /** The text before `end`, which must hold no other tag. */
  #upTo(end: string): string {
    const at = this.#text.indexOf(end, this.#at);
    if (at < 0) throw notPlain;
    const inside = this.#text.slice(this.#at, at);
    if (inside.includes('<')) throw notPlain;
    this.#at = at + end.length;
    return inside;
  }

  #expect(tag: string): void {
    if (!this.#skip(tag)) throw notPlain;
  }

  #skip(tag: string): boolean {
    this.#skipSpace();
    if (!this.#text.startsWith(tag, this.#at)) return false;
    this.#at += tag.length;
    return true;
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09;
}

function readInt(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw notPlain;
  return Number(text) + 0; // + 0: minus zero is zero
}

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;]*);?/g, (_, name: string) => {
    const decimal = /^#(\d{1,7})$/.exec(name)?.[1];
    const character = decimal === undefined ? entities[name] : characterOf(Number(decimal));
    if (character === undefined) throw notPlain;
    return character;
  });
}

function characterOf(code: number): string | undefined {
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}
