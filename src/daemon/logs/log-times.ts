/**
 * When which part of a log was written, for "what has it said since ten minutes ago". Lines carry no time, so it is
 * noted how large the file was when; little is kept, more of the near past than of the far:
 *
 *     size at   -1 h      -50 min    -40 min  ...  -10 s  -8 s  -6 s  -5 s  -4 s  -3 s  -2 s  -1 s
 *
 * Between two notes lies a second, or a quarter of the time since then. So who asks for the last ten minutes gets all of
 * them, and at most two and a half minutes more; and a year of writing is about a hundred notes.
 */

const STEP_MS = 1000;
const RATIO = 0.25;

export class LogTimes {
  /** Up to `#sizes[i]` it had been written at `#ats[i]`. Numbers in two arrays: there may be thousands of logs. */
  readonly #ats: number[] = [];
  readonly #sizes: number[] = [];
  /** The same for the last note, which is kept only when the next one shows that it is worth it. */
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastSize = 0;

  /** How many notes there are. */
  get count(): number {
    return this.#ats.length;
  }

  /** It has `size` bytes at `at` (milliseconds since the epoch). A file that is smaller than it was is another one. */
  note(at: number, size: number): void {
    if (size < this.#lastSize) this.#cut(0);
    // The clock has been set back: what is noted of the future means nothing.
    if (at < this.#lastAt) this.#cut(this.#ats.findIndex((one) => one > at));
    const noted = this.#ats.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (at > this.#lastAt && this.#lastAt > noted && at - noted >= STEP_MS) {
      this.#ats.push(this.#lastAt);
      this.#sizes.push(this.#lastSize);
      this.#thin(at);
    }
    this.#lastAt = at;
    this.#lastSize = size;
  }

  /** Where to begin to have all that was written at `at` or later; 0 if nothing is known of so long ago. */
  offsetAt(at: number): number {
    if (this.#lastAt < at) return this.#lastSize;
    const index = this.#ats.findLastIndex((one) => one < at);
    return this.#sizes[index] ?? 0;
  }

  /** Forgets the notes from this one on, and the last; none for -1. */
  #cut(from: number): void {
    if (from >= 0) {
      this.#ats.length = from;
      this.#sizes.length = from;
    }
    this.#lastAt = Number.NEGATIVE_INFINITY;
    this.#lastSize = 0;
  }

  #thin(now: number): void {
    let kept = 0;
    for (let index = 0; index < this.#ats.length; index += 1) {
      const [at, next] = [this.#ats[index] as number, this.#ats[index + 1]];
      const before = this.#ats[kept - 1];
      if (before !== undefined && next !== undefined && next - before <= (now - next) * RATIO) continue;
      this.#ats[kept] = at;
      this.#sizes[kept] = this.#sizes[index] as number;
      kept += 1;
    }
    this.#ats.length = kept;
    this.#sizes.length = kept;
  }
}
