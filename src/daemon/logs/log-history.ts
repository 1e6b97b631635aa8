/**
 * What has been written to logs since a time, as far as this daemon knows: see log-times.ts for what it notes of those
 * that it writes. Of others the time of the last change is all that there is. What has been rotated away is not looked
 * into, only noticed.
 */
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { LogTimes } from './log-times.ts';

/** So many logs are remembered at most, those that are closed among them. */
const MAX_LOGS = 5000;
/** The file's clock ticks a few times in a hundredth of a second. */
const FILE_CLOCK_MS = 10;
/** A line is looked for so far back. */
const MAX_LINE_BYTES = 64 * 1024;

export interface LogSince {
  /** Where to begin: the beginning of a line, all of which may have been written earlier. */
  readonly offset: number;
  /** Something of that time is in the file that was rotated away last. */
  readonly isCut: boolean;
}

export class LogHistory {
  readonly #now: () => number;
  readonly #times = new Map<string, LogTimes>();

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The log has so many bytes now. */
  note(path: string, size: number): void {
    let times = this.#times.get(path);
    if (times === undefined) {
      times = new LogTimes();
      this.#times.set(path, times);
      if (this.#times.size > MAX_LOGS) this.#times.delete(this.#times.keys().next().value ?? path);
    }
    times.note(this.#now(), size);
  }

  /** What was written at `at` (milliseconds since the epoch) or later. */
  since(path: string, at: number): LogSince {
    const stats = statOf(path);
    const isCut = (statOf(`${path}.1`)?.mtimeMs ?? Number.NEGATIVE_INFINITY) >= at;
    if (stats === undefined) return { offset: 0, isCut };
    if (stats.mtimeMs + FILE_CLOCK_MS < at) return { offset: stats.size, isCut };
    const offset = Math.min(this.#times.get(path)?.offsetAt(at) ?? 0, stats.size);
    return { offset: lineStart(path, offset), isCut };
  }
}

function statOf(path: string): { readonly size: number; readonly mtimeMs: number } | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}

function lineStart(path: string, offset: number): number {
  const from = Math.max(0, offset - MAX_LINE_BYTES);
  if (offset === from) return offset;
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const bytes = Buffer.alloc(offset - from);
    const count = readSync(fd, bytes, 0, bytes.length, from);
    return from + bytes.subarray(0, count).lastIndexOf(0x0a) + 1;
  } catch {
    return offset; // whoever reads it will see why
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
