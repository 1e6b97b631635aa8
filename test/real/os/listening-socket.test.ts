import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { FcgiSocketConfig } from '../../../src/daemon/config/model.ts';
import { openListener } from '../../../src/daemon/listening-socket.ts';
import { loadPosix } from '../../../src/daemon/os/posix.ts';
import { freeLowPort } from '../../support/ports.ts';

const posix = loadPosix();
const folder = mkdtempSync(join(tmpdir(), 'listening-'));
/** For everybody. */
const writable = join(folder, 'writable');
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

chmodSync(folder, 0o755);
mkdirSync(writable);
chmodSync(writable, 0o777);

afterAll(() => rmSync(folder, { recursive: true }));

const config = (url: string, more: Partial<FcgiSocketConfig> = {}): FcgiSocketConfig => ({
  url,
  backlog: undefined,
  mode: undefined,
  owner: undefined,
  ...more,
});

const open = (url: string, more?: Partial<FcgiSocketConfig>) => openListener(posix, config(url, more));

/** Whether a connection is taken into the queue. */
function isTaken(where: { path: string } | { host: string; port: number }): Promise<boolean> {
  return new Promise((settle) => {
    const client = connect(where);
    client.once('connect', () => settle(true)).once('error', () => settle(false));
    client.once('connect', () => client.destroy());
  });
}

test('a unix socket has the mode it is to have, takes connections, and its file stays when it is closed', async () => {
  const path = join(folder, 'a.sock');
  const fd = open(`unix://${path}`, { mode: 0o620 });
  expect(lstatSync(path).mode & 0o7777).toBe(0o620);
  expect(await isTaken({ path })).toBe(true);
  posix.close(fd);
  expect(await isTaken({ path })).toBe(false);
  expect(lstatSync(path).isSocket()).toBe(true);
});

test('a socket that was left behind is replaced, one that listens too; so is a link to one', async () => {
  const path = join(folder, 'again.sock');
  const first = open(`unix://${path}`);
  const second = open(`unix://${path}`);
  posix.close(first);
  expect(await isTaken({ path })).toBe(true);
  const link = join(folder, 'link.sock');
  symlinkSync(path, link);
  const third = open(`unix://${link}`);
  expect(lstatSync(link).isSocket()).toBe(true);
  expect(lstatSync(path).isSocket()).toBe(true);
  posix.close(second);
  posix.close(third);
});

test('what lies at the path and is no socket is left there, and the error says so', () => {
  const file = join(folder, 'precious.txt');
  writeFileSync(file, 'precious');
  const directory = join(folder, 'directory');
  mkdirSync(directory);
  symlinkSync(file, join(folder, 'link.txt'));
  for (const [path, what] of [
    [file, 'a file'],
    [join(folder, 'link.txt'), 'a file'],
    [directory, 'a directory'],
    ['/dev/null', 'something else'],
  ]) {
    expect(() => open(`unix://${path}`)).toThrow(
      `Could not create FastCGI socket unix://${path}: ` +
        `Expected a socket or nothing at '${path}', found ${what}, which is left as it is`,
    );
  }
  expect(readFileSync(file, 'utf8')).toBe('precious');
  expect(lstatSync(join(folder, 'link.txt')).isSymbolicLink()).toBe(true);
});

test('a path that cannot be bound is told in Supervisor’s words', () => {
  const long = `${folder}/${'x'.repeat(108 - folder.length)}`;
  expect(() => open(`unix://${long}`)).toThrow(`Could not create FastCGI socket unix://${long}: AF_UNIX path too long`);
  expect(() => open(`unix://${folder}/no/a.sock`)).toThrow(/: \[Errno 2\] No such file or directory$/);
});

test('a TCP socket listens at once again, also by a name of this machine; a port that is taken is an error', async () => {
  const port = await freeLowPort();
  for (const host of ['127.0.0.1', 'localhost']) {
    const fd = open(`tcp://${host}:${port}`);
    expect(await isTaken({ host: '127.0.0.1', port })).toBe(true);
    expect(() => open(`tcp://127.0.0.1:${port}`)).toThrow(/: \[Errno 98\] Address already in use$/);
    posix.close(fd);
    expect(await isTaken({ host: '127.0.0.1', port })).toBe(false);
  }
  expect(() => open('tcp://*:1')).toThrow('Could not create FastCGI socket tcp://*:1: [Errno -2] Name or service');
  expect(() => open('tcp://192.0.2.1:1')).toThrow('[Errno 99] Cannot assign requested address');
});

test.skipIf(!isRoot)('a unix socket belongs to whom it is to belong; -1 leaves the group', () => {
  const path = join(folder, 'owned.sock');
  posix.close(open(`unix://${path}`, { mode: 0o700, owner: [1, 2] }));
  expect(lstatSync(path)).toMatchObject({ uid: 1, gid: 2 });
  posix.close(open(`unix://${path}`, { mode: 0o700, owner: [3, -1] }));
  expect(lstatSync(path)).toMatchObject({ uid: 3, gid: process.getgid?.() });
});

/** Root may do everything: for these the test is somebody else for a moment. */
function asNobody(act: () => void): void {
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('an owner that only root can set is an error, and leaves no file', () => {
  const path = join(writable, 'not-owned.sock');
  asNobody(() => {
    expect(() => open(`unix://${path}`, { owner: [0, 0] })).toThrow(
      `Could not change ownership of socket file: [Errno 1] Operation not permitted: '${path}'`,
    );
  });
  expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
});

test('a folder in which we may not write is an error, whether there is an old socket or not', () => {
  const locked = join(writable, 'locked');
  mkdirSync(locked);
  posix.close(open(`unix://${locked}/a.sock`));
  chmodSync(locked, 0o555);
  asNobody(() => {
    expect(() => open(`unix://${locked}/a.sock`)).toThrow(`[Errno 13] Permission denied: '${locked}/a.sock'`);
    expect(() => open(`unix://${locked}/b.sock`)).toThrow(/\[Errno 13\] Permission denied$/);
  });
  chmodSync(locked, 0o755);
});
