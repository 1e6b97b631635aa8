import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';

/** What became of reading a configuration file. A byte order mark is part of the text, as in Python. */
export type TextFile =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'missing' }
  | { readonly type: 'unreadable'; readonly why: string }
  /** Not UTF-8: `byte` is where the first character that is none begins, `why` is Python's word for it. */
  | {
      readonly type: 'undecodable';
      readonly byte: number;
      readonly offset: number;
      readonly line: number;
      readonly why: string;
    };

/** Reads a file as UTF-8 text, never throws. */
export function readTextFile(path: string): TextFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    // A directory, say, exists but cannot be read; a dangling link does not exist.
    return existsSync(path) ? { type: 'unreadable', why: String(error) } : { type: 'missing' };
  }
  return decodeText(bytes);
}

/** Decodes UTF-8 strictly. */
export function decodeText(bytes: Uint8Array): TextFile {
  // Not TextDecoder: making one takes a control command that runs for 30 ms half of one.
  if (isUtf8(bytes)) {
    return { type: 'text', text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8') };
  }
  const offset = validLength(bytes);
  const line = bytes.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1;
  const byte = bytes[offset] ?? 0;
  return { type: 'undecodable', byte, offset, line, why: whyUndecodable(byte, offset === bytes.length - 1) };
}

function whyUndecodable(byte: number, isLast: boolean): string {
  if (byte < 0xc2 || byte > 0xf4) return 'invalid start byte';
  return isLast ? 'unexpected end of data' : 'invalid continuation byte';
}

/** How many bytes from the start are whole characters: found by halves, `isUtf8` being quick. */
function validLength(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = characterStart(bytes, (good + bad) >> 1, good);
    if (middle <= good) break;
    if (isUtf8(bytes.subarray(good, middle))) good = middle;
    else bad = middle;
  }
  // A few bytes are left between: step character by character.
  for (let end = good + 1; end <= bytes.length && end <= good + 4; ) {
    if (isUtf8(bytes.subarray(good, end))) {
      good = end;
      end = good + 1;
    } else end++;
  }
  return good;
}

function characterStart(bytes: Uint8Array, at: number, least: number): number {
  let start = at;
  while (start > least && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  return start;
}
