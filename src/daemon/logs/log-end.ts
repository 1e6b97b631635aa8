/**
 * The last lines of what a program has said: out of its log, or, where that is no file (a device, syslog, nothing at
 * all), out of the last few kilobytes, which are kept for that.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Where the output of one stream is. */
export interface OutputEnd {
  readonly path?: string | undefined;
  /** How many bytes of it are of the last run; undefined: whatever is there. */
  readonly written?: number | undefined;
  readonly tail?: OutputTail | undefined;
}

export interface EndLimits {
  /** So far back is looked at all. */
  readonly bytes: number;
  readonly lines: number;
  readonly characters: number;
}

const TAIL_BYTES = 8 * 1024;
const FIRST_BYTES = 1024;

/** The last bytes of a stream, in memory that grows to twice as many and is then used again and again. */
export class OutputTail {
  #buffer = Buffer.alloc(0);
  #length = 0;

  take(chunk: Buffer): true {
    const last = chunk.subarray(Math.max(0, chunk.length - TAIL_BYTES));
    this.#makeRoom(last.length);
    last.copy(this.#buffer, this.#length);
    this.#length += last.length;
    return true;
  }

  end(): void {}

  bytes(): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#length - TAIL_BYTES), this.#length);
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    if (needed > 2 * TAIL_BYTES) {
      this.#length = this.bytes().copy(this.#buffer);
      return;
    }
    const larger = Buffer.alloc(Math.min(2 * TAIL_BYTES, 2 ** Math.ceil(Math.log2(Math.max(FIRST_BYTES, needed)))));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** The oldest first, without empty lines at the end. What cannot be read has none. */
export function lastLinesOf({ path, written, tail }: OutputEnd, limits: EndLimits): string[] {
  const wanted = Math.min(limits.bytes, written ?? limits.bytes);
  if (tail !== undefined) return linesOf(tail.bytes(), tail.bytes().length >= TAIL_BYTES, limits);
  if (path === undefined || wanted <= 0) return [];
  let bytes = endOf(path, wanted);
  // It may have been rotated in the middle of its last words.
  if (bytes.length < wanted && written !== undefined) {
    bytes = Buffer.concat([endOf(`${path}.1`, wanted - bytes.length), bytes]);
  }
  return linesOf(bytes, bytes.length >= wanted && wanted !== written, limits);
}

/** `isCut`: what comes first is the rest of a line. */
export function linesOf(bytes: Buffer, isCut: boolean, { lines: count, characters }: EndLimits): string[] {
  const lines = bytes.toString('utf8').split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  if (isCut && lines.length > 1) lines.shift();
  return lines.slice(-count).map((line) => shortened(line, characters));
}

/** Never half of a surrogate pair. */
function shortened(line: string, characters: number): string {
  if (line.length <= characters) return line;
  const code = line.charCodeAt(characters - 1);
  return line.slice(0, code >= 0xd800 && code <= 0xdbff ? characters - 1 : characters);
}

function endOf(path: string, wanted: number): Buffer {
  let fd: number | undefined;
  try {
    // What is no regular file might keep us waiting.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = fstatSync(fd);
    if (!stats.isFile()) return Buffer.alloc(0);
    const length = Math.min(stats.size, wanted);
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, stats.size - length));
  } catch {
    return Buffer.alloc(0);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
