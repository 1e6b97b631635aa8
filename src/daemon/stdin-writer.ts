import type { Cancel, Os } from './os/os.ts';

/** What a program has not read yet is kept up to this many bytes; more is refused. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** Small pieces that wait share a Buffer of that size: one of a single byte takes a hundred. */
const SHARED_BYTES = 16 * 1024;
const RETRY_MS = 20;
const EAGAIN = 11;

/**
 * Our end of a program's standard input. The pipe stays open for the program's life, so it never sees an end of file.
 * A full pipe is no error: the bytes wait, and only while some do there is a timer.
 */
export class StdinWriter {
  readonly #os: Os;
  readonly #fd: number;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  /** Of the queue's last piece, if it is a shared one: the memory behind what is in use. */
  #room: Buffer = Buffer.alloc(0);
  #retry: Cancel | undefined;
  #isClosed = false;

  /** `fd` must be non-blocking. */
  constructor(os: Os, fd: number) {
    this.#os = os;
    this.#fd = fd;
  }

  /** False when the program has closed its end, or has not read what is waiting. */
  write(bytes: Buffer): boolean {
    if (this.#isClosed || this.#queuedBytes + bytes.length > MAX_QUEUED_BYTES) return false;
    if (bytes.length > 0) this.#enqueue(bytes);
    return this.#flush();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#retry?.();
    this.#empty();
    this.#os.close(this.#fd);
  }

  #enqueue(bytes: Buffer): void {
    const last = this.#queue.at(-1);
    this.#queuedBytes += bytes.length;
    if (last === undefined || bytes.length >= SHARED_BYTES) {
      this.#queue.push(bytes);
      this.#room = Buffer.alloc(0);
    } else if (bytes.length <= this.#room.length) {
      bytes.copy(this.#room);
      this.#queue[this.#queue.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length);
      this.#room = this.#room.subarray(bytes.length);
    } else {
      const shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
      bytes.copy(shared);
      this.#queue.push(shared.subarray(0, bytes.length));
      this.#room = shared.subarray(bytes.length);
    }
  }

  #empty(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#room = Buffer.alloc(0);
  }

  #flush(): boolean {
    for (let [first] = this.#queue; first !== undefined; [first] = this.#queue) {
      const count = this.#os.write(this.#fd, first);
      if (count === -EAGAIN) {
        this.#retry ??= this.#os.callAt(this.#os.now() + RETRY_MS, () => {
          this.#retry = undefined;
          this.#flush();
        });
        return true;
      }
      if (count < 0) {
        this.#empty();
        return false;
      }
      this.#queuedBytes -= count;
      if (count === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(count);
    }
    return true;
  }
}
