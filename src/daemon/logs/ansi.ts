/**
 * `strip_ansi`: removes colours and cursor movements. Supervisor's rule: from ESC `[` up to and including the first
 * byte out of `HfABCDRsuJKhlpm`; other sequences (titles, OSC) stay. Supervisor applies it to each chunk alone, so that
 * a sequence cut by a read is half shown; here a chunk that ends inside a well-formed sequence waits for its rest.
 */

const escapeByte = 0x1b;
const bracket = 0x5b;
const begin = Buffer.from('\x1b[');
const nothing = Buffer.alloc(0);
/** A sequence longer than this is not one: it is cut where the chunk ends, as Supervisor does. */
const maxHeld = 64;

const isTerminator = new Uint8Array(256);
for (const byte of Buffer.from('HfABCDRsuJKhlpm')) isTerminator[byte] = 1;

export class AnsiStripper {
  #held: Buffer = nothing;

  /** What is left of the next chunk: possibly the chunk itself, possibly nothing. */
  strip(chunk: Buffer): Buffer {
    if (this.#held.length === 0 && chunk.indexOf(escapeByte) < 0) return chunk;
    const data = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const whole = data.length - unfinishedLength(data);
    this.#held = whole === data.length ? nothing : Buffer.from(data.subarray(whole));
    return stripAnsi(data.subarray(0, whole));
  }

  /** The stream has ended: what is left of the last, unfinished sequence. */
  end(): Buffer {
    const rest = stripAnsi(this.#held);
    this.#held = nothing;
    return rest;
  }
}

/** Strips one whole text. */
export function stripAnsi(data: Buffer): Buffer {
  let at = data.indexOf(begin);
  if (at < 0) return data;
  const kept: Buffer[] = [];
  let from = 0;
  while (at >= 0) {
    kept.push(data.subarray(from, at));
    let end = at + begin.length;
    while (end < data.length && isTerminator[data[end] ?? 0] === 0) end += 1;
    from = end + 1;
    at = from < data.length ? data.indexOf(begin, from) : -1;
  }
  if (from < data.length) kept.push(data.subarray(from));
  return Buffer.concat(kept);
}

/** How many bytes at the end are the start of a sequence: ESC, or ESC `[` and only parameter bytes. */
function unfinishedLength(data: Buffer): number {
  const at = data.lastIndexOf(escapeByte);
  const length = data.length - at;
  if (at < 0 || length > maxHeld) return 0;
  if (length === 1) return 1;
  if (data[at + 1] !== bracket) return 0;
  for (let i = at + 2; i < data.length; i += 1) {
    const byte = data[i] ?? 0;
    if (byte < 0x20 || byte > 0x3f) return 0;
  }
  return length;
}
