import { closeSync } from 'node:fs';
import type { Cancel, Os } from '../os/os.ts';
import { errnoCode } from './errno.ts';
import type { LogPosix } from './regular-log.ts';
import type { WriteTrouble } from './write-trouble.ts';

/**
 * A log that is no regular file: `/dev/stdout` of a container, a terminal, a FIFO. Never seeked, rotated or cleared.
 *
 * A reader may be slower than the programs. Supervisor then blocks whole; here a write never blocks. What does not fit
 * waits in memory (at most `maxPending`) and the log counts as congested: whoever feeds it should leave the bytes in
 * their pipes, so that nothing is lost and the program waits, as it would writing there itself. A reader that takes
 * nothing for `patienceMs` is given up: what comes then is dropped and counted, so that no program hangs on it, until
 * it reads again.
 */

const maxPending = 1024 * 1024;
const patienceMs = 1_000;
const retryMs = 20;
const stuckRetryMs = 1_000;
const EAGAIN = 11;

export class DeviceLog {
  readonly #fd: number;
  readonly #isOurs: boolean;
  readonly #posix: LogPosix;
  readonly #os: Pick<Os, 'now' | 'callAt'>;
  readonly #trouble: WriteTrouble;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #progressAt = 0;
  #isClosing = false;
  #cancel: Cancel | undefined;

  /** `isOurs`: the descriptor is closed with the log (it is not when it is the daemon's own stdout). */
  constructor(fd: number, isOurs: boolean, posix: LogPosix, os: Pick<Os, 'now' | 'callAt'>, trouble: WriteTrouble) {
    this.#fd = fd;
    this.#isOurs = isOurs;
    this.#posix = posix;
    this.#os = os;
    this.#trouble = trouble;
  }

  get isCongested(): boolean {
    return this.#pendingBytes > 0 && !this.#isStuck();
  }

  write(buffer: Uint8Array, start: number, length: number): void {
    this.#flush();
    let done = 0;
    while (this.#pendingBytes === 0 && done < length) {
      const written = this.#posix.write(this.#fd, buffer, start + done, length - done);
      if (written > 0) {
        done += written;
        continue;
      }
      if (written !== -EAGAIN) {
        this.#trouble.dropped(length - done, errnoCode(written));
        return;
      }
      this.#progressAt = this.#os.now();
      break;
    }
    if (done === length) {
      this.#trouble.over();
      return;
    }
    // A record that was begun is completed in any case, so that what follows does not start in its middle.
    const isBegun = done > 0;
    const isRefused = this.#isStuck() || this.#pendingBytes + length - done > maxPending;
    if (isRefused && !isBegun) {
      this.#trouble.dropped(length, 'EAGAIN');
      return;
    }
    this.#pending.push(Buffer.from(buffer.subarray(start + done, start + length)));
    this.#pendingBytes += length - done;
    this.#arm();
  }

  /** What waits is still passed on, as long as its reader goes on reading; then the descriptor is closed. */
  close(): void {
    this.#isClosing = true;
    this.#flush();
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (!this.#isClosing || this.isCongested) return;
    if (this.#pendingBytes > 0) this.#trouble.dropped(this.#pendingBytes, 'EAGAIN');
    this.#clear();
    if (this.#isOurs) closeSync(this.#fd);
    this.#isClosing = false;
  }

  #isStuck(): boolean {
    return this.#pendingBytes > 0 && this.#os.now() - this.#progressAt >= patienceMs;
  }

  #flush(): void {
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      const written = this.#posix.write(this.#fd, next, 0, next.length);
      if (written <= 0) {
        if (written === -EAGAIN) return;
        this.#trouble.dropped(this.#pendingBytes, errnoCode(written));
        this.#clear();
        return;
      }
      this.#progressAt = this.#os.now();
      this.#pendingBytes -= written;
      if (written < next.length) this.#pending[0] = next.subarray(written);
      else this.#pending.shift();
    }
    this.#clear();
  }

  #arm(): void {
    if (this.#cancel !== undefined || this.#pendingBytes === 0) return;
    this.#cancel = this.#os.callAt(this.#os.now() + (this.#isStuck() ? stuckRetryMs : retryMs), () => {
      this.#cancel = undefined;
      this.#flush();
      this.#endIfDone();
      this.#arm();
    });
  }

  #clear(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
