import type { LogLine } from './log-lines.ts';
import { LogMemory } from './log-overlap.ts';

/** What `logs -f` keeps of the lines that come: those of a moment, and which were told before the daemon went away. */

/** Lines that come together go on together: in the same turn, or within `waitMs` of the first. */
export class Gathered {
  readonly #handOn: (lines: readonly LogLine[]) => void;
  #lines: LogLine[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Of the next ones; those after them wait no longer than a turn. */
  waitMs = 0;

  constructor(handOn: (lines: readonly LogLine[]) => void) {
    this.#handOn = handOn;
  }

  add(line: LogLine): void {
    this.#lines.push(line);
    this.#timer ??= setTimeout(() => this.flush(), this.waitMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    this.waitMs = 0;
    this.#handOn(lines);
  }
}

/** Which lines were told, of each log. */
export class Told {
  readonly #memories = new Map<string, LogMemory>();
  /** Logs that have told nothing since the daemon is back: what they tell first is what stands in the file. */
  #returned: Set<string> | undefined;

  /** `before`: what stood in the logs at the beginning, of those of which nothing may come. */
  constructor(before: readonly (readonly LogLine[])[]) {
    for (const lines of before) {
      for (const [key, some] of byLog(lines)) this.#memoryOf(key).remember(some.map(({ text }) => text));
    }
  }

  returns(): void {
    this.#returned = new Set();
  }

  /** Those that were not told before, in their order. */
  isNew(lines: readonly LogLine[]): readonly LogLine[] {
    const old = new Set<LogLine>();
    for (const [key, some] of byLog(lines)) {
      const memory = this.#memoryOf(key);
      const texts = some.map(({ text }) => text);
      const isBacklog = this.#returned !== undefined && !this.#returned.has(key);
      const seen = isBacklog ? memory.seen(texts) : 0;
      for (const line of some.slice(0, seen)) old.add(line);
      memory.remember(texts.slice(seen));
      this.#returned?.add(key);
    }
    return old.size === 0 ? lines : lines.filter((line) => !old.has(line));
  }

  #memoryOf(key: string): LogMemory {
    let memory = this.#memories.get(key);
    if (memory === undefined) {
      memory = new LogMemory();
      this.#memories.set(key, memory);
    }
    return memory;
  }
}

function byLog(lines: readonly LogLine[]): Map<string, LogLine[]> {
  const found = new Map<string, LogLine[]>();
  for (const line of lines) {
    const key = `${line.group}:${line.name} ${line.channel}`;
    const some = found.get(key);
    if (some === undefined) found.set(key, [line]);
    else some.push(line);
  }
  return found;
}
