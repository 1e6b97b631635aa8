/**
 * Python's way to show a value, for the few texts of Supervisor that contain it: `'cat' stdout output:`,
 * `Undecodable: b'\x88\n'`.
 */

const shortEscapes: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

const hexDigits = Buffer.from('0123456789abcdef');
const backslash = 0x5c;
const sliceBytes = 4096;
/** Each byte becomes four at most. */
const scratch = Buffer.allocUnsafeSlow(4 * sliceBytes);

/**
 * `repr(bytes)`: `b'...'`, in double quotes if there are single and no double ones inside. Made in a Buffer: a string
 * that is put together letter by letter takes tens of times its length for as long as somebody keeps it.
 */
export function pythonBytesRepr(bytes: Uint8Array): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'";
  const shown = [`b${quote}`];
  for (let from = 0; from < bytes.length; from += sliceBytes) {
    shown.push(escaped(bytes.subarray(from, from + sliceBytes), quote.charCodeAt(0)));
  }
  shown.push(quote);
  return shown.join('');
}

function escaped(bytes: Uint8Array, quote: number): string {
  let at = 0;
  for (const byte of bytes) {
    const short = shortEscapes[byte];
    if (short !== undefined) {
      scratch[at++] = backslash;
      scratch[at++] = short.charCodeAt(1);
    } else if (byte >= 0x20 && byte < 0x7f) {
      if (byte === quote) scratch[at++] = backslash;
      scratch[at++] = byte;
    } else {
      scratch[at++] = backslash;
      scratch[at++] = 0x78; // x
      scratch[at++] = hexDigits[byte >> 4] ?? 0;
      scratch[at++] = hexDigits[byte & 15] ?? 0;
    }
  }
  return scratch.toString('latin1', 0, at);
}

/** `repr(str)`: printable characters stay, also those beyond ASCII. */
export function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let shown = quote;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const short = shortEscapes[point];
    if (short !== undefined) shown += short;
    else if (character === quote) shown += `\\${quote}`;
    else if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) shown += character;
    else if (point < 0x100) shown += `\\x${point.toString(16).padStart(2, '0')}`;
    else if (point < 0x10000) shown += `\\u${point.toString(16).padStart(4, '0')}`;
    else shown += `\\U${point.toString(16).padStart(8, '0')}`;
  }
  return shown + quote;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that Supervisor makes of a program's output: UTF-8, or `Undecodable:` and the bytes' repr. */
export function decodedOutput(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return `Undecodable: ${pythonBytesRepr(bytes)}`;
  }
}

/**
 * How many bytes at the end of `bytes` are the start of a character whose rest is still to come (0 to 3), so that a
 * text cut by a read is not called undecodable.
 */
export function unfinishedCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}
