import { closeSync, constants, fstatSync, ftruncateSync, openSync, type Stats, statSync, unlinkSync } from 'node:fs';
import type { Posix } from '../os/posix.ts';
import { errnoCode } from './errno.ts';
import { renameUnlessMissing, shiftBackups } from './rotation.ts';
import type { WriteTrouble } from './write-trouble.ts';

/**
 * One log in a regular file, written by appending.
 *
 * Promised: nothing here throws or blocks, whatever becomes of the disk or the directory; `fd` is always open. When a
 * new file cannot be opened (rotation, reopening), writing goes on into the old one and opening is tried again at the
 * next write. When the file has been deleted by others it is made anew at the next write; Supervisor would go on
 * writing into nothing until the next rotation.
 *
 * Others may write, truncate (logrotate's copytruncate) or rename the file meanwhile: the write descriptor is O_APPEND
 * and the size is asked for before each write. splice(2) refuses O_APPEND files, so it has a descriptor of its own that
 * is moved to the end each time; between the move and the write another writer's bytes could be overwritten, so a file
 * that is seen to grow by other hands is never spliced into again.
 */

export interface LogLimits {
  /** Zero: never rotated. */
  readonly maxBytes: number;
  readonly backups: number;
}

export type LogPosix = Pick<Posix, 'write' | 'spliceToEnd' | 'setNonBlocking'>;

const spliceAtMost = 1024 * 1024;
const spliceAtLeast = 64 * 1024;

export class RegularLog {
  readonly #path: string;
  readonly #posix: LogPosix;
  readonly #trouble: WriteTrouble;
  readonly #changed: () => void;
  #fd: number;
  #identity: string;
  #spliceFd: number | undefined;
  #canSplice = true;
  #size: number;
  #mustReopen = false;
  /** The backups have moved on, but the log itself has not followed yet. */
  #isShifted = false;

  constructor(path: string, fd: number, stats: Stats, posix: LogPosix, trouble: WriteTrouble, changed: () => void) {
    this.#path = path;
    this.#fd = fd;
    this.#identity = identityOf(stats);
    this.#size = stats.size;
    this.#posix = posix;
    this.#trouble = trouble;
    this.#changed = changed;
  }

  get size(): number {
    return this.#size;
  }

  write(buffer: Uint8Array, start: number, length: number, limits: LogLimits): void {
    if (!this.#prepare()) {
      this.#trouble.dropped(length, this.#trouble.lastError ?? 'ENOENT');
      return;
    }
    let done = 0;
    while (done < length) {
      const written = this.#posix.write(this.#fd, buffer, start + done, length - done);
      if (written <= 0) {
        this.#trouble.dropped(length - done, written === 0 ? 'EIO' : errnoCode(written));
        break;
      }
      done += written;
    }
    this.#grown(done, done === length, limits);
  }

  /**
   * Moves bytes from a pipe into the file inside the kernel. Answers how many, 0 at the end of the stream, or a negative
   * errno: -EAGAIN for an empty pipe, anything else means that this time the bytes must be read and written.
   */
  splice(pipe: number, limits: LogLimits): number {
    if (!this.#canSplice || !this.#prepare()) return -EINVAL;
    if (this.#spliceFd === undefined) {
      try {
        this.#spliceFd = openSync(`/proc/self/fd/${this.#fd}`, constants.O_WRONLY);
      } catch {
        this.#canSplice = false;
        return -EINVAL;
      }
    }
    const room = limits.maxBytes > 0 ? limits.maxBytes - this.#size + spliceAtLeast : spliceAtMost;
    const asked = Math.max(spliceAtLeast, Math.min(spliceAtMost, room));
    const moved = this.#posix.spliceToEnd(pipe, this.#spliceFd, asked);
    if (moved > 0) this.#grown(moved, true, limits);
    else if (moved === -EINVAL) this.#canSplice = false;
    return moved;
  }

  get canSplice(): boolean {
    return this.#canSplice && !this.#mustReopen;
  }

  /** Opens the path again (SIGUSR2). The code says why it still writes to the old file, if it does. */
  reopen(): string | undefined {
    try {
      if (identityOf(statSync(this.#path)) === this.#identity) return undefined;
    } catch {
      // Renamed or deleted: that is what reopening is for.
    }
    return this.#open('reopen');
  }

  /** Removes the file and begins a new one, as `clear` does. */
  clear(): string | undefined {
    try {
      unlinkSync(this.#path);
    } catch (error) {
      const code = errnoCode(error);
      if (code !== 'ENOENT') return code;
    }
    return this.#open('reopen');
  }

  close(): void {
    closeQuietly(this.#fd);
    this.#closeSplice();
  }

  /** Brings the size up to date; false if what is written now would be written into a deleted file. */
  #prepare(): boolean {
    try {
      const stats = fstatSync(this.#fd);
      if (this.#mustReopen || stats.nlink === 0) {
        if (this.#open('reopen') === undefined) return true;
        if (stats.nlink === 0) return false;
      }
      if (stats.size > this.#size) this.#canSplice = false;
      this.#size = stats.size;
    } catch {
      // A remote file system that has gone away: the write will say so, if it is still so.
    }
    return true;
  }

  #grown(bytes: number, isWhole: boolean, limits: LogLimits): void {
    this.#size += bytes;
    if (bytes > 0) this.#changed();
    if (limits.maxBytes > 0 && this.#size >= limits.maxBytes && !this.#mustReopen) this.#rotate(limits.backups);
    else if (isWhole && !this.#mustReopen) this.#trouble.over();
  }

  #rotate(backups: number): void {
    try {
      if (backups === 0) {
        // The same file, as with Supervisor: whoever follows it sees it truncated.
        ftruncateSync(this.#fd, 0);
        this.#size = 0;
        this.#changed();
        return;
      }
      // If only the last step fails (a sticky directory), trying again must not push the backups on each time.
      if (!this.#isShifted) shiftBackups(this.#path, backups);
      this.#isShifted = true;
      renameUnlessMissing(this.#path, `${this.#path}.1`);
      this.#isShifted = false;
    } catch (error) {
      this.#trouble.failed('rotate', errnoCode(error));
      return;
    }
    this.#open('rotate');
  }

  #open(doing: 'rotate' | 'reopen'): string | undefined {
    try {
      const fd = openSync(this.#path, appendFlags, 0o666);
      const stats = fstatSync(fd);
      closeQuietly(this.#fd);
      this.#closeSplice();
      this.#fd = fd;
      this.#identity = identityOf(stats);
      this.#size = stats.size;
      this.#mustReopen = false;
      this.#canSplice = stats.isFile();
      this.#changed();
      return undefined;
    } catch (error) {
      const code = errnoCode(error);
      this.#mustReopen = true;
      this.#trouble.failed(doing, code);
      return code;
    }
  }

  #closeSplice(): void {
    if (this.#spliceFd !== undefined) closeQuietly(this.#spliceFd);
    this.#spliceFd = undefined;
  }
}

const EINVAL = 22;

/** Which file it is; a number of an inode that is held open is not given to another file. */
function identityOf(stats: Stats): string {
  return `${stats.dev}:${stats.ino}`;
}

/** close(2) frees the descriptor even if it reports that earlier writes were lost (EIO on NFS). */
function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Nothing can be done about it any more.
  }
}

/** O_NONBLOCK and O_NOCTTY matter only where the path is no regular file: opening must neither wait nor adopt a tty. */
export const appendFlags =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY;
