import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { LinuxOs } from '../../../src/daemon/os/linux.ts';
import type { Posix } from '../../../src/daemon/os/posix.ts';

/** A kernel with these ended children, in this order: each exits with 0 and stays until it is reaped. */
function zombies(...pids: number[]) {
  const kept: number[][] = [];
  const reap = (out: Int32Array, keep: Int32Array = new Int32Array()): number => {
    kept.push([...keep]);
    for (let row = 0; ; row++) {
      const pid = pids[0];
      if (row * 4 === out.length || pid === undefined) return row;
      const isKept = keep.includes(pid);
      out.set([pid, isKept ? -1 : 0, 0, 0], row * 4);
      if (isKept) return row + 1;
      pids.shift();
    }
  };
  return { pids, kept, posix: { reap } as unknown as Posix };
}

/** A child of Node's own, as Node announces it. */
function announce(pid: number | undefined) {
  const child = Object.assign(new EventEmitter(), { pid });
  channel('child_process').publish({ process: child });
  return child;
}

function seenBy(os: LinuxOs): number[] {
  const seen: number[] = [];
  os.onChildExit(({ pid }) => seen.push(pid));
  return seen;
}

test('more children than one call can answer are all reported', () => {
  const { posix } = zombies(...Array.from({ length: 64 + 64 + 1 }, (_, index) => 100 + index));
  using os = new LinuxOs(posix);
  const seen = seenBy(os);
  os.rescan();
  expect(seen).toHaveLength(129);
  expect(new Set(seen).size).toBe(129);
});

test('a child of child_process is left to it, and what ended behind it is found one turn later', async () => {
  const { posix, pids } = zombies(1, 2, 3);
  using os = new LinuxOs(posix);
  const seen = seenBy(os);
  const child = announce(2);
  os.rescan();
  expect([seen, pids]).toEqual([[1], [2, 3]]);
  pids.shift(); // libuv waits for it, and says so
  child.emit('exit');
  await new Promise(setImmediate);
  expect([seen, pids]).toEqual([[1, 3], []]);
});

test('a child of child_process that ended, or never started, is not asked about again', () => {
  const { posix, kept } = zombies();
  using os = new LinuxOs(posix);
  const child = announce(7);
  const failed = announce(undefined);
  os.rescan();
  child.emit('exit');
  failed.pid = 8; // would show that it was still known
  os.rescan();
  expect(kept).toEqual([[7], []]);
  expect(failed.listenerCount('error')).toBe(0); // a listener of ours would swallow an error nobody handles
});

test('a listener that throws does not lose the exits behind the one it threw at', async () => {
  const { posix } = zombies(1, 2, 3);
  using os = new LinuxOs(posix);
  const seen = seenBy(os);
  const cancel = os.onChildExit(() => {
    cancel();
    throw new Error('a bug');
  });
  expect(() => os.rescan()).toThrow('a bug');
  expect(seen).toEqual([1]);
  await new Promise(setImmediate);
  expect(seen).toEqual([1, 2, 3]);
});
