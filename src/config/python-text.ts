/**
 * What Python means by white space, by a number and by the printed form of a text. Supervisor's files, its
 * refusals and its order of names all follow Python's rules, and JavaScript's differ in small ways: `trim`
 * takes a byte order mark away, `Number` reads `1e3`, `<` orders by UTF-16 units.
 */

/** `str.isspace`: unlike `\s`, with the four separators and without the byte order mark. */
const spaces = '\\t\\n\\v\\f\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const oneSpace = new RegExp(`[${spaces}]`);

export function isSpace(character: string): boolean {
  return character > ' ' && character < '\x7f' ? false : oneSpace.test(character);
}

/** `str.strip()`. Walks inwards from both ends: an expression with `+$` takes quadratic time. */
export function strip(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text.charAt(start))) start++;
  return stripEnd(start === 0 ? text : text.slice(start));
}

/** `str.rstrip()`. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** `str.split()`: the words between any white space. */
export function words(text: string): string[] {
  return text.split(new RegExp(`[${spaces}]+`)).filter((word) => word !== '');
}

/** Orders by code point, as Python orders text. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // A pair of surrogates stands for a code point above every single unit.
  const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
  if (at === a.length || at === b.length) return a.length - b.length;
  return rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
}

/** Orders paths by their bytes in UTF-8, which is the order of their code points. */
export function sortedText(texts: Iterable<string>): string[] {
  return [...texts].sort(compareText);
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const unprintable = /[\p{C}\p{Z}]/u;

/** `repr(text)`: in single quotes unless it holds one and no double quote. */
export function printed(text: string, asciiOnly = false): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const escaped = escapes[character];
    if (character === quote) out += `\\${quote}`;
    else if (escaped !== undefined) out += escaped;
    else if (code === 0x20 || (code > 0x20 && code < 0x7f)) out += character;
    else if ((asciiOnly && code > 0x7e) || unprintable.test(character)) out += escapedCode(code);
    else out += character;
  }
  return out + quote;
}

function escapedCode(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** The decimal digits of every script, as `int` reads them: each run of digits counts from its zero. */
function digitOf(character: string): string {
  if (!/\p{Nd}/u.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  let zero = code;
  while (zero > 0 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((code - zero) % 10);
}

/** More digits than this are refused by Python itself. */
const maxDigits = 4300;

/**
 * `int(text)` or `int(text, 8)`: a sign, blanks around, `_` between digits, for base 8 also `0o`. Undefined where
 * Python refuses. There is no range: numbers above 2^53 lose their last digits here.
 */
export function pythonInteger(text: string, base: 8 | 10 = 10): number | undefined {
  const ascii = /^[\x20-\x7f]*$/.test(text) ? text : Array.from(text, digitOf).join('');
  const form = base === 8 ? /^([+-]?)(?:0[oO]_?)?([0-7]+(?:_[0-7]+)*)$/ : /^([+-]?)([0-9]+(?:_[0-9]+)*)$/;
  const match = form.exec(strip(ascii));
  const digits = match?.[2]?.replaceAll('_', '');
  if (digits === undefined || (base === 10 && digits.length > maxDigits)) return undefined;
  const value = Math.min(base === 8 ? Number.parseInt(digits, 8) : Number(digits), Number.MAX_VALUE);
  return match?.[1] === '-' && value !== 0 ? -value : value;
}
