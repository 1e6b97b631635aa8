import { constants, fstatSync, openSync, readlinkSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isatty } from 'node:tty';
import type { Os } from '../os/os.ts';
import { DeviceLog } from './device-log.ts';
import { errnoCode } from './errno.ts';
import { appendFlags, type LogLimits, type LogPosix, RegularLog } from './regular-log.ts';
import { WriteTrouble } from './write-trouble.ts';

/**
 * One open log, whatever it is. Made by `LogFiles.open`, which sees to it that a path is open once only; users hold a
 * `LogLease` on it.
 */
export class LogFile {
  readonly path: string;
  readonly trouble: WriteTrouble;
  readonly #log: RegularLog | DeviceLog;

  private constructor(path: string, trouble: WriteTrouble, log: RegularLog | DeviceLog) {
    this.path = path;
    this.trouble = trouble;
    this.#log = log;
  }

  /** Opens for appending, creating with 0666 less the umask; or answers the code of what open(2) said. */
  static open(path: string, world: LogWorld): LogFile | { readonly code: string } {
    const trouble = new WriteTrouble(path, () => world.os.now(), world.onNotice);
    try {
      const target = behindLinks(path);
      const { fd, isOurs } = openTarget(target, world.posix);
      const stats = fstatSync(fd);
      // A regular file behind /dev/stdout (`supervisord >out`) belongs to whoever redirected: it is not rotated either.
      const log =
        stats.isFile() && !isDevicePath(target)
          ? new RegularLog(path, fd, stats, world.posix, trouble, () => world.onChange(path))
          : new DeviceLog(fd, isOurs, world.posix, world.os, trouble);
      return new LogFile(path, trouble, log);
    } catch (error) {
      return { code: errnoCode(error) };
    }
  }

  get isDevice(): boolean {
    return this.#log instanceof DeviceLog;
  }

  /** Bytes in the file as far as known; zero for a device. */
  get size(): number {
    return this.#log instanceof RegularLog ? this.#log.size : 0;
  }

  get canSplice(): boolean {
    return this.#log instanceof RegularLog && this.#log.canSplice;
  }

  get isCongested(): boolean {
    return this.#log instanceof DeviceLog && this.#log.isCongested;
  }

  write(buffer: Uint8Array, start: number, length: number, limits: LogLimits): void {
    this.#log.write(buffer, start, length, limits);
  }

  splice(pipe: number, limits: LogLimits): number {
    return this.#log instanceof RegularLog ? this.#log.splice(pipe, limits) : -EINVAL;
  }

  reopen(): string | undefined {
    return this.#log instanceof RegularLog ? this.#log.reopen() : undefined;
  }

  clear(): string | undefined {
    return this.#log instanceof RegularLog ? this.#log.clear() : undefined;
  }

  close(): void {
    this.#log.close();
  }
}

export interface LogWorld {
  readonly posix: LogPosix;
  readonly os: Pick<Os, 'now' | 'callAt'>;
  /** Told, at most once a minute per file, that bytes cannot be written, and later that they can again. */
  readonly onNotice: (text: string) => void;
  /** A regular file has grown, or is another one now. */
  readonly onChange: (path: string) => void;
}

const EINVAL = 22;
const maxLinks = 8;
const devicePath = /^\/dev\/(?:stdout|stderr|fd\/\d+)$|^\/proc\/(?:self|\d+)\/fd\/\d+$/;

/** Whether the path names a descriptor, not a file: those are never rotated. */
function isDevicePath(path: string): boolean {
  return devicePath.test(path);
}

/** Whether the path names a descriptor, perhaps by way of links. */
export function isDevice(path: string): boolean {
  return isDevicePath(behindLinks(resolve(path)));
}

/** The descriptor that a path is a link to (`access.log -> /dev/stdout`, as images have it), or the path itself. */
function behindLinks(path: string): string {
  let target = path;
  for (let links = 0; links < maxLinks; links += 1) {
    if (isDevicePath(target)) return target;
    try {
      target = resolve(dirname(target), readlinkSync(target));
    } catch {
      break; // No link, or none that can be read: opening will tell.
    }
  }
  return path;
}

function openTarget(path: string, posix: LogPosix): { readonly fd: number; readonly isOurs: boolean } {
  const own = ownDescriptor(path);
  // `supervisord -n >out`: with an offset of its own, another description of the file would be written over by
  // whoever shares ours (the shell's next command).
  if (own !== undefined && fstatSync(own).isFile()) return { fd: own, isOurs: false };
  try {
    return { fd: openSync(path, appendFlags, 0o666), isOurs: true };
  } catch (error) {
    const code = errnoCode(error);
    // A socket (stdout under systemd) cannot be opened by path, nor can what belongs to another user (stdout of a
    // container whose user is not root): the descriptor itself is used. A terminal is shared with a shell, which must
    // not find it non-blocking.
    if (own !== undefined && (code === 'ENXIO' || code === 'EACCES')) {
      if (!isatty(own)) posix.setNonBlocking(own, true);
      return { fd: own, isOurs: false };
    }
    // A FIFO that nobody reads yet: with both ends in hand, opening does not fail and writing does not either.
    if (code === 'ENXIO' && statSync(path).isFIFO()) {
      return { fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK), isOurs: true };
    }
    throw error;
  }
}

function ownDescriptor(path: string): number | undefined {
  if (path === '/dev/stdout') return 1;
  if (path === '/dev/stderr') return 2;
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}
