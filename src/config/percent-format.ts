/**
 * Python's `%` formatting of a text against a dictionary, as far as a configuration can meet it: the values are
 * texts and whole numbers. `%(name)s` takes the value, then flags, width, precision and a length letter may stand
 * before the type; `%%` is a percent sign. The steps are in CPython's order (unicode_format_arg), because the order
 * decides which of two mistakes is reported, and a name's value can be used only once per `%(name)`.
 */
import { percentFloat } from './percent-float.ts';
import { printed } from './python-text.ts';

export type FormatValue = string | number;

export type FormatResult =
  | { readonly type: 'done'; readonly text: string }
  | { readonly type: 'unknown name'; readonly name: string }
  | { readonly type: 'malformed'; readonly reason: string };

export interface Conversion {
  type: string;
  flags: Set<string>;
  width: number | undefined;
  precision: number | undefined;
}

class Malformed extends Error {}
class UnknownName extends Error {}

export function percentFormat(text: string, values: ReadonlyMap<string, FormatValue>): FormatResult {
  try {
    return { type: 'done', text: new Formatter(text, values).run() };
  } catch (error) {
    if (error instanceof UnknownName) return { type: 'unknown name', name: error.message };
    if (error instanceof Malformed) return { type: 'malformed', reason: error.message };
    throw error;
  }
}

/** What the next conversion would format: all names at first, the value after `%(name)`, then nothing. */
type Argument = { readonly type: 'names' } | { readonly type: 'value'; readonly value: FormatValue } | undefined;

class Formatter {
  readonly #characters: readonly string[];
  readonly #values: ReadonlyMap<string, FormatValue>;
  #at = 0;
  #argument: Argument = { type: 'names' };

  constructor(text: string, values: ReadonlyMap<string, FormatValue>) {
    this.#characters = Array.from(text);
    this.#values = values;
  }

  run(): string {
    const out: string[] = [];
    while (this.#at < this.#characters.length) {
      const character = this.#characters[this.#at++] ?? '';
      if (character !== '%') out.push(character);
      else if (this.#characters[this.#at] === '%') out.push(this.#characters[this.#at++] ?? '');
      else out.push(this.#format(this.#conversion()));
    }
    return out.join('');
  }

  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new Malformed('incomplete format');
    return character;
  }

  #conversion(): Conversion {
    const conversion: Conversion = { type: '', flags: new Set(), width: undefined, precision: undefined };
    if (this.#characters[this.#at] === '(') this.#takeName();
    let character = this.#next();
    while ('-+ #0'.includes(character)) {
      conversion.flags.add(character);
      character = this.#next();
    }
    if (character === '*') {
      const width = this.#star();
      if (width < 0) conversion.flags.add('-');
      conversion.width = Math.abs(width);
      character = this.#next();
    } else if (isDigit(character)) {
      [conversion.width, character] = this.#number(character, Number.MAX_SAFE_INTEGER, 'width too big');
    }
    if (character === '.') {
      conversion.precision = 0;
      character = this.#next();
      if (character === '*') {
        conversion.precision = Math.max(0, this.#star());
        character = this.#next();
      } else if (isDigit(character)) {
        [conversion.precision, character] = this.#number(character, 2 ** 31 - 1, 'precision too big');
      }
    }
    if (character === 'h' || character === 'l' || character === 'L') character = this.#next();
    conversion.type = character;
    return conversion;
  }

  #takeName(): void {
    const start = ++this.#at;
    for (let depth = 1; depth > 0; ) {
      const character = this.#characters[this.#at++];
      if (character === undefined) throw new Malformed('incomplete format key');
      if (character === ')') depth--;
      else if (character === '(') depth++;
    }
    const name = this.#characters.slice(start, this.#at - 1).join('');
    const value = this.#values.get(name);
    if (value === undefined) throw new UnknownName(name);
    this.#argument = { type: 'value', value };
  }

  #number(first: string, limit: number, tooBig: string): [value: number, next: string] {
    let value = Number(first);
    for (;;) {
      const character = this.#next();
      if (!isDigit(character)) return [value, character];
      value = value * 10 + Number(character);
      if (value > limit) throw new Malformed(tooBig);
    }
  }

  #take(): Exclude<Argument, undefined> {
    const argument = this.#argument;
    if (argument === undefined) throw new Malformed('not enough arguments for format string');
    this.#argument = undefined;
    return argument;
  }

  #star(): number {
    const argument = this.#take();
    if (argument.type === 'value' && typeof argument.value === 'number') return argument.value;
    throw new Malformed('* wants int');
  }

  #format(conversion: Conversion): string {
    const { type } = conversion;
    const argument = this.#take();
    if ('sra'.includes(type)) {
      if (argument.type === 'names') {
        throw new Malformed(`%${type} names nothing: write %(name)s for a value, %%${type} for the text %${type}`);
      }
      return padded(cut(asText(type, argument.value), conversion.precision), conversion);
    }
    if ('diuoxX'.includes(type)) return wholeNumber(argument, conversion);
    if ('eEfFgG'.includes(type)) {
      if (argument.type === 'value' && typeof argument.value === 'number') {
        return signed(percentFloat(argument.value, conversion), '', conversion);
      }
      throw new Malformed(`must be real number, not ${typeName(argument)}`);
    }
    if (type === 'c') return padded(oneCharacter(argument), conversion);
    const code = type.codePointAt(0) ?? 0;
    const shown = code >= 31 && code < 127 ? type : '?';
    throw new Malformed(
      `unsupported format character '${shown}' (0x${code.toString(16)}) at index ${String(this.#at - 1)}`,
    );
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1;
}

function typeName(argument: Exclude<Argument, undefined>): string {
  if (argument.type === 'names') return 'dict';
  return typeof argument.value === 'number' ? 'int' : 'str';
}

function asText(type: string, value: FormatValue): string {
  if (typeof value === 'number') return String(value);
  return type === 's' ? value : printed(value, type === 'a');
}

function cut(text: string, precision: number | undefined): string {
  return precision === undefined ? text : Array.from(text).slice(0, precision).join('');
}

function oneCharacter(argument: Exclude<Argument, undefined>): string {
  if (argument.type === 'value') {
    const { value } = argument;
    if (typeof value === 'string') {
      if (Array.from(value).length === 1) return value;
    } else {
      if (value >= 0 && value <= 0x10ffff) return String.fromCodePoint(value);
      throw new Malformed('%c arg not in range(0x110000)');
    }
  }
  throw new Malformed('%c requires int or char');
}

function wholeNumber(argument: Exclude<Argument, undefined>, conversion: Conversion): string {
  const { type } = conversion;
  if (argument.type === 'names' || typeof argument.value !== 'number') {
    const wanted = 'oxX'.includes(type) ? 'an integer' : 'a real number';
    throw new Malformed(`%${type} format: ${wanted} is required, not ${typeName(argument)}`);
  }
  const base = { o: 8, x: 16, X: 16 }[type] ?? 10;
  const magnitude = Math.abs(argument.value)
    .toString(base)
    .padStart(conversion.precision ?? 0, '0');
  const digits = (argument.value < 0 ? '-' : '') + (type === 'X' ? magnitude.toUpperCase() : magnitude);
  return signed(digits, conversion.flags.has('#') && base !== 10 ? `0${type}` : '', conversion);
}

/** Puts sign, prefix and padding around digits: with `0` the zeros go between the sign and the digits. */
function signed(digits: string, prefix: string, conversion: Conversion): string {
  const negative = digits.startsWith('-');
  const magnitude = prefix + (negative ? digits.slice(1) : digits);
  const sign = negative ? '-' : conversion.flags.has('+') ? '+' : conversion.flags.has(' ') ? ' ' : '';
  const width = conversion.width ?? 0;
  if (conversion.flags.has('0') && !conversion.flags.has('-')) {
    return sign + prefix + magnitude.slice(prefix.length).padStart(width - sign.length - prefix.length, '0');
  }
  return padded(sign + magnitude, conversion);
}

function padded(text: string, conversion: Conversion): string {
  const missing = (conversion.width ?? 0) - Array.from(text).length;
  if (missing <= 0) return text;
  return conversion.flags.has('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}
