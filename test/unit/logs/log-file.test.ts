import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { expect, test } from 'vitest';
import { emptyLog } from '../../../src/daemon/program-logs.ts';
import { LogDir, write } from './support/log-dir.ts';

test('records of 4 bytes with a limit of 10 and 2 backups make files of 12 bytes', () => {
  using dir = new LogDir();
  const log = dir.open('app.log', 10, 2);
  for (let i = 0; i < 11; i += 1) write(log, `${String(i).padStart(3, '0')}\n`);
  expect(dir.names()).toEqual(['app.log', 'app.log.1', 'app.log.2']);
  expect(dir.text('app.log')).toBe('009\n010\n');
  expect(dir.text('app.log.1')).toBe('006\n007\n008\n');
  expect(dir.text('app.log.2')).toBe('003\n004\n005\n');
});

test('a log that reaches its limit exactly is rotated', () => {
  using dir = new LogDir();
  const log = dir.open('app.log', 8, 1);
  write(log, '0123\n');
  expect(dir.names()).toEqual(['app.log']);
  write(log, 'ab\n');
  expect(dir.names()).toEqual(['app.log', 'app.log.1']);
  expect(dir.size('app.log')).toBe(0);
});

test('without backups a log that is full is emptied', () => {
  using dir = new LogDir();
  const log = dir.open('app.log', 10, 0);
  for (const text of ['0123\n', '4567\n', 'abc\n']) write(log, text);
  expect(dir.names()).toEqual(['app.log']);
  expect(dir.text('app.log')).toBe('abc\n');
});

test('what a log held before counts for its size', () => {
  using dir = new LogDir();
  writeFileSync(dir.at('app.log'), '01234567');
  const log = dir.open('app.log', 10, 1);
  write(log, 'ab');
  expect(dir.text('app.log.1')).toBe('01234567ab');
});

test('a gap among the backups is kept, as Supervisor keeps it', () => {
  using dir = new LogDir();
  writeFileSync(dir.at('app.log.2'), 'two');
  const log = dir.open('app.log', 3, 3);
  write(log, 'one');
  expect(dir.names()).toEqual(['app.log', 'app.log.1', 'app.log.3']);
  expect(dir.text('app.log.3')).toBe('two');
});

test('a log that was deleted is made anew, and no backup of it', () => {
  using dir = new LogDir();
  const log = dir.open('app.log', 10, 2);
  write(log, '0123\n');
  unlinkSync(dir.at('app.log'));
  write(log, '4567\n');
  expect(dir.names()).toEqual(['app.log']);
  expect(dir.text('app.log')).toBe('4567\n');
  expect(log.droppedBytes).toBe(0);
});

test('a log whose directory vanished is counted as lost until the directory is back', () => {
  using dir = new LogDir();
  mkdirSync(dir.at('sub'));
  const log = dir.open('sub/app.log', 10, 2);
  rmSync(dir.at('sub'), { recursive: true });
  write(log, '0123\n');
  write(log, '4567\n');
  expect(log.droppedBytes).toBe(10);
  expect(log.lastError).toBe('ENOENT');
  expect(dir.notices).toEqual(['Cannot reopen log file "sub/app.log": ENOENT']);
  mkdirSync(dir.at('sub'));
  dir.clock.advance(60_000);
  write(log, 'back\n');
  expect(dir.text('sub/app.log')).toBe('back\n');
  expect(log.lastError).toBeUndefined();
  expect(dir.notices[1]).toBe('Log file "sub/app.log" can be written again, 10 bytes were dropped');
});

test('a full disk drops and counts, tells it once a minute, and ends when there is room', () => {
  using dir = new LogDir();
  const log = dir.open('app.log');
  write(log, 'a');
  dir.posix.failWrites = 'ENOSPC';
  for (let i = 0; i < 100; i += 1) write(log, 'lost');
  expect(log.droppedBytes).toBe(400);
  expect(log.lastError).toBe('ENOSPC');
  expect(dir.notices).toEqual(['Cannot write log file "app.log": ENOSPC, 4 bytes dropped so far']);
  dir.clock.advance(60_000);
  write(log, 'lost');
  expect(dir.notices).toHaveLength(2);
  dir.posix.failWrites = undefined;
  write(log, 'b');
  expect(dir.text('app.log')).toBe('ab');
  expect(log.lastError).toBeUndefined();
  expect(dir.notices).toHaveLength(2);
  dir.clock.advance(60_000);
  write(log, 'c');
  expect(dir.notices[2]).toBe('Log file "app.log" can be written again, 404 bytes were dropped');
});

test('a write that is taken in parts is completed', () => {
  using dir = new LogDir();
  const log = dir.open('app.log');
  dir.posix.writeAtMost = 3;
  write(log, '0123456789');
  expect(dir.text('app.log')).toBe('0123456789');
});

test('programs that log to one path share its size and its rotation', () => {
  using dir = new LogDir();
  const one = dir.open('app.log', 10, 2);
  const two = dir.open('app.log', 10, 2);
  for (let i = 0; i < 3; i += 1) {
    write(one, `1-${i}\n`);
    write(two, `2-${i}\n`);
  }
  expect(dir.text('app.log.2')).toBe('1-0\n2-0\n1-1\n');
  expect(dir.text('app.log.1')).toBe('2-1\n1-2\n2-2\n');
  expect(dir.text('app.log')).toBe('');
  one.close();
  write(two, 'still\n');
  expect(dir.text('app.log')).toBe('still\n');
  two.close();
  expect(dir.files.isOpen(dir.at('app.log'))).toBe(false);
});

test('a log that others truncate goes on at its start, without a hole', () => {
  using dir = new LogDir();
  const log = dir.open('app.log', 20, 2);
  write(log, '0123456789');
  truncateSync(dir.at('app.log'));
  write(log, 'abc');
  expect(dir.text('app.log')).toBe('abc');
  const pipe = dir.posix.pipe('def');
  expect(log.splice(pipe)).toBe(3);
  expect(dir.text('app.log')).toBe('abcdef');
  expect(log.size).toBe(6);
});

test('a log that others write to as well is not spliced into', () => {
  using dir = new LogDir();
  const log = dir.open('app.log');
  expect(log.canSplice).toBe(true);
  appendFileSync(dir.at('app.log'), 'theirs\n');
  write(log, 'ours\n');
  expect(log.canSplice).toBe(false);
  expect(dir.text('app.log')).toBe('theirs\nours\n');
});

test('a log that others renamed is written to until it is reopened', () => {
  using dir = new LogDir();
  const log = dir.open('app.log');
  renameSync(dir.at('app.log'), dir.at('old.log'));
  write(log, 'old\n');
  expect(log.reopen()).toBeUndefined();
  write(log, 'new\n');
  expect(dir.text('old.log')).toBe('old\n');
  expect(dir.text('app.log')).toBe('new\n');
});

test('a log that others renamed is begun anew when it is full, and no backup of it', () => {
  using dir = new LogDir();
  const log = dir.open('app.log', 10, 2);
  renameSync(dir.at('app.log'), dir.at('old'));
  write(log, '0123456789');
  expect(dir.names()).toEqual(['app.log', 'old']);
  expect(dir.size('app.log')).toBe(0);
  expect(dir.notices).toEqual([]);
});

test('clear begins a new file, also when the old one is gone', () => {
  using dir = new LogDir();
  const log = dir.open('app.log');
  write(log, 'old\n');
  const before = statSync(dir.at('app.log'));
  expect(log.clear()).toBeUndefined();
  write(log, 'new\n');
  expect(dir.text('app.log')).toBe('new\n');
  unlinkSync(dir.at('app.log'));
  expect(log.clear()).toBeUndefined();
  expect(existsSync(dir.at('app.log'))).toBe(true);
  expect(before.size).toBe(4);
});

test('a log that is closed is neither reopened nor cleared: its descriptor may be another log by then', () => {
  using dir = new LogDir();
  const closed = dir.open('closed.log');
  write(closed, 'stays\n');
  closed.close();
  const other = dir.open('other.log');
  renameSync(dir.at('closed.log'), dir.at('renamed.log'));
  expect([closed.reopen(), closed.clear()]).toEqual([undefined, undefined]);
  write(other, 'one\n');
  expect([dir.names(), dir.text('renamed.log'), dir.text('other.log')]).toEqual([
    ['other.log', 'renamed.log'],
    'stays\n',
    'one\n',
  ]);
});

test('opening says why it cannot', () => {
  using dir = new LogDir();
  const open = (path: string) => dir.files.open(path, { maxBytes: 0, backups: 0 });
  expect(open(dir.at('missing/app.log'))).toEqual({ code: 'ENOENT' });
  expect(open(dir.path)).toEqual({ code: 'EISDIR' });
});

test('a device path is neither rotated nor cleared, even if there is a file behind it', () => {
  using dir = new LogDir();
  const behind = dir.open('app.log');
  write(behind, 'x');
  const log = dir.files.open('/proc/self/fd/1', { maxBytes: 4, backups: 2 });
  if (!('code' in log)) expect(log.isDevice).toBe(true);
  symlinkSync('/dev/null', dir.at('link.log'));
  const nowhere = dir.open('link.log', 4, 2);
  expect(nowhere.isDevice).toBe(true);
  write(nowhere, '0123456789');
  expect(nowhere.clear()).toBeUndefined();
  expect(dir.names()).toEqual(['app.log', 'link.log']);
});

test('a link to a descriptor is one: what is behind it is neither rotated nor cleared', () => {
  using dir = new LogDir();
  const fd = openSync(dir.at('redirected'), 'a');
  symlinkSync(`/proc/self/fd/${fd}`, dir.at('stdout'));
  symlinkSync('stdout', dir.at('access.log'));
  const log = dir.open('access.log', 4, 2);
  write(log, '0123456789');
  write(log, 'abc');
  expect(log.isDevice).toBe(true);
  expect(log.clear()).toBeUndefined();
  expect(emptyLog(dir.at('access.log'))).toBeUndefined();
  log.close();
  closeSync(fd);
  expect(dir.names()).toEqual(['access.log', 'redirected', 'stdout']);
  expect(dir.text('redirected')).toBe('0123456789abc');
});

test('when the directory lets nothing be renamed, the log grows and its backups stay', () => {
  using dir = new LogDir();
  mkdirSync(dir.at('app.log.1'));
  writeFileSync(dir.at('app.log.1/kept'), '');
  writeFileSync(dir.at('app.log.3'), 'three');
  const log = dir.open('app.log', 4, 1);
  write(log, '0123');
  write(log, '4567');
  expect(dir.text('app.log')).toBe('01234567');
  expect(dir.names()).toEqual(['app.log', 'app.log.1', 'app.log.3']);
  expect(dir.notices).toHaveLength(1);
  expect(dir.notices[0]).toContain('Cannot rotate log file "app.log"');
  rmSync(dir.at('app.log.1'), { recursive: true });
  write(log, '8');
  expect(dir.text('app.log.1')).toBe('012345678');
});

test('a new log has the permissions that the umask leaves, an old one keeps its own', () => {
  using dir = new LogDir();
  dir.open('new.log').close();
  expect(statSync(dir.at('new.log')).mode & 0o777).toBe(0o666 & ~process.umask());
  writeFileSync(dir.at('auto.log'), '');
  chmodSync(dir.at('auto.log'), 0o600);
  dir.open('auto.log').close();
  expect(statSync(dir.at('auto.log')).mode & 0o777).toBe(0o600);
});
