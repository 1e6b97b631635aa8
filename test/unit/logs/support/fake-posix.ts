import { fstatSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Posix } from '../../../../src/daemon/os/posix.ts';

type Calls = Pick<
  Posix,
  | 'read'
  | 'write'
  | 'close'
  | 'spliceToEnd'
  | 'setNonBlocking'
  | 'getPipeSize'
  | 'setPipeSize'
  | 'epollCreate'
  | 'epollAdd'
  | 'epollDelete'
  | 'epollWait'
  | 'pollCreate'
>;

interface FakePipe {
  bytes: Buffer;
  isEnded: boolean;
  size: number;
  token: number;
}

/**
 * Pipes in memory (descriptors from 10,000 up) under one epoll set each, and real files below that. `failWrites` makes
 * writes to files answer that errno.
 */
export class FakePosix implements Calls {
  failWrites: 'ENOSPC' | 'EAGAIN' | 'EPIPE' | 'EIO' | undefined;
  /** At most so many bytes a write, if set. */
  writeAtMost = Number.POSITIVE_INFINITY;
  readonly closed: number[] = [];
  readonly calls: string[] = [];
  readonly #pipes = new Map<number, FakePipe>();
  readonly #sets = new Map<number, { fds: Set<number>; callback: () => void; isStarted: boolean }>();
  #next = 10_000;

  /** A pipe with these bytes in it. */
  pipe(text = ''): number {
    const fd = this.#next++;
    this.#pipes.set(fd, { bytes: Buffer.from(text), isEnded: false, size: 65_536, token: 0 });
    return fd;
  }

  feed(fd: number, bytes: string | Buffer, isEnded = false): void {
    const pipe = this.#pipe(fd);
    pipe.bytes = Buffer.concat([pipe.bytes, Buffer.from(bytes)]);
    pipe.isEnded ||= isEnded;
  }

  left(fd: number): number {
    return this.#pipe(fd).bytes.length;
  }

  sizeOf(fd: number): number {
    return this.#pipe(fd).size;
  }

  /** The event loop looks at its polls once: how many called back. */
  poll(): number {
    let called = 0;
    for (const [epoll, set] of this.#sets) {
      if (!set.isStarted || this.#ready(epoll).length === 0) continue;
      called += 1;
      set.callback();
    }
    return called;
  }

  get polling(): number {
    return [...this.#sets.values()].filter((set) => set.isStarted).length;
  }

  read(fd: number, buffer: Uint8Array, offset: number, length: number): number {
    this.calls.push('read');
    const pipe = this.#pipe(fd);
    if (pipe.bytes.length === 0) return pipe.isEnded ? 0 : -constants.errno.EAGAIN;
    const count = Math.min(length, pipe.bytes.length);
    buffer.set(pipe.bytes.subarray(0, count), offset);
    pipe.bytes = pipe.bytes.subarray(count);
    return count;
  }

  write(fd: number, buffer: Uint8Array, offset: number, length: number): number {
    if (this.failWrites !== undefined) return -constants.errno[this.failWrites];
    return writeSync(fd, buffer, offset, Math.min(length, this.writeAtMost));
  }

  spliceToEnd(fd: number, file: number, length: number): number {
    this.calls.push('splice');
    const pipe = this.#pipe(fd);
    if (pipe.bytes.length === 0) return pipe.isEnded ? 0 : -constants.errno.EAGAIN;
    if (this.failWrites !== undefined) return -constants.errno[this.failWrites];
    const count = Math.min(length, pipe.bytes.length);
    writeSync(file, pipe.bytes, 0, count, fstatSync(file).size);
    pipe.bytes = pipe.bytes.subarray(count);
    return count;
  }

  close(fd: number): number {
    this.closed.push(fd);
    return 0;
  }

  setNonBlocking(): number {
    return 0;
  }

  getPipeSize(fd: number): number {
    return this.#pipe(fd).size;
  }

  setPipeSize(fd: number, bytes: number): number {
    this.#pipe(fd).size = bytes;
    return bytes;
  }

  epollCreate(): number {
    const epoll = this.#next++;
    this.#sets.set(epoll, { fds: new Set(), callback: () => undefined, isStarted: false });
    return epoll;
  }

  epollAdd(epoll: number, fd: number, token: number): number {
    this.#pipe(fd).token = token;
    this.#sets.get(epoll)?.fds.add(fd);
    return 0;
  }

  epollDelete(epoll: number, fd: number): number {
    this.#sets.get(epoll)?.fds.delete(fd);
    return 0;
  }

  epollWait(epoll: number, tokens: Int32Array): number {
    const ready = this.#ready(epoll).slice(0, tokens.length);
    ready.forEach((pipe, index) => {
      tokens[index] = pipe.token;
    });
    return ready.length;
  }

  pollCreate(epoll: number, callback: () => void) {
    const set = this.#sets.get(epoll);
    if (set === undefined) throw new Error('Cannot poll what is no epoll set');
    set.callback = callback;
    return {
      start: () => {
        set.isStarted = true;
      },
      stop: () => {
        set.isStarted = false;
      },
      close: () => {
        set.isStarted = false;
      },
    };
  }

  #ready(epoll: number): FakePipe[] {
    const fds = this.#sets.get(epoll)?.fds ?? [];
    return [...fds].map((fd) => this.#pipe(fd)).filter((pipe) => pipe.bytes.length > 0 || pipe.isEnded);
  }

  #pipe(fd: number): FakePipe {
    const pipe = this.#pipes.get(fd);
    if (pipe === undefined) throw new Error(`No pipe ${fd}`);
    return pipe;
  }
}
