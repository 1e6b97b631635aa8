import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Cancel, Os } from '../os/os.ts';
import type { LogFiles } from './log-files.ts';

/**
 * The source of `/logtail`: the last bytes of a log, then what is added, for as long as the reader wants.
 *
 * It reads the file, so it costs the writer nothing and a slow reader costs no memory. It is told of changes by
 * `LogFiles` when this daemon writes; what others do to the file (or to one that is not open here) is looked for now and
 * then, but only while somebody follows. Beyond Supervisor: a file that has been rotated away is read to its end first.
 */

export interface FollowOptions {
  readonly files: LogFiles;
  readonly os: Pick<Os, 'now' | 'callAt'>;
  /** How much of the end comes first: 1024 for `/logtail` and `/mainlogtail`. */
  readonly headBytes?: number;
  /** Where to begin instead. */
  readonly offset?: number;
}

export interface FollowHandle {
  stop(): void;
  /** No more data until `resume`: the reader's buffer is full. */
  pause(): void;
  resume(): void;
}

const truncated = Buffer.from('==> File truncated <==\n');
const pieceBytes = 64 * 1024;
/** What one turn of the event loop may pass on before others have theirs. */
const turnBytes = 1024 * 1024;
const checkOpenMs = 1_000;
const checkOtherMs = 100;

export class LogFollow {
  readonly #path: string;
  readonly #options: FollowOptions;

  constructor(path: string, options: FollowOptions) {
    this.#path = path;
    this.#options = options;
  }

  /**
   * Data comes later, never during this call. A file that does not exist (yet) is waited for; whether to follow it at
   * all is the caller's to ask first. `onEnd` is called if it cannot be read at all, once, and never after `stop`.
   */
  start(onData: (chunk: Buffer) => void, onEnd: () => void): FollowHandle {
    const follower = new Follower(this.#path, this.#options, onData, onEnd);
    return {
      stop: () => follower.stop(),
      pause: () => follower.pause(),
      resume: () => follower.resume(),
    };
  }
}

class Follower {
  readonly #path: string;
  readonly #files: LogFiles;
  readonly #os: Pick<Os, 'now' | 'callAt'>;
  readonly #onData: (chunk: Buffer) => void;
  readonly #onEnd: () => void;
  readonly #unwatch: () => void;
  #fd: number | undefined;
  #inode = 0;
  #device = 0;
  #position = 0;
  #isPaused = false;
  #isStopped = false;
  #dueAt = 0;
  #cancel: Cancel | undefined;

  constructor(path: string, options: FollowOptions, onData: (chunk: Buffer) => void, onEnd: () => void) {
    this.#path = path;
    this.#files = options.files;
    this.#os = options.os;
    this.#onData = onData;
    this.#onEnd = onEnd;
    this.#unwatch = this.#files.watch(path, () => this.#schedule(0));
    this.#open();
    if (this.#fd !== undefined) {
      const { size } = fstatSync(this.#fd);
      this.#position = Math.min(size, options.offset ?? Math.max(0, size - (options.headBytes ?? 1024)));
    }
    this.#schedule(0);
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#unwatch();
    this.#cancel?.();
    this.#cancel = undefined;
    this.#close();
  }

  pause(): void {
    this.#isPaused = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#schedule(0);
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped || this.#isPaused) return;
    const at = this.#os.now() + delayMs;
    if (this.#cancel !== undefined) {
      if (this.#dueAt <= at) return;
      this.#cancel();
    }
    this.#dueAt = at;
    this.#cancel = this.#os.callAt(at, () => {
      this.#cancel = undefined;
      this.#advance();
    });
  }

  #advance(): void {
    let isMore = false;
    try {
      isMore = this.#read();
    } catch {
      this.stop();
      this.#onEnd();
      return;
    }
    if (isMore) this.#schedule(0);
    else this.#schedule(this.#files.isOpen(this.#path) ? checkOpenMs : checkOtherMs);
  }

  /** Passes on what is new; true if there is more than fits in one turn. */
  #read(): boolean {
    if (this.#fd === undefined) this.#open();
    for (let passed = 0; passed < turnBytes && !this.#isPaused && !this.#isStopped; ) {
      if (this.#fd === undefined) return false;
      const size = fstatSync(this.#fd).size;
      if (size < this.#position) {
        this.#position = 0;
        this.#onData(truncated);
        continue;
      }
      const length = Math.min(pieceBytes, size - this.#position);
      if (length === 0) {
        if (!this.#isReplaced()) return false;
        this.#close();
        this.#open();
        continue;
      }
      const piece = Buffer.allocUnsafe(length);
      const count = readSync(this.#fd, piece, 0, length, this.#position);
      if (count === 0) return false;
      this.#position += count;
      passed += count;
      this.#onData(piece.subarray(0, count));
    }
    return !this.#isPaused && !this.#isStopped;
  }

  /** Another file stands under the path; a path with no file is no reason to leave the one at hand. */
  #isReplaced(): boolean {
    try {
      const { dev, ino } = statSync(this.#path);
      return ino !== this.#inode || dev !== this.#device;
    } catch {
      return false;
    }
  }

  #open(): void {
    try {
      const fd = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
      const stats = fstatSync(fd);
      if (!stats.isFile()) {
        closeSync(fd);
        return;
      }
      this.#fd = fd;
      this.#inode = stats.ino;
      this.#device = stats.dev;
      this.#position = 0;
    } catch {
      // Between two files, or not there yet: looked for again.
    }
  }

  #close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
