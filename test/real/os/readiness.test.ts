import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadPosix } from '../../../src/daemon/os/posix.ts';
import { Children, until } from './children.ts';
import { pipeOf } from './pipes.ts';

const posix = loadPosix();
const pipe = () => pipeOf(posix);
const { ESRCH } = constants.errno;

test('epoll names what is readable or hung up, again and again, until it is deleted', () => {
  using a = pipe();
  using b = pipe();
  using c = pipe();
  const epoll = posix.epollCreate();
  const tokens = new Int32Array(8);
  const ready = () => [...tokens.subarray(0, posix.epollWait(epoll, tokens))].sort((x, y) => x - y);
  for (const [index, ends] of [a, b, c].entries())
    expect(posix.epollAdd(epoll, ends.read, 2_147_483_640 + index)).toBe(0);
  expect(ready()).toEqual([]);
  b.say('x');
  c.closeWrite();
  expect(ready()).toEqual([2_147_483_641, 2_147_483_642]);
  expect(posix.epollWait(epoll, tokens.subarray(0, 1))).toBe(1);
  expect(posix.epollDelete(epoll, c.read)).toBe(0);
  expect(ready()).toEqual([2_147_483_641]);
  expect(posix.epollDelete(epoll, c.read)).toBe(-constants.errno.ENOENT);
  posix.close(epoll);
});

test('a poll calls back while there is something to read and at the end, and not once it is stopped or closed', async () => {
  using ends = pipe();
  using clock = pipe();
  let calls = 0;
  const poll = posix.pollCreate(ends.read, () => calls++);
  /** Whole turns of the event loop, in which another pipe was found readable. */
  const turns = async () => {
    for (let seen = 0; seen < 3; ) {
      const other = posix.pollCreate(clock.read, () => {
        posix.read(clock.read, Buffer.alloc(9), 0, 9);
        other.close();
        seen++;
      });
      other.start();
      const before = seen;
      clock.say('x');
      await until('the other pipe was found readable', () => seen > before || undefined);
    }
  };
  poll.start();
  await turns();
  expect(calls).toBe(0);
  ends.say('x');
  await until('a second call for the same byte', () => calls >= 2 || undefined);
  poll.stop();
  const whenStopped = calls;
  await turns();
  expect(calls).toBe(whenStopped);
  posix.read(ends.read, Buffer.alloc(9), 0, 9);
  ends.closeWrite();
  poll.start();
  await until('a call for the end', () => calls > whenStopped || undefined);
  poll.close();
  const whenClosed = calls;
  poll.start();
  poll.close();
  poll.stop();
  await turns();
  expect(calls).toBe(whenClosed);
});

test('what cannot be waited for is refused by name, as is a second poll for the same descriptor', () => {
  using ends = pipe();
  const folder = mkdtempSync(join(tmpdir(), 'poll-'));
  const file = openSync(join(folder, 'regular'), 'w');
  expect(() => posix.pollCreate(file, () => {})).toThrow('Cannot wait for a descriptor: EPERM');
  expect(() => posix.pollCreate(99_999, () => {})).toThrow('EBADF');
  const poll = posix.pollCreate(ends.read, () => {});
  poll.start();
  expect(() => posix.pollCreate(ends.read, () => {})).toThrow('EEXIST');
  poll.close();
  closeSync(file);
  rmSync(folder, { recursive: true });
});

test('a pidfd is readable when its process ends', async () => {
  await using children = new Children();
  const pid = children.start(['/bin/sleep', '100']);
  const pidfd = posix.pidfdOpen(pid);
  let hasEnded = false;
  const poll = posix.pollCreate(pidfd, () => {
    hasEnded = true;
    poll.close();
    posix.close(pidfd);
  });
  poll.start();
  children.os.kill(pid, 9);
  await until('the pidfd was readable', () => hasEnded || undefined);
  await children.exitOf(pid);
  expect(posix.pidfdOpen(pid)).toBe(-ESRCH);
});
