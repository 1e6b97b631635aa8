import { expect, test } from 'vitest';
import { cleanFileMappings, MemoryKeeper } from '../../../src/daemon/memory.ts';
import { FakeOs } from '../../support/fake-os.ts';

const block = (head: string, anonymousKb: number): string =>
  `${head}\nSize:                  4 kB\nRss:                   4 kB\nAnonymous:      ${String(anonymousKb).padStart(8)} kB\nVmFlags: rd mr\n`;

test('only unchanged mappings of files are given back, never one with a page of its own', () => {
  const smaps =
    block('00400000-00d00000 r-xp 00000000 fe:00 1234                               /usr/bin/node', 0) +
    block('00d00000-00e00000 r--p 00900000 fe:00 1234                               /usr/bin/node', 8) +
    block('00e00000-00f00000 rw-p 00a00000 fe:00 1234                               /usr/bin/node', 0) +
    block('35050000-36000000 rw-p 00000000 00:00 0                                  [heap]', 3000) +
    block('7f0000000000-7f0000001000 r--s 00000000 00:01 99                         /memfd:state', 0) +
    block('7ffd00000000-7ffd00021000 r-xp 00000000 00:00 0                          [vdso]', 0);
  expect(cleanFileMappings(smaps)).toEqual([
    { start: 0x400000, length: 0x900000 },
    { start: 0xe00000, length: 0x100000 },
  ]);
});

test('requests leave one look at the heap behind, ten seconds after the last of them, and no timer after that', () => {
  const os = new FakeOs();
  const calls: string[] = [];
  const keeper = new MemoryKeeper(os, {
    trimHeap: () => calls.push('trim'),
    dropPages: () => 0,
  });
  keeper.touched();
  expect(os.pending).toBe(0);
  keeper.settle();
  expect(calls).toEqual(['trim']);
  keeper.touched();
  keeper.touched();
  expect(os.pending).toBe(1);
  os.advance(6_000);
  keeper.touched();
  os.advance(9_000);
  expect(os.pending).toBe(1);
  os.advance(1_000);
  expect(os.pending).toBe(0);
  keeper.touched();
  keeper.close();
  expect(os.pending).toBe(0);
});
