/**
 * Texts as Python's `repr` writes them. Supervisor's messages quote what was given with `%r`, and people's
 * scripts match those messages, so we quote in the same way.
 */

const shortEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `repr(str)`: single quotes unless only single quotes are inside. */
export function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let inside = '';
  for (const character of text) inside += character === quote ? `\\${quote}` : escaped(character);
  return quote + inside + quote;
}

/** `repr(bytes)`: `b'...'`, everything outside printable ASCII as `\xNN`. */
export function bytesRepr(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let inside = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (character === quote) inside += `\\${quote}`;
    else if (code > 0x7e) inside += `\\x${hex(code, 2)}`;
    else inside += escaped(character);
  }
  return `b${quote}${inside}${quote}`;
}

/** Python's `str.split()`: on runs of white space, no empty words. */
export function splitWords(text: string): string[] {
  return text.split(pythonSpaces).filter((word) => word !== '');
}

/** Python's `str.strip()`. */
export function strip(text: string): string {
  return text.replace(leadingSpaces, '').replace(trailingSpaces, '');
}

/** Python's `int(str)`, or undefined where it raises: signs and `1_000` are fine, fractions are not. */
export function readInt(text: string): number | undefined {
  const digits = strip(text);
  return /^[+-]?\d+(_\d+)*$/.test(digits) ? Number(digits.replaceAll('_', '')) : undefined;
}

// What Python calls white space; JavaScript's \s lacks \x1c-\x1f and \x85 and has \ufeff.
const space = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const pythonSpaces = new RegExp(space);
const leadingSpaces = new RegExp(`^${space}`);
const trailingSpaces = new RegExp(`${space}$`);

function escaped(character: string): string {
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (isPrintable(code, character)) return character;
  if (code <= 0xff) return `\\x${hex(code, 2)}`;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function isPrintable(code: number, character: string): boolean {
  if (code < 0x7f) return code >= 0x20;
  return !/[\p{C}\p{Z}]/u.test(character);
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}
