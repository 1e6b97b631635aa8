/**
 * Giving memory back once the daemon has settled. Reading the files and starting hundreds of programs leaves garbage
 * behind that V8 would keep until somebody needs the room; the program's own pages (36 MB of the node binary) were
 * touched at start-up and are hardly used again. Both go once, after the start; nothing here repeats.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Posix } from './os/posix.ts';

/**
 * To be called first of all: a heap that grows slowly, for a program that mostly waits. Until `giveBack` nothing is
 * compiled by the optimising compiler either: what runs at the start runs once, and the compiler's threads would keep
 * 2 MB for it.
 */
export function preferSmallHeap(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--no-opt');
  // The young generation stays as small as it begins: a thousand programs then cost 20 MB and not 30.
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Collects garbage, returns free heap pages, and drops clean pages of files: takes some 20 ms, once. */
export function giveBack(posix: Posix): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // The code that read the files and started everything goes too; what is needed again is compiled again.
  setFlagsFromString('--stress-flush-code');
  collect();
  collect();
  setFlagsFromString('--no-stress-flush-code');
  setFlagsFromString('--no-expose-gc');
  setFlagsFromString('--opt');
  posix.trimHeap();
  for (const { start, length } of cleanFileMappings(readFileSync('/proc/self/smaps', 'latin1'))) {
    posix.dropPages(start, length);
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
