import type { Cancel, Os } from '../os/os.ts';

/** Where something changes all the time, so many delays after the first change it is acted on all the same. */
const MOST_DELAYS = 10;
const SHORTEST_MOST_MS = 5_000;

/** Changes that come together are one: told when nothing has changed any more for `delayMs`. */
export class Burst {
  readonly #os: Pick<Os, 'now' | 'callAt'>;
  readonly #delayMs: number;
  readonly #act: (paths: readonly string[]) => void;
  #paths = new Set<string>();
  #latestAt = 0;
  #cancel: Cancel | undefined;

  /** `act` is told each path once, the first change first. */
  constructor(os: Pick<Os, 'now' | 'callAt'>, delayMs: number, act: (paths: readonly string[]) => void) {
    this.#os = os;
    this.#delayMs = delayMs;
    this.#act = act;
  }

  add(path: string): void {
    const now = this.#os.now();
    if (this.#paths.size === 0) this.#latestAt = now + Math.max(SHORTEST_MOST_MS, MOST_DELAYS * this.#delayMs);
    this.#paths.add(path);
    this.#cancel?.();
    this.#cancel = this.#os.callAt(Math.min(now + this.#delayMs, this.#latestAt), () => {
      const paths = [...this.#paths];
      this.close();
      this.#act(paths);
    });
  }

  /** What was added and not yet told is forgotten. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#paths = new Set();
  }
}

/** `app.py changed`, `app.py and 2 more changed`. */
export function changedText([first = '', ...more]: readonly string[]): string {
  return `${first}${more.length === 0 ? '' : ` and ${more.length} more`} changed`;
}
