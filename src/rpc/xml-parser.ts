/**
 * XML-RPC as it is read: calls by the daemon, answers by the control command.
 *
 * saxes makes tokens of the text, this file makes values of the tokens. What comes in is taken for hostile: there is
 * no DTD and so no entity but XML's own five and character references; levels and elements are counted and limited;
 * names of members are never looked up on a prototype. Whatever is wrong is an answer (`Malformed`), no exception.
 *
 * What is understood is what Supervisor's own parser understands (its unit tests pin some of it): a bare
 * `<value>text</value>` is a string, `<params>` may be missing, a type may stand without `<value>` around it,
 * `<boolean>` is true for exactly `1`. And a little more: `<i8>` and the like, which Supervisor takes for text.
 */
import { isUtf8 } from 'node:buffer';
import { SaxesParser } from 'saxes';
import { Fault } from './faults.ts';
import { DateTime, Double, isStruct, type XmlRpcValue } from './xml.ts';

/** The text is no XML-RPC, or more of it than we take; `malformed` says why. */
export interface Malformed {
  readonly malformed: string;
}

export interface Call {
  readonly methodName: string;
  readonly params: readonly XmlRpcValue[];
}

/** How much a document may hold. */
export interface Limits {
  /** Levels of arrays and structs inside each other. */
  readonly depth: number;
  /** Elements: a value is one or two, a member of a struct four. */
  readonly elements: number;
}

const CALL_LIMITS: Limits = { depth: 64, elements: 400_000 };
// We chose whom we ask: the limit only keeps an endless answer from taking all memory.
const RESPONSE_LIMITS: Limits = { depth: 64, elements: 50_000_000 };

class Refused extends Error {}

function refuse(why: string): never {
  throw new Refused(why);
}

type Reader = (text: string) => XmlRpcValue;

function readInt(text: string): number {
  if (!/^\s*[+-]?[0-9]{1,30}\s*$/.test(text)) refuse(`Expected a whole number, got ${quoted(text)}`);
  return Number(text) + 0; // + 0: minus zero is zero
}

function readDouble(text: string): XmlRpcValue {
  const word = text.trim().toLowerCase();
  const special = /^([+-]?)(nan|inf(?:inity)?)$/.exec(word);
  if (special !== null) {
    if (special[2] === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/.test(word)) {
    refuse(`Expected a number, got ${quoted(text)}`);
  }
  const number = Number(word);
  return Number.isInteger(number) ? new Double(number) : number;
}

function readDateTime(text: string): DateTime {
  const word = text.trim();
  if (!/^[0-9]{4}[01][0-9][0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]$/.test(word)) {
    refuse(`Expected a date like 20261122T17:05:07, got ${quoted(text)}`);
  }
  return new DateTime(word);
}

function readBase64(text: string): string {
  const packed = text.replace(/[^A-Za-z0-9+/=]/g, '');
  if (packed.length % 4 !== 0) refuse('Expected base64, got a text of another length');
  const bytes = Buffer.from(packed, 'base64');
  if (!isUtf8(bytes)) refuse('Expected base64 of UTF-8 text, got other bytes');
  return bytes.toString('utf8');
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['string', (text) => text],
  ['int', readInt],
  ['i4', readInt],
  ['i1', readInt],
  ['i2', readInt],
  ['i8', readInt],
  ['biginteger', readInt],
  ['boolean', (text) => text === '1'],
  ['double', readDouble],
  ['dateTime.iso8601', readDateTime],
  ['base64', readBase64],
]);

/** What an open element has gathered so far. One object for all kinds: they are made by the ten thousand. */
interface Frame {
  readonly tag: string;
  readonly read: Reader | undefined;
  readonly holdsText: boolean;
  text: string;
  /** The values directly inside. */
  values: XmlRpcValue[] | undefined;
  struct: Record<string, XmlRpcValue> | undefined;
  name: string | undefined;
}

const TEXT_HOLDERS: ReadonlySet<string> = new Set(['value', 'name', 'methodName']);
const VALUE_HOLDERS: ReadonlySet<string> = new Set(['params', 'param', 'data', 'value', 'fault']);

/** The document so far; `methodName`, `params` and `fault` are what was found when it ends. */
class Builder {
  methodName: string | undefined;
  params: readonly XmlRpcValue[] | undefined;
  fault: XmlRpcValue | undefined;
  readonly #stack: Frame[] = [];
  readonly #root: string;
  readonly #limits: Limits;
  #depth = 0;
  #elements = 0;

  constructor(root: string, limits: Limits) {
    this.#root = root;
    this.#limits = limits;
  }

  open(tag: string): void {
    const parent = this.#stack.at(-1);
    const read = readers.get(tag);
    if (parent === undefined) {
      if (tag !== this.#root) refuse(`Expected <${this.#root}>, got <${tag}>`);
    } else if (!this.#mayHold(parent, tag, read)) {
      refuse(`Expected no <${tag}> inside <${parent.tag}>`);
    }
    if (tag === 'array' || tag === 'struct') {
      this.#depth++;
      if (this.#depth > this.#limits.depth) refuse(`Expected at most ${this.#limits.depth} levels of values`);
    }
    if (++this.#elements > this.#limits.elements) refuse(`Expected at most ${this.#limits.elements} elements`);
    const holdsText = read !== undefined || TEXT_HOLDERS.has(tag);
    this.#stack.push({ tag, read, holdsText, text: '', values: undefined, struct: undefined, name: undefined });
  }

  #mayHold(parent: Frame, tag: string, read: Reader | undefined): boolean {
    switch (tag) {
      case 'methodName':
      case 'params':
      case 'fault':
        return this.#stack.length === 1;
      case 'param':
        return parent.tag === 'params';
      case 'data':
        return parent.tag === 'array';
      case 'member':
        return parent.tag === 'struct';
      case 'name':
        return parent.tag === 'member';
      case 'value':
        return (VALUE_HOLDERS.has(parent.tag) && parent.tag !== 'value') || parent.tag === 'member';
      case 'array':
      case 'struct':
        return VALUE_HOLDERS.has(parent.tag);
      default:
        return read !== undefined && VALUE_HOLDERS.has(parent.tag);
    }
  }

  text(text: string): void {
    const frame = this.#stack.at(-1);
    // Elsewhere there is nothing but white space between elements.
    if (frame?.holdsText) frame.text = frame.text === '' ? text : frame.text + text;
  }

  close(): void {
    const frame = this.#stack.pop();
    const parent = this.#stack.at(-1);
    if (frame === undefined || parent === undefined) return;
    const value = this.#valueOf(frame);
    if (value === undefined) this.#keep(frame, parent);
    else if (parent.values === undefined) parent.values = [value];
    else parent.values.push(value);
  }

  /** The value that an element stands for; undefined for those that stand for none. */
  #valueOf(frame: Frame): XmlRpcValue | undefined {
    if (frame.read !== undefined) return frame.read(frame.text);
    switch (frame.tag) {
      case 'value':
        return frame.values === undefined ? frame.text : this.#only(frame);
      case 'array':
        this.#depth--;
        return this.#only(frame);
      case 'struct':
        this.#depth--;
        return frame.struct ?? emptyStruct();
      case 'data':
        return frame.values ?? [];
      case 'param':
        return this.#only(frame);
      default:
        return undefined;
    }
  }

  #keep(frame: Frame, parent: Frame): void {
    switch (frame.tag) {
      case 'name':
        parent.name = frame.text;
        break;
      case 'member':
        if (frame.name === undefined) refuse('Expected a <name> in <member>');
        parent.struct ??= emptyStruct();
        parent.struct[frame.name] = this.#only(frame);
        break;
      case 'methodName':
        this.methodName = frame.text;
        break;
      case 'params':
        this.params = frame.values ?? [];
        break;
      default:
        this.fault = this.#only(frame);
    }
  }

  #only(frame: Frame): XmlRpcValue {
    const [value, second] = frame.values ?? [];
    if (value === undefined || second !== undefined) refuse(`Expected one value in <${frame.tag}>`);
    return value;
  }
}

// Without a prototype: `__proto__`, `constructor` and `toString` are names like any other.
function emptyStruct(): Record<string, XmlRpcValue> {
  return Object.create(null) as Record<string, XmlRpcValue>;
}

/** saxes tells of a DTD when it has read all of it, which may be megabytes: this looks before. */
function startsWithDtd(text: string): boolean {
  const at = text.indexOf('<!DOCTYPE');
  return at >= 0 && !/<[A-Za-z_:]/.test(text.slice(0, at));
}

function build(source: string | Buffer, root: string, limits: Limits): Builder | Malformed {
  if (typeof source !== 'string' && !isUtf8(source)) return { malformed: 'Expected UTF-8' };
  const text = typeof source === 'string' ? source : source.toString('utf8');
  if (startsWithDtd(text)) return { malformed: 'Expected no DTD' };
  const builder = new Builder(root, limits);
  const parser = new SaxesParser({ position: false });
  parser.on('error', (error) => refuse(error.message));
  parser.on('doctype', () => refuse('Expected no DTD'));
  parser.on('opentag', (tag) => builder.open(tag.name));
  parser.on('closetag', () => builder.close());
  parser.on('text', (text) => builder.text(text));
  parser.on('cdata', (text) => builder.text(text));
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof Refused) return { malformed: error.message };
    throw error;
  }
  return builder;
}

/** Reads a call. Supervisor answers what is malformed, or has no method name, with HTTP 400. */
export function decodeCall(source: string | Buffer, limits: Limits = CALL_LIMITS): Call | Malformed {
  const document = build(source, 'methodCall', limits);
  if ('malformed' in document) return document;
  const { methodName, params = [] } = document;
  if (methodName === undefined || methodName === '') return { malformed: 'Expected a method name' };
  return { methodName, params };
}

/** Reads an answer: its value, or the refusal it holds. */
export function decodeResponse(source: string | Buffer): { readonly value: XmlRpcValue } | Fault | Malformed {
  const document = build(source, 'methodResponse', RESPONSE_LIMITS);
  if ('malformed' in document) return document;
  if (document.fault !== undefined) return readFault(document.fault);
  const [value] = document.params ?? [];
  return value === undefined ? { malformed: 'Expected a value or a fault' } : { value };
}

function readFault(value: XmlRpcValue): Fault | Malformed {
  const { faultCode, faultString } = (isStruct(value) ? value : {}) as Record<string, XmlRpcValue | undefined>;
  if (typeof faultCode !== 'number' || typeof faultString !== 'string') return { malformed: 'Expected a fault' };
  return Fault.received(faultCode, faultString);
}
