/**
 * Giving memory back once the daemon has settled. Reading the files and starting hundreds of programs leaves garbage
 * behind that V8 would keep until somebody needs the room; the program's own pages (36 MB of the node binary) were
 * touched at start-up and are hardly used again. Both go once, after the start; what a burst of requests leaves
 * behind goes once it is over. Nothing here repeats while nothing happens. (The flags for a small heap are set before
 * any of this code is compiled: scripts/code-cache.mjs.)
 */
import { readFileSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Cancel, Os } from './os/os.ts';
import type { Posix } from './os/posix.ts';

const gcHelpers = [
  'incremental-marking',
  'concurrent-sweeping',
  'concurrent-array-buffer-sweeping',
  'parallel-compaction',
  'parallel-pointer-update',
];

/** How much the heap may outgrow its size after the start before that is collected, and how long work must have rested. */
const SURPLUS_BYTES = 8 * 1024 * 1024;
const REST_MS = 10_000;
/** While work goes on: V8 itself would let garbage grow to hundreds of megabytes, as what it may use is large. */
const BURST_SURPLUS_BYTES = 48 * 1024 * 1024;
/** Of so many pieces of work one looks at the heap. */
const LOOK_EVERY = 16;

export class MemoryKeeper {
  readonly #os: Pick<Os, 'now' | 'callAt'>;
  readonly #posix: Pick<Posix, 'trimHeap' | 'dropPages'>;
  readonly #collect: () => void;
  /** The size of the heap after `settle`; undefined before. */
  #settledBytes: number | undefined;
  #touchedAt = 0;
  #touches = 0;
  #collectAbove = 0;
  #cancel: Cancel | undefined;

  constructor(os: Pick<Os, 'now' | 'callAt'>, posix: Pick<Posix, 'trimHeap' | 'dropPages'>) {
    this.#os = os;
    this.#posix = posix;
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }

  /**
   * Once, after the start: collects garbage, returns free heap pages, and drops clean pages of files. Takes some 20 ms.
   * The code that read the files and started everything goes too; what is needed again is compiled again.
   */
  settle(): void {
    setFlagsFromString('--stress-flush-code');
    this.#collect();
    this.#collect();
    setFlagsFromString('--no-stress-flush-code');
    setFlagsFromString('--opt');
    // From here on the heap is small: it is collected in one go, not with the help of four threads that wake up for it.
    for (const helper of gcHelpers) setFlagsFromString(`--no-${helper}`);
    this.#posix.trimHeap();
    for (const { start, length } of cleanFileMappings(readFileSync('/proc/self/smaps', 'latin1'))) {
      this.#posix.dropPages(start, length);
    }
    this.#settledBytes = getHeapStatistics().total_heap_size;
    this.#collectAbove = this.#settledBytes + BURST_SURPLUS_BYTES;
  }

  /**
   * Something was asked for, or told to listeners. What that leaves behind goes when nothing has been for a while, if
   * it is much; if it is very much, at once.
   */
  touched(): void {
    this.#touchedAt = this.#os.now();
    if (this.#settledBytes === undefined) return;
    this.#cancel ??= this.#lookIn(REST_MS);
    this.#touches += 1;
    if (this.#touches % LOOK_EVERY !== 0 || getHeapStatistics().total_heap_size < this.#collectAbove) return;
    this.#collect();
    // What is left is needed: it must not be looked for again and again.
    this.#collectAbove = getHeapStatistics().total_heap_size + BURST_SURPLUS_BYTES;
  }

  close(): void {
    this.#cancel?.();
    this.#settledBytes = undefined;
  }

  #lookIn(ms: number): Cancel {
    return this.#os.callAt(this.#os.now() + ms, () => {
      const rested = this.#os.now() - this.#touchedAt;
      this.#cancel = rested < REST_MS ? this.#lookIn(REST_MS - rested) : undefined;
      if (this.#cancel !== undefined || this.#settledBytes === undefined) return;
      if (getHeapStatistics().total_heap_size - this.#settledBytes < SURPLUS_BYTES) return;
      this.#collect();
      this.#posix.trimHeap();
    });
  }
}

/**
 * The mappings of `smaps` whose pages all come from a file and are unchanged: they are read again when they are
 * needed. One with a private page (`Anonymous` over zero) would lose it.
 */
export function cleanFileMappings(smaps: string): { readonly start: number; readonly length: number }[] {
  const found: { start: number; length: number }[] = [];
  for (const block of smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (r\S{2})p \S+ \S+ (\d+) +\//.exec(block);
    if (head === null || head[4] === '0' || !/^Anonymous: +0 kB$/m.test(block)) continue;
    const start = Number.parseInt(head[1] ?? '', 16);
    found.push({ start, length: Number.parseInt(head[2] ?? '', 16) - start });
  }
  return found;
}
