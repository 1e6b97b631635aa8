import { spawn as nodeSpawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LinuxOs } from '../../../src/daemon/os/linux.ts';
import { Children, until } from './children.ts';

const { SIGABRT, SIGKILL, SIGTERM } = constants.signals;
const exits = (script: string) => ['/bin/sh', '-c', script] as const;

test('200 children in a row: every exit is seen once, with its code', async () => {
  await using children = new Children();
  const codes = new Map<number, number>();
  for (let index = 0; index < 200; index++) {
    const code = index % 2 === 0 ? 0 : index;
    const pid = children.start(code === 0 ? ['/bin/true'] : exits(`exit ${code}`));
    codes.set(pid, code);
    if (index % 20 === 0) await children.exitOf(pid);
  }
  await until('200 exits', () => children.exits.length >= 200 || undefined);
  expect(new Map(children.exits.map(({ pid, code }) => [pid, code]))).toEqual(codes);
  expect(children.exits).toHaveLength(200);
  expect(children.exits.every(({ ours, signal, coreDumped }) => ours && signal === undefined && !coreDumped)).toBe(
    true,
  );
});

test('500 children live at once, and all of their deaths are seen', async () => {
  await using children = new Children();
  const pids = Array.from({ length: 500 }, () => children.start(['/bin/sleep', '100']));
  expect(children.exits).toEqual([]);
  for (const pid of pids) expect(children.os.kill(pid, SIGTERM)).toBe(0);
  await until('500 exits', () => children.exits.length >= 500 || undefined);
  expect(children.exits.map(({ pid }) => pid).sort()).toEqual(pids.sort());
  expect(new Set(children.exits.map(({ signal }) => signal))).toEqual(new Set([SIGTERM]));
});

test('a child that a signal ends has the signal and no code', async () => {
  await using children = new Children();
  const pid = children.start(['/bin/sleep', '100']);
  children.os.kill(pid, SIGKILL);
  expect(await children.exitOf(pid)).toEqual({ pid, code: undefined, signal: SIGKILL, coreDumped: false, ours: true });
});

test('a child that dumps core says so, and one that may not does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'core-'));
  await using children = new Children();
  const run = (bytes: number) => children.run(exits('kill -ABRT $$'), { cwd: folder, rlimits: [[4, bytes, -1]] });
  expect(await run(0)).toMatchObject({ signal: SIGABRT, coreDumped: false });
  expect(await run(-1)).toMatchObject({ signal: SIGABRT, coreDumped: true });
  rmSync(folder, { recursive: true });
});

test('a signal to a negative pid reaches the whole process group', async () => {
  await using children = new Children();
  const { read, write } = children.os.pipe('read');
  const pid = children.start(exits('sleep 100 & sleep 100'), { fds: [0, write, write] });
  children.os.close(write);
  const closed = children.textOf(read); // ends only when nobody of the group has the pipe any more
  await until('both sleep', () => {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.trim().split(' ').length === 2 || undefined;
  });
  expect(children.os.kill(-pid, SIGKILL)).toBe(0);
  expect(await closed).toBe('');
});

test('a signal to nobody answers ESRCH; 0 and -1, which mean everybody, are refused', async () => {
  await using children = new Children();
  const { pid } = await children.run(['/bin/true']);
  expect(children.os.kill(pid, 0)).toBe(constants.errno.ESRCH);
  expect(children.os.kill(0, 0)).toBe(constants.errno.EINVAL);
  expect(children.os.kill(-1, 0)).toBe(constants.errno.EINVAL);
});

test('children of child_process among ours keep their exit event and are not reported', async () => {
  await using children = new Children();
  const theirs: Promise<[number, number | null]>[] = [];
  const ours: number[] = [];
  for (let index = 0; index < 60; index++) {
    const child = nodeSpawn('/bin/sh', ['-c', `exit ${index}`], { stdio: 'ignore' });
    theirs.push(once(child, 'exit').then(([code]) => [index, code as number | null]));
    ours.push(children.start(exits(`exit ${index}`)));
  }
  for (const exit of theirs) expect(await exit).toEqual([(await exit)[0], (await exit)[0]]);
  await until('60 exits of ours', () => children.exits.length >= 60 || undefined);
  expect(children.exits.map(({ pid, code }) => [pid, code]).sort()).toEqual(
    ours.map((pid, code) => [pid, code]).sort(),
  );
});

/** Waits without giving the event loop a turn: nobody can have handled a SIGCHLD when this comes back. */
function awaitZombies(...pids: number[]): void {
  const deadline = Date.now() + 10_000;
  const isZombie = (pid: number) => /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  while (!pids.every(isZombie)) if (Date.now() > deadline) throw new Error(`No zombies: ${pids}`);
}

test('an ended child that is to be kept stays for its owner, and those behind it wait', async () => {
  await using children = new Children();
  const [first = 0, second = 0] = [children.start(['/bin/true']), children.start(exits('exit 3'))];
  const out = new Int32Array(8);
  awaitZombies(first, second);
  expect(children.posix.reap(out, Int32Array.of(1, first))).toBe(1);
  expect([...out.subarray(0, 4)]).toEqual([first, -1, 0, 0]);
  children.os.rescan();
  expect(children.exits).toMatchObject([
    { pid: first, code: 0 },
    { pid: second, code: 3 },
  ]);
});

test('a child of child_process that we see first still gets its exit event', async () => {
  await using children = new Children();
  const child = nodeSpawn('/bin/sh', ['-c', 'exit 5'], { stdio: 'ignore' });
  const exit = once(child, 'exit');
  awaitZombies(child.pid ?? 0);
  children.os.rescan();
  expect(await exit).toEqual([5, null]);
  expect(children.exits).toEqual([]);
});

test('an orphan that falls to us as subreaper is reaped and reported as not ours', async () => {
  await using children = new Children();
  children.os.becomeSubreaper();
  const { read, write } = children.os.pipe('read');
  const parent = children.start(exits('for i in 1 2 3; do (sleep 0.05; exit 7) & done'), { fds: [0, write, write] });
  children.os.close(write);
  await children.textOf(read);
  await until('three orphans', () => children.exits.length >= 4 || undefined);
  children.posix.setSubreaper(false);
  expect(children.exits.filter(({ pid }) => pid === parent)).toMatchObject([{ code: 0, ours: true }]);
  expect(children.exits.filter(({ pid }) => pid !== parent)).toMatchObject(Array(3).fill({ code: 7, ours: false }));
});

test('a child that an earlier image of the daemon made counts as ours once adopted', async () => {
  await using earlier = new Children();
  await using children = new Children();
  const ended = (os: LinuxOs) => new Promise((resolve) => os.onChildExit(resolve));
  earlier.os[Symbol.dispose]();
  const pid = earlier.posix.spawn(
    '/bin/true',
    ['true'],
    [],
    undefined,
    Int32Array.of(0, 1, 2),
    Int32Array.of(0, -1, -1, -1, 0, 0),
    undefined,
    undefined,
  );
  children.os.adopt(pid);
  expect(await ended(children.os)).toMatchObject({ pid, code: 0, ours: true });
});

test('what ended before anybody listened is found by a rescan', async () => {
  await using children = new Children();
  const pid = children.start(['/bin/true']);
  awaitZombies(pid);
  expect(children.exits).toEqual([]);
  children.os.rescan();
  expect(children.exits).toMatchObject([{ pid, code: 0 }]);
});

test('a listener that starts the next child at once misses no exit', async () => {
  await using children = new Children();
  let left = 100;
  children.os.onChildExit(() => {
    if (left-- > 0) children.start(['/bin/true']);
    children.os.rescan();
  });
  for (let index = 0; index < 10; index++) children.start(['/bin/true']);
  await until('110 exits', () => children.exits.length >= 110 || undefined);
  expect(children.exits.every(({ ours, code }) => ours && code === 0)).toBe(true);
});
