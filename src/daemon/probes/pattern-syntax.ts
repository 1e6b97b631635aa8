/**
 * Reads a regular expression of the kind that can be matched without trying again (see line-pattern.ts): characters,
 * `.`, classes, `\d \w \s \b` and their opposites, groups, `|`, `* + ? {2,5}` also lazy, `^ $`, and `(?i)` in front.
 * What looks back at earlier text (`\1`, lookaround) is refused. A brace that begins no count is itself: logs are JSON.
 */

export type PatternNode =
  | { readonly type: 'character'; has(character: string): boolean }
  | { readonly type: 'assertion'; readonly at: Assertion }
  | { readonly type: 'sequence' | 'choice'; readonly nodes: readonly PatternNode[] }
  /** `max` may be Infinity. */
  | { readonly type: 'repeat'; readonly node: PatternNode; readonly min: number; readonly max: number };

export type Assertion = 'start' | 'end' | 'word' | 'notWord';

type CharacterTest = (character: string) => boolean;

/** What is wrong with an expression, as the second half of a sentence. */
export class PatternError extends Error {}

const maxCount = 1000;
const isWord: CharacterTest = (character) => /^\w$/.test(character);
const classes: Readonly<Record<string, CharacterTest>> = {
  d: (character) => character >= '0' && character <= '9',
  w: isWord,
  s: (character) => /^\s$/.test(character),
};
const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v', 0: '\0' };

/** @throws PatternError */
export function parsePattern(source: string): PatternNode {
  const isCaseless = source.startsWith('(?i)');
  return new Parser(isCaseless ? source.slice('(?i)'.length) : source, isCaseless).parse();
}

class Parser {
  readonly #characters: readonly string[];
  readonly #isCaseless: boolean;
  #at = 0;
  #depth = 0;

  constructor(source: string, isCaseless: boolean) {
    this.#characters = Array.from(source);
    this.#isCaseless = isCaseless;
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (this.#peek() === ')') throw new PatternError('a ")" closes no group');
    return node;
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #take(text: string): boolean {
    if (this.#characters.slice(this.#at, this.#at + text.length).join('') !== text) return false;
    this.#at += text.length;
    return true;
  }

  #choice(): PatternNode {
    const nodes = [this.#sequence()];
    while (this.#take('|')) nodes.push(this.#sequence());
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { type: 'choice', nodes };
  }

  #sequence(): PatternNode {
    const nodes: PatternNode[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      nodes.push(this.#repeated(this.#atom()));
    }
    return { type: 'sequence', nodes };
  }

  #repeated(node: PatternNode): PatternNode {
    const counts = this.#counts();
    if (counts === undefined) return node;
    if (node.type === 'assertion') throw new PatternError('there is nothing to repeat before a repetition');
    this.#take('?'); // as short as possible or as long as possible: whether there is a match is the same
    if (this.#peek() === '+') throw new PatternError('a possessive repetition is not known here');
    return { type: 'repeat', node, ...counts };
  }

  #counts(): { min: number; max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#take('?')) return { min: 0, max: 1 };
    const found = this.#countInBraces();
    if (found === undefined) return undefined;
    this.#at += found.length;
    return { min: found.min, max: found.max };
  }

  #countInBraces(): { min: number; max: number; length: number } | undefined {
    if (this.#peek() !== '{') return undefined;
    const rest = this.#characters.slice(this.#at, this.#at + 16).join('');
    const [whole, first, comma, last] = /^\{(\d+)(,?)(\d*)\}/.exec(rest) ?? [];
    if (whole === undefined || (comma === '' && last !== '')) return undefined;
    const min = Number(first);
    const max = comma === '' ? min : last === '' ? Number.POSITIVE_INFINITY : Number(last);
    if (max < min) throw new PatternError(`the counts in "${whole}" are the wrong way round`);
    if (min > maxCount || (Number.isFinite(max) && max > maxCount)) {
      throw new PatternError(`the count in "${whole}" is over ${maxCount}`);
    }
    return { min, max, length: whole.length };
  }

  #atom(): PatternNode {
    if (this.#countInBraces() !== undefined) throw new PatternError('there is nothing to repeat before a repetition');
    const character = this.#characters[this.#at++] ?? '';
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '.':
        return { type: 'character', has: (one) => !/^[\n\r\u2028\u2029]$/.test(one) };
      case '^':
        return { type: 'assertion', at: 'start' };
      case '$':
        return { type: 'assertion', at: 'end' };
      case '*':
      case '+':
      case '?':
        throw new PatternError('there is nothing to repeat before a repetition');
      default:
        return this.#characterNode((one) => one === character);
    }
  }

  #group(): PatternNode {
    if (this.#peek() === '?' && !this.#take('?:') && !this.#takeName()) {
      throw new PatternError('of groups that begin with "(?" only "(?:" and "(?<name>" are known, and "(?i)" in front');
    }
    if (++this.#depth > 100) throw new PatternError('groups are nested too deeply');
    const node = this.#choice();
    if (!this.#take(')')) throw new PatternError('a "(" is not closed');
    this.#depth -= 1;
    return node;
  }

  #takeName(): boolean {
    const [whole] = /^\?<[A-Za-z_]\w*>/.exec(this.#characters.slice(this.#at, this.#at + 80).join('')) ?? [];
    this.#at += whole?.length ?? 0;
    return whole !== undefined;
  }

  #escape(): PatternNode {
    if (this.#take('b')) return { type: 'assertion', at: 'word' };
    if (this.#take('B')) return { type: 'assertion', at: 'notWord' };
    const found = this.#escaped();
    return this.#characterNode(typeof found === 'string' ? (one) => one === found : found);
  }

  /** What stands behind a backslash: one character, or a class of them. */
  #escaped(): string | CharacterTest {
    const letter = this.#characters[this.#at++];
    if (letter === undefined) throw new PatternError('there is nothing behind the last "\\"');
    const known = classes[letter];
    if (known !== undefined) return known;
    const opposite = letter === letter.toUpperCase() ? classes[letter.toLowerCase()] : undefined;
    if (opposite !== undefined) return (one) => !opposite(one);
    const control = controls[letter];
    if (control !== undefined) return control;
    if (letter === 'x' || letter === 'u') {
      const digits = this.#characters.slice(this.#at, this.#at + (letter === 'x' ? 2 : 4)).join('');
      if (!/^([\da-f]{2}|[\da-f]{4})$/i.test(digits)) throw new PatternError(`"\\${letter}" needs its hex digits`);
      this.#at += digits.length;
      return String.fromCodePoint(Number.parseInt(digits, 16));
    }
    if (/^\d$/.test(letter)) throw new PatternError(`"\\${letter}" refers back, which can take for ever to match`);
    if (/^[A-Za-z]$/.test(letter)) throw new PatternError(`"\\${letter}" is not known`);
    return letter;
  }

  #class(): PatternNode {
    const isNegated = this.#take('^');
    const tests: CharacterTest[] = [];
    if (this.#peek() === ']') throw new PatternError('the class "[]" is empty; a "]" in it is written "\\]"');
    while (!this.#take(']')) {
      const from = this.#classMember();
      const isRange = this.#peek() === '-' && this.#characters[this.#at + 1] !== ']';
      if (!isRange) {
        tests.push(typeof from === 'string' ? (one) => one === from : from);
        continue;
      }
      this.#at += 1;
      const to = this.#classMember();
      if (typeof from !== 'string' || typeof to !== 'string') throw new PatternError('a range needs two characters');
      const [low, high] = [codeOf(from), codeOf(to)];
      if (low > high) throw new PatternError(`the range "${from}-${to}" is the wrong way round`);
      tests.push((one) => codeOf(one) >= low && codeOf(one) <= high);
    }
    return this.#characterNode((one) => tests.some((test) => test(one)), isNegated);
  }

  #classMember(): string | CharacterTest {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new PatternError('a "[" is not closed');
    if (character !== '\\') return character;
    return this.#take('b') ? '\b' : this.#escaped();
  }

  #characterNode(test: CharacterTest, isNegated = false): PatternNode {
    const has: CharacterTest = this.#isCaseless
      ? (one) => test(one) || test(one.toLowerCase()) || test(one.toUpperCase())
      : test;
    return { type: 'character', has: isNegated ? (one) => !has(one) : has };
  }
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
