import { writeError } from './output.ts';

/**
 * What goes on through restarts of the daemon says once that it is away, and once that it is back: on standard error, for
 * who reads standard output reads what was asked for.
 */
export class Presence {
  readonly #label: string;
  #isAway = false;

  /** `label` stands before the lines. */
  constructor(label = '') {
    this.#label = label;
  }

  away(): void {
    if (!this.#isAway) writeError(`${this.#label}The daemon went away: waiting for it\n`);
    this.#isAway = true;
  }

  back(): void {
    if (this.#isAway) writeError(`${this.#label}The daemon is back\n`);
    this.#isAway = false;
  }
}
