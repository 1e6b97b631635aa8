import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, statSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ChildOutput } from '../../../src/daemon/logs/child-output.ts';
import type { OutputSink } from '../../../src/daemon/logs/output-lane.ts';
import { until } from '../../support/until.ts';
import { RealLogs, sha256, untilEnded } from './support.ts';

const plain = { name: 'seq', channel: 'stdout', stripAnsi: false, captureMaxBytes: 0 } as const;

/** `seq 1 13200000` is 107 MB. */
const lines = 13_200_000;

test.each([
  ['spliced', false],
  ['read and written', true],
])('of 100 MB of numbered lines, %s, with rotation no byte is lost', async (_how, stripAnsi) => {
  using logs = new RealLogs();
  let isEnded = false;
  const log = logs.open(logs.at('seq.log'), 1_000_000, 200);
  const sink = new ChildOutput({
    ...plain,
    stripAnsi,
    log,
    onEnd: () => {
      isEnded = true;
    },
  });
  logs.run(`seq 1 ${lines}`, sink);
  await untilEnded('all of it is in the log', () => isEnded);
  const expected = execFileSync('/bin/sh', ['-c', `seq 1 ${lines} | sha256sum`], { encoding: 'utf8' });
  const all = logs.all('seq.log');
  expect(all.length).toBeGreaterThan(100_000_000);
  expect(sha256(all)).toBe(expected.slice(0, 64));
  for (let number = 1; number <= 90; number += 1) {
    const { size } = statSync(logs.at(`seq.log.${number}`));
    expect(size).toBeGreaterThanOrEqual(1_000_000);
    expect(size).toBeLessThanOrEqual(1_000_000 + 128 * 1024);
  }
  expect(log.droppedBytes).toBe(0);
});

test('with 1 MB and 5 backups the newest 5 MB and more are there, in order and without a gap', async () => {
  using logs = new RealLogs();
  let isEnded = false;
  const log = logs.open(logs.at('seq.log'), 1_000_000, 5);
  logs.run('seq 1 2000000', new ChildOutput({ ...plain, log, onEnd: () => (isEnded = true) }));
  await untilEnded('all of it is in the log', () => isEnded);
  const kept = logs.all('seq.log').toString();
  expect(kept.length).toBeGreaterThanOrEqual(5_000_000);
  expect(kept.length).toBeLessThan(7_000_000);
  const numbers = kept.slice(kept.indexOf('\n') + 1, -1).split('\n');
  expect(Number(numbers.at(-1))).toBe(2_000_000);
  const first = Number(numbers[0]);
  expect(numbers.every((number, index) => Number(number) === first + index)).toBe(true);
});

test('fifty programs writing at once each get all their lines, in order', async () => {
  using logs = new RealLogs();
  let ended = 0;
  for (let number = 0; number < 50; number += 1) {
    const log = logs.open(logs.at(`w${number}.log`));
    logs.run('seq 1 100000', new ChildOutput({ ...plain, log, onEnd: () => (ended += 1) }));
  }
  await untilEnded('all have ended', () => ended === 50);
  const expected = sha256(execFileSync('seq', ['1', '100000']));
  for (let number = 0; number < 50; number += 1) expect(sha256(logs.all(`w${number}.log`))).toBe(expected);
});

test('one program writing at full speed keeps neither the others nor the event loop waiting', async () => {
  using logs = new RealLogs();
  const ended: string[] = [];
  const end = (name: string) => () => ended.push(name);
  logs.run('yes | head -c 600000000', new ChildOutput({ ...plain, log: undefined, onEnd: end('loud') }));
  for (let number = 0; number < 20; number += 1) {
    const log = logs.open(logs.at(`w${number}.log`));
    logs.run('seq 1 1000', new ChildOutput({ ...plain, log, onEnd: end('quiet') }));
  }
  let longest = 0;
  let last = performance.now();
  await untilEnded('all have ended', () => {
    // `until` asks every 20 ms: what is more than that, the loop was busy.
    longest = Math.max(longest, performance.now() - last - 20);
    last = performance.now();
    return ended.length === 21;
  });
  expect(ended.at(-1)).toBe('loud');
  expect(longest).toBeLessThan(500);
});

test('what a program left in its pipe is in the log as soon as its exit is handled', async () => {
  using logs = new RealLogs();
  const log = logs.open(logs.at('a.log'));
  const { read, write } = logs.pipe();
  const source = logs.output.attach(read, new ChildOutput({ ...plain, log }));
  expect(writeSync(write, 'x'.repeat(65_536))).toBe(65_536);
  logs.output.drainNow(source);
  expect(statSync(logs.at('a.log')).size).toBe(65_536);
  logs.posix.close(write);
  logs.output.finish(source);
  expect(logs.files.isOpen(logs.at('a.log'))).toBe(false);
  expect(() => logs.posix.read(read, Buffer.alloc(1), 0, 1)).not.toThrow();
  expect(logs.posix.read(read, Buffer.alloc(1), 0, 1)).toBe(-9);
});

test('programs that are silent cost no timer and no call', async () => {
  using logs = new RealLogs();
  let isEnded = false;
  let polled = 0;
  const ends = Array.from({ length: 100 }, () => logs.pipe());
  for (const { read } of ends) {
    const sink: OutputSink = {
      isPrompt: false,
      isCongested: false,
      splice: () => undefined,
      take: () => {
        polled += 1;
      },
      end: () => undefined,
    };
    logs.output.attach(read, sink);
  }
  // Something that takes as long as a few hundred of our periods would.
  logs.run('sleep 0.5; echo done', new ChildOutput({ ...plain, log: undefined, onEnd: () => (isEnded = true) }));
  const before = logs.timers.armed;
  await until('the other one has ended', () => isEnded);
  expect(polled).toBe(0);
  // One for its line, one for its end.
  expect(logs.timers.armed - before).toBeLessThanOrEqual(2);
  expect(logs.timers.waiting).toBe(0);
  for (const { write } of ends) logs.posix.close(write);
});

test('a stdout that nobody reads stops neither the daemon nor the programs', async () => {
  using logs = new RealLogs();
  const { read, write } = logs.pipe();
  const log = logs.open(`/proc/self/fd/${write}`);
  let isEnded = false;
  const { ended } = logs.run('seq 1 500000', new ChildOutput({ ...plain, log, onEnd: () => (isEnded = true) }));
  expect(await ended).toBe(0);
  await untilEnded('all was taken', () => isEnded);
  expect(log.droppedBytes).toBeGreaterThan(1_000_000);
  expect(logs.notices).toHaveLength(1);
  expect(logs.notices[0]).toContain('EAGAIN');
  logs.posix.close(write);
  logs.posix.close(read);
});

test('a stdout that is read slowly gets every byte', async () => {
  using logs = new RealLogs();
  const { read, write } = logs.pipe();
  const log = logs.open(`/proc/self/fd/${write}`);
  let isEnded = false;
  logs.run('seq 1 300000', new ChildOutput({ ...plain, log, onEnd: () => (isEnded = true) }));
  const got: Buffer[] = [];
  await until('all of it was read', () => {
    const piece = Buffer.alloc(128 * 1024);
    const count = logs.posix.read(read, piece, 0, piece.length);
    if (count > 0) got.push(piece.subarray(0, count));
    return isEnded && count === -11;
  });
  expect(sha256(Buffer.concat(got))).toBe(sha256(execFileSync('seq', ['1', '300000'], { maxBuffer: 1e7 })));
  logs.posix.close(write);
  logs.posix.close(read);
});

test('a FIFO that is held open on both sides is drained and does not end', async () => {
  using logs = new RealLogs();
  execFileSync('mkfifo', [logs.at('fifo')]);
  const fd = openSync(logs.at('fifo'), constants.O_RDWR | constants.O_NONBLOCK);
  const log = logs.open(logs.at('a.log'));
  let isEnded = false;
  const source = logs.output.attach(fd, new ChildOutput({ ...plain, log, onEnd: () => (isEnded = true) }));
  execFileSync('/bin/sh', ['-c', `echo one > ${logs.at('fifo')}`]);
  await until('it is in the log', () => logs.all('a.log').toString() === 'one\n');
  writeSync(fd, 'two\n');
  logs.output.drainNow(source);
  expect(logs.all('a.log').toString()).toBe('one\ntwo\n');
  expect(isEnded).toBe(false);
  logs.output.detach(source);
  writeSync(fd, 'kept');
  expect(readSync(fd, Buffer.alloc(10))).toBe(4);
  closeSync(fd);
});
