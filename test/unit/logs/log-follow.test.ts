import { appendFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LogFollow } from '../../../src/daemon/logs/log-follow.ts';
import { LogDir, write } from './support/log-dir.ts';

function follow(dir: LogDir, name: string) {
  const seen = { text: '', ends: 0 };
  const handle = new LogFollow(dir.at(name), { files: dir.files, os: dir.clock }).start(
    (chunk) => {
      seen.text += chunk.toString();
    },
    () => {
      seen.ends += 1;
    },
  );
  const next = (ms = 0) => {
    seen.text = '';
    dir.clock.advance(ms);
    return seen.text;
  };
  return { handle, next, seen };
}

test('the last 1024 bytes come first, then what this daemon writes, at once', () => {
  using dir = new LogDir();
  const log = dir.open('a.log');
  write(log, `${'x'.repeat(100)}${'y'.repeat(1024)}`);
  const { next, handle } = follow(dir, 'a.log');
  expect(next()).toBe('y'.repeat(1024));
  write(log, 'one\n');
  write(log, 'two\n');
  expect(next()).toBe('one\ntwo\n');
  handle.stop();
  expect(dir.clock.armed).toBe(0);
});

test('a short log comes whole', () => {
  using dir = new LogDir();
  writeFileSync(dir.at('a.log'), 'short\n');
  const { next, handle } = follow(dir, 'a.log');
  expect(next()).toBe('short\n');
  handle.stop();
});

test('what others write comes within 0.1 s, or within a second if this daemon has the log open', () => {
  using dir = new LogDir();
  writeFileSync(dir.at('a.log'), '');
  const { next, handle } = follow(dir, 'a.log');
  next();
  appendFileSync(dir.at('a.log'), 'theirs\n');
  expect(next(100)).toBe('theirs\n');
  dir.open('a.log');
  next();
  appendFileSync(dir.at('a.log'), 'more\n');
  expect(next(1_000)).toBe('more\n');
  handle.stop();
});

test('the tail goes on in the new file after a rotation, and misses nothing of the old one', () => {
  using dir = new LogDir();
  const log = dir.open('a.log', 10, 2);
  const { next, handle } = follow(dir, 'a.log');
  next();
  write(log, '0123456789ab\n');
  write(log, 'new\n');
  expect(next()).toBe('0123456789ab\nnew\n');
  handle.stop();
});

test('a log that is emptied is announced and read from its start', () => {
  using dir = new LogDir();
  const log = dir.open('a.log');
  write(log, '0123456789\n');
  const { next, handle } = follow(dir, 'a.log');
  next();
  truncateSync(dir.at('a.log'));
  write(log, 'new\n');
  expect(next()).toBe('==> File truncated <==\nnew\n');
  handle.stop();
});

test('a log that is cleared is read from its start', () => {
  using dir = new LogDir();
  const log = dir.open('a.log');
  write(log, 'old\n');
  const { next, handle } = follow(dir, 'a.log');
  next();
  log.clear();
  write(log, 'new\n');
  expect(next()).toBe('new\n');
  handle.stop();
});

test('a log that vanished is waited for', () => {
  using dir = new LogDir();
  writeFileSync(dir.at('a.log'), 'old\n');
  const { next, handle } = follow(dir, 'a.log');
  next();
  unlinkSync(dir.at('a.log'));
  expect(next(500)).toBe('');
  writeFileSync(dir.at('a.log'), 'back\n');
  expect(next(100)).toBe('back\n');
  handle.stop();
});

test('a reader that pauses gets nothing and costs no timer; it misses nothing when it goes on', () => {
  using dir = new LogDir();
  const log = dir.open('a.log', 10, 2);
  const { next, handle } = follow(dir, 'a.log');
  next();
  handle.pause();
  expect(dir.clock.armed).toBe(0);
  write(log, '0123\n');
  expect(next(5_000)).toBe('');
  expect(dir.clock.armed).toBe(0);
  write(log, '456789\n');
  write(log, 'new\n');
  handle.resume();
  expect(next()).toBe('0123\n456789\nnew\n');
  handle.stop();
});

test('a reader that pauses while it is fed gets no more than the piece at hand', () => {
  using dir = new LogDir();
  writeFileSync(dir.at('a.log'), '');
  let got = 0;
  const handle = new LogFollow(dir.at('a.log'), { files: dir.files, os: dir.clock }).start(
    (chunk) => {
      got += chunk.length;
      handle.pause();
    },
    () => undefined,
  );
  dir.clock.advance(0);
  appendFileSync(dir.at('a.log'), 'x'.repeat(1024 * 1024));
  dir.clock.advance(1_000);
  expect(got).toBe(64 * 1024);
  handle.stop();
});

test('nobody who follows costs nothing', () => {
  using dir = new LogDir();
  const log = dir.open('a.log');
  const { handle, next } = follow(dir, 'a.log');
  handle.stop();
  write(log, 'more\n');
  expect(next(1_000)).toBe('');
  expect(dir.clock.armed).toBe(0);
});
