import { isUtf8 } from 'node:buffer';

/**
 * Pieces of a log as text. What is no UTF-8 is shown as Supervisor shows it, `Undecodable: b'...'`, but for a
 * character that is cut in two by the border of a piece: its first half waits for the second.
 */
export class LogText {
  #held: Buffer = Buffer.alloc(0);

  /** The text to show now that `piece` has come. */
  add(piece: Buffer): string {
    const bytes = Buffer.concat([this.#held, piece]);
    const end = bytes.length - unfinishedLength(bytes);
    this.#held = bytes.subarray(end);
    return shown(bytes.subarray(0, end));
  }

  /** What is left when nothing comes any more. */
  end(): string {
    const rest = shown(this.#held);
    this.#held = Buffer.alloc(0);
    return rest;
  }
}

function shown(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : `Undecodable: ${bytesRepr(bytes)}`;
}

/** How many bytes at the end begin a character that needs more of them: 0 to 3. */
function unfinishedLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc2 && byte < 0xf5) return back < lengthFrom(byte) ? back : 0;
    if (byte >= 0xc0) return 0; // never part of UTF-8
  }
  return 0;
}

function lengthFrom(lead: number): number {
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

const escapes: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

/** Python's `repr(bytes)`. */
export function bytesRepr(bytes: Uint8Array): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'";
  let inside = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    const isPlain = byte >= 0x20 && byte < 0x7f;
    if (character === quote) inside += `\\${quote}`;
    else inside += escapes[byte] ?? (isPlain ? character : `\\x${byte.toString(16).padStart(2, '0')}`);
  }
  return `b${quote}${inside}${quote}`;
}
