/**
 * What could not be written to one file: how much, why, and whether it is time to say so again. A log that cannot be
 * written must never stop a program or the daemon, so its bytes are counted and dropped, and somebody is told at most
 * once a minute per file.
 */

const noticeEveryMs = 60_000;

export class WriteTrouble {
  droppedBytes = 0;
  /** The last error's code, until it is over. */
  lastError: string | undefined;

  readonly #path: string;
  readonly #now: () => number;
  readonly #notify: (text: string) => void;
  #noticedAt: number | undefined;
  #isTold = false;
  #droppedBefore = 0;

  constructor(path: string, now: () => number, notify: (text: string) => void) {
    this.#path = path;
    this.#now = now;
    this.#notify = notify;
  }

  dropped(bytes: number, code: string): void {
    this.droppedBytes += bytes;
    this.failed('write', code);
  }

  /** Something went wrong without a loss, or with one that has been counted. */
  failed(doing: 'write' | 'rotate' | 'reopen', code: string): void {
    this.lastError = code;
    if (!this.#isTime()) return;
    this.#isTold = true;
    const lost = this.droppedBytes - this.#droppedBefore;
    const loss = lost > 0 ? `, ${lost} bytes dropped so far` : '';
    this.#notify(`Cannot ${doing} log file "${this.#path}": ${code}${loss}`);
  }

  /** A write came through. */
  over(): void {
    this.lastError = undefined;
    if (!this.#isTold) {
      this.#droppedBefore = this.droppedBytes;
      return;
    }
    if (!this.#isTime()) return;
    this.#isTold = false;
    const lost = this.droppedBytes - this.#droppedBefore;
    this.#droppedBefore = this.droppedBytes;
    this.#notify(`Log file "${this.#path}" can be written again, ${lost} bytes were dropped`);
  }

  #isTime(): boolean {
    const now = this.#now();
    if (this.#noticedAt !== undefined && now - this.#noticedAt < noticeEveryMs) return false;
    this.#noticedAt = now;
    return true;
  }
}
