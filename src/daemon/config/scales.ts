/**
 * How many processes of a program somebody has asked for (`scale web=6`) instead of what its file says. That holds
 * through every reading of the files and every restart, for the daemon's life, until the file's own `numprocs` is
 * another one than it was then: whoever writes a number means it.
 */
interface Scale {
  readonly count: number;
  /** `numprocs` of the file at that time. */
  readonly written: number;
}

export class Scales {
  readonly #wanted: Map<string, Scale>;
  /** `numprocs` of each section as it was last read. */
  readonly #read = new Map<string, number>();

  constructor(wanted: ReadonlyMap<string, Scale> = new Map()) {
    this.#wanted = new Map(wanted);
  }

  /** A reading of the files begins. */
  begin(): void {
    this.#read.clear();
  }

  /** How many processes there are to be of a section whose file says `written`. */
  countOf(section: string, written: number): number {
    this.#read.set(section, written);
    const wanted = this.#wanted.get(section);
    return wanted?.written === written ? wanted.count : written;
  }

  /** The same with another number for one section, to see what would come of it. */
  trial(section: string, count: number, written: number): Scales {
    return new Scales(new Map(this.#wanted).set(section, { count, written }));
  }

  /** What the file of a section said at the last reading; undefined if it has no such section. */
  written(section: string): number | undefined {
    return this.#read.get(section);
  }

  set(section: string, count: number, written: number): void {
    if (count === written) this.#wanted.delete(section);
    else this.#wanted.set(section, { count, written });
  }

  /** What was last read is in force: numbers that another one in the files has taken the place of are forgotten. */
  settle(): void {
    for (const [section, { written }] of this.#wanted) {
      if (this.#read.get(section) !== written) this.#wanted.delete(section);
    }
  }
}
