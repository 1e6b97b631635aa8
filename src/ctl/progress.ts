import type { Awaited } from './command.ts';
import { loadPart } from './part-loader.ts';
import type { ProcessInfo } from './supervisor.ts';

/**
 * What takes longer than a second says on a terminal what it is waiting for: one line on standard error, which is
 * rewritten, and gone before anything else is written. Ctrl-C ends the waiting, and says how to look again; what has
 * been asked for goes on in the daemon.
 */

/** What one command needs to show it. */
export interface ProgressHost {
  /** Every process as it is now, over a connection of its own: the command's is waiting. */
  processes(): Promise<readonly ProcessInfo[]>;
  write(text: string): void;
  columns(): number;
}

const PATIENCE_MS = 1000;

export class Progress {
  readonly #host: ProgressHost;
  #what: Awaited | undefined;
  #sinceMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isShown = false;

  constructor(host: ProgressHost) {
    this.#host = host;
  }

  /** What is waited for from now on; undefined: the command has ended. */
  awaits(what: Awaited | undefined): void {
    this.clear();
    if (this.#what === undefined && what !== undefined) process.on('SIGINT', this.#onInterrupt);
    if (what === undefined) process.off('SIGINT', this.#onInterrupt);
    if (what === undefined || what.verb !== this.#what?.verb) this.#sinceMs = performance.now();
    this.#what = what;
    clearTimeout(this.#timer);
    if (what !== undefined) this.#wait();
  }

  /** Takes the line away, for another that is to be written. */
  clear(): void {
    if (this.#isShown) this.#host.write('\r\x1b[K');
    this.#isShown = false;
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#show(), PATIENCE_MS);
  }

  async #show(): Promise<void> {
    const what = this.#what;
    if (what === undefined) return;
    // A daemon that does not answer now leaves only the names.
    const all = await this.#host.processes().catch(() => []);
    const { progressText } = await loadPart('progress');
    if (what !== this.#what) return; // something has been done meanwhile
    const seconds = Math.floor((performance.now() - this.#sinceMs) / 1000);
    this.#host.write(`\r\x1b[K${progressText(what, all, seconds, this.#host.columns())}`);
    this.#isShown = true;
    this.#wait();
  }

  // Who follows a job has a word of his own for it, and lets the command end by itself.
  readonly #onInterrupt = async () => {
    const what = this.#what;
    if (what === undefined || process.listenerCount('SIGINT') > 1) return;
    this.awaits(undefined);
    const { detachedText } = await loadPart('progress');
    this.#host.write(detachedText(what));
    process.kill(process.pid, 'SIGINT'); // ends it as Ctrl-C ends any command
  };
}
