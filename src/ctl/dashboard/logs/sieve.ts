/**
 * Which lines of the ring are shown and which are found: by the pattern, and by their stream. It is worked out chunk by
 * chunk, the newest first, some at a time: a filter over 50,000 lines stops neither keys nor drawing.
 */
import { clean } from '../text.ts';
import { asLiteral, matching, type Pattern } from './pattern.ts';
import { CHUNK_LINES, type Chunk, type Ring } from './ring.ts';

/** What is known of a chunk: of its first `seen` lines those that are shown, and those that have the pattern. */
interface Sifted {
  readonly seen: number;
  readonly shown: readonly number[];
  readonly found: readonly number[];
}

export interface Sieve {
  readonly pattern: Pattern | undefined;
  /** Lines without the pattern are not shown; else it only marks. */
  readonly isHiding: boolean;
  readonly onlyErrors: boolean;
  /** By the number of the chunk since the beginning. */
  readonly sifted: ReadonlyMap<number, Sifted>;
  /** Whether every line has been looked at. */
  readonly isDone: boolean;
}

export const openSieve: Sieve = {
  pattern: undefined,
  isHiding: false,
  onlyErrors: false,
  sifted: new Map(),
  isDone: true,
};

/** In one go: what an eye does not notice. */
const CHUNKS_AT_ONCE = 8;
const LENGTH_AT_ONCE = 512 * 1024;

/** Whether lines may be hidden by it. */
export function isNarrow({ pattern, isHiding, onlyErrors }: Sieve): boolean {
  return onlyErrors || (isHiding && pattern !== undefined);
}

export function changedSieve(sieve: Sieve, change: Partial<Pick<Sieve, 'pattern' | 'isHiding' | 'onlyErrors'>>): Sieve {
  return { ...sieve, ...change, sifted: new Map(), isDone: false };
}

/** Looks at some of the lines that it has not seen yet. */
export function sifted(sieve: Sieve, ring: Ring): Sieve {
  const { pattern, onlyErrors } = sieve;
  if (pattern === undefined && !onlyErrors) return sieve.isDone ? sieve : { ...sieve, isDone: true };
  const first = ring.start / CHUNK_LINES;
  const known = new Map(sieve.sifted);
  for (const number of known.keys()) {
    if (number < first) known.delete(number);
  }
  let chunks = 0;
  let length = 0;
  for (let index = ring.chunks.length - 1; index >= 0; index -= 1) {
    const chunk = ring.chunks[index];
    const before = known.get(first + index);
    if (chunk === undefined || before?.seen === chunk.lines.length) continue;
    if (chunks >= CHUNKS_AT_ONCE || length >= LENGTH_AT_ONCE) return { ...sieve, sifted: known, isDone: false };
    const next = siftedChunk(sieve, chunk, before);
    // It took too long: from the beginning, literally.
    if (next === undefined && pattern !== undefined) {
      return sifted(changedSieve(sieve, { pattern: asLiteral(pattern) }), ring);
    }
    if (next !== undefined) known.set(first + index, next);
    chunks += 1;
    length += chunk.length;
  }
  return { ...sieve, sifted: known, isDone: true };
}

function siftedChunk(
  { pattern, isHiding, onlyErrors }: Sieve,
  chunk: Chunk,
  before: Sifted | undefined,
): Sifted | undefined {
  const seen = before?.seen ?? 0;
  const wanted: number[] = [];
  for (let at = seen; at < chunk.lines.length; at += 1) {
    const line = chunk.lines[at];
    // Our own lines are for everybody.
    if (!onlyErrors || line?.isError === true || line?.name === '') wanted.push(at);
  }
  const texts = wanted.map((at) => clean(chunk.lines[at]?.text ?? ''));
  const hits = pattern === undefined ? [] : matching(pattern, texts);
  if (hits === undefined) return undefined;
  const found = hits.map((index) => wanted[index] ?? 0);
  return {
    seen: chunk.lines.length,
    shown: [...(before?.shown ?? []), ...(isHiding && pattern !== undefined ? found : wanted)],
    found: [...(before?.found ?? []), ...found],
  };
}

/** The serials of shown lines from `from` on, or back from it, one after another. */
export function* shownFrom(sieve: Sieve, ring: Ring, from: number, direction: 1 | -1): Generator<number, undefined> {
  if (isNarrow(sieve)) return yield* serialsFrom(sieve, ring, 'shown', from, direction);
  const begin = direction === 1 ? Math.max(from, ring.start) : Math.min(from, ring.end - 1);
  for (let serial = begin; serial >= ring.start && serial < ring.end; serial += direction) yield serial;
  return undefined;
}

/** The next line with the pattern, as far as is known. */
export function foundFrom(sieve: Sieve, ring: Ring, from: number, direction: 1 | -1): number | undefined {
  if (sieve.pattern === undefined) return undefined;
  return serialsFrom(sieve, ring, 'found', from, direction).next().value;
}

function* serialsFrom(
  { sifted: known }: Sieve,
  ring: Ring,
  which: 'shown' | 'found',
  from: number,
  direction: 1 | -1,
): Generator<number, undefined> {
  const start = Math.max(ring.start, Math.min(from, ring.end));
  const first = ring.start / CHUNK_LINES;
  const count = ring.chunks.length;
  for (let index = Math.floor(start / CHUNK_LINES); index >= first && index <= first + count; index += direction) {
    const offsets = known.get(index)?.[which] ?? [];
    for (let at = 0; at < offsets.length; at += 1) {
      const offset = offsets[direction === 1 ? at : offsets.length - 1 - at] ?? 0;
      const serial = index * CHUNK_LINES + offset;
      if (direction === 1 ? serial >= from : serial <= from) yield serial;
    }
  }
  return undefined;
}

/** How many lines are shown, as far as is known. */
export function shownCount(sieve: Sieve, ring: Ring): number {
  if (!isNarrow(sieve)) return ring.end - ring.start;
  let count = 0;
  for (const { shown } of sieve.sifted.values()) count += shown.length;
  return count;
}
