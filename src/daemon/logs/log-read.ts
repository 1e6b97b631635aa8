import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';

/**
 * Parts of a log, as `read*Log` and `tail*Log` answer them (Supervisor's `readFile` and `tailFile`). Offsets and lengths
 * are bytes. Text is UTF-8 with U+FFFD for what is none, also for a character cut at either end, where Supervisor fails
 * with HTTP 500. What XML cannot carry is for whoever writes XML to replace.
 *
 * An answer has at most `maxAnswer` bytes, more than a log of the default 50 MB: a client that gets less than it asked
 * for goes on from there. What is no regular file is not read, as that might wait for ever.
 */

const maxAnswer = 64 * 1024 * 1024;

export type ReadResult =
  | { readonly text: string }
  /** The names of the faults that the caller sends. */
  | { readonly fault: 'NO_FILE' | 'BAD_ARGUMENTS' | 'FAILED' };

export interface TailResult {
  readonly text: string;
  /** The size of the file: where to go on. */
  readonly offset: number;
  readonly overflow: boolean;
}

/** `path` undefined: logging is off. */
export function readLog(path: string | undefined, offset: number, length: number): ReadResult {
  if (path === undefined || !exists(path)) return { fault: 'NO_FILE' };
  return withFile<ReadResult>(path, { fault: 'FAILED' }, (fd, size) => {
    if (offset < 0) {
      if (length !== 0) return { fault: 'BAD_ARGUMENTS' };
      const from = Math.max(0, size + offset);
      return { text: readText(fd, from, Math.min(-offset, size - from)) };
    }
    if (length < 0) return { fault: 'BAD_ARGUMENTS' };
    const rest = Math.max(0, size - offset);
    return { text: readText(fd, offset, length === 0 ? rest : Math.min(length, rest)) };
  });
}

/** Never fails: a log that is missing or off is `['', 0, false]`, one that cannot be read `['', offset, false]`. */
export function tailLog(path: string | undefined, offset: number, length: number): TailResult {
  if (path === undefined || !exists(path)) return { text: '', offset: 0, overflow: false };
  return withFile(path, { text: '', offset, overflow: false }, (fd, size) => {
    const overflow = size > offset + length;
    const isBeyond = !overflow && offset + length > size && offset > size - 1;
    const wanted = isBeyond ? 0 : Math.max(0, length);
    const from = Math.max(0, size - wanted);
    return { text: readText(fd, from, Math.min(wanted, size - from)), offset: size, overflow };
  });
}

function withFile<T>(path: string, otherwise: T, use: (fd: number, size: number) => T): T {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = fstatSync(fd);
    if (stats.isFile()) return use(fd, stats.size);
    return path === '/dev/null' ? use(fd, 0) : otherwise;
  } catch {
    return otherwise;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readText(fd: number, from: number, length: number): string {
  const wanted = Math.min(length, maxAnswer);
  if (wanted <= 0) return '';
  const bytes = Buffer.allocUnsafe(wanted);
  let done = 0;
  while (done < wanted) {
    const count = readSync(fd, bytes, done, wanted - done, from + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.toString('utf8', 0, done);
}

/** As Python's os.path.exists: no also where the way to the file is barred. */
function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
