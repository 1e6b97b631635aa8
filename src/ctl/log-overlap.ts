/**
 * Who follows a log and loses the daemon asks for its last lines when it is back, and has seen some of them: those up to
 * where the last ones that were told stand in it. A program that always says the same leaves several such places: then it
 * is the last, for nothing shall be told twice.
 */

/** So many lines are remembered, and of each so much. */
const REMEMBERED_LINES = 200;
const REMEMBERED_LENGTH = 256;

export class LogMemory {
  #lines: string[] = [];

  remember(texts: readonly string[]): void {
    this.#lines = [...this.#lines, ...texts.slice(-REMEMBERED_LINES).map(begin)].slice(-REMEMBERED_LINES);
  }

  /** How many of the last lines of the log have been told; 0 if those that were told are not among them any more. */
  seen(last: readonly string[]): number {
    const told = this.#lines;
    if (told.length === 0) return 0;
    const begins = last.map(begin);
    for (let end = begins.length; end >= told.length; end -= 1) {
      const first = end - told.length;
      if (told.every((text, at) => text === begins[first + at])) return end;
    }
    return 0;
  }
}

function begin(text: string): string {
  return text.slice(0, REMEMBERED_LENGTH);
}
