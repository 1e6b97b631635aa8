import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadPosix } from '../../../src/daemon/os/posix.ts';
import { inetAddress, readAddress, unixAddress } from '../../../src/daemon/os/sockaddr.ts';
import { Children } from './children.ts';
import { pipeOf } from './pipes.ts';

const posix = loadPosix();
const pipe = () => pipeOf(posix);
const folder = mkdtempSync(join(tmpdir(), 'posix-'));
const { EAGAIN, EBADF, EINVAL, EPIPE } = constants.errno;

afterAll(() => rmSync(folder, { recursive: true }));

const flagsOf = (fd: number) =>
  Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '', 8);

test('a pipe is close-on-exec at both ends and non-blocking only where we read', () => {
  using ends = pipe();
  expect([flagsOf(ends.read), flagsOf(ends.write)].map((flags) => flags & 0o2004000)).toEqual([0o2004000, 0o2000000]);
  expect(posix.setCloseOnExec(ends.read, false)).toBe(0);
  expect(posix.setNonBlocking(ends.read, false)).toBe(0);
  expect(flagsOf(ends.read) & 0o2004000).toBe(0);
  posix.setNonBlocking(ends.write, true);
  expect(flagsOf(ends.write) & 0o2004000).toBe(0o2004000);
});

test('read and write use their part of the buffer only, and say when there is nothing, the end, or an error', () => {
  using ends = pipe();
  const buffer = Buffer.from('........');
  expect(posix.read(ends.read, buffer, 0, 8)).toBe(-EAGAIN);
  expect(posix.write(ends.write, Buffer.from('xabcx'), 1, 3)).toBe(3);
  expect(posix.read(ends.read, buffer, 2, 4)).toBe(3);
  expect(buffer.toString()).toBe('..abc...');
  ends.closeWrite();
  expect(posix.read(ends.read, buffer, 8, 0)).toBe(0);
  expect(posix.read(ends.read, buffer, 0, 8)).toBe(0);
  expect(posix.read(ends.write, buffer, 0, 8)).toBe(-EBADF);
  using other = pipe();
  other.closeRead();
  expect(other.say('x')).toBe(-EPIPE); // and no SIGPIPE: this test is still here
});

test('a pipe’s size is answered and can be changed', () => {
  using ends = pipe();
  expect(posix.getPipeSize(ends.read)).toBe(65_536);
  expect(posix.setPipeSize(ends.read, 131_072)).toBe(131_072);
  expect(posix.getPipeSize(ends.write)).toBe(131_072);
});

test('splice moves a pipe to the end of a file, and refuses a file opened to append', () => {
  using ends = pipe();
  const name = join(folder, 'spliced');
  const file = openSync(name, 'w+');
  writeSync(file, 'before ');
  expect(posix.spliceToEnd(ends.read, file, 100)).toBe(-EAGAIN);
  ends.say('one ');
  expect(posix.spliceToEnd(ends.read, file, 100)).toBe(4);
  const other = openSync(name, 'a');
  writeSync(other, 'by somebody else ');
  ends.say('two');
  expect(posix.spliceToEnd(ends.read, file, 2)).toBe(2);
  expect(posix.spliceToEnd(ends.read, other, 100)).toBe(-EINVAL);
  expect(posix.spliceToEnd(ends.read, file, 100)).toBe(1);
  ends.closeWrite();
  expect(posix.spliceToEnd(ends.read, file, 100)).toBe(0);
  expect(readFileSync(name, 'utf8')).toBe('before one by somebody else two');
  closeSync(file);
  closeSync(other);
});

test('limits are read and set, our own and a child’s', async () => {
  await using children = new Children();
  const pid = children.start(['/bin/sleep', '100'], { rlimits: [[0, -1, -1]] });
  const out = new Float64Array(2);
  expect(posix.getRlimit(pid, 0, out)).toBe(0);
  expect([...out]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect(posix.setRlimit(pid, 7, 50, 60)).toBe(0);
  expect(posix.getRlimit(pid, 7, out)).toBe(0);
  expect([...out]).toEqual([50, 60]);
  expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max open files\s+50\s+60\s/);
  expect(posix.getRlimit(0, 7, out)).toBe(0);
  expect(out[0]).toBeGreaterThan(60);
  expect(posix.setRlimit(pid, 99, 1, 1)).toBe(-EINVAL);
});

test('a TCP socket is bound and listens without anybody accepting', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const fd = posix.socket(host === '::1' ? 10 : 2, 1);
    expect(posix.setSocketOption(fd, 1 /* SOL_SOCKET */, 2 /* SO_REUSEADDR */, 1)).toBe(0);
    expect(posix.bind(fd, inetAddress(host, 0))).toBe(0);
    expect(posix.listen(fd, 5)).toBe(0);
    const out = new Uint8Array(128);
    const name = readAddress(out.subarray(0, posix.getSocketName(fd, out)));
    if (name?.family !== 'inet') throw new Error('Not an address of the internet');
    expect(name.host).toBe(host);
    const client = connect(name.port, host);
    await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject));
    client.destroy();
    const second = posix.socket(host === '::1' ? 10 : 2, 1);
    expect(posix.bind(second, inetAddress(host, name.port))).toBe(-constants.errno.EADDRINUSE);
    posix.close(second);
    posix.close(fd);
  }
});

test('the first IPv4 address of a host is found; a host without one is an error of the resolver', () => {
  const address = new Uint8Array(4);
  expect(posix.resolveHost('localhost', address)).toBe(0);
  expect([...address]).toEqual([127, 0, 0, 1]);
  for (const host of ['*', '', '::1', 'x'.repeat(300)]) expect(posix.resolveHost(host, address)).toBeLessThan(0);
  expect(posix.resolveHost('localhost', address.subarray(1))).toBeLessThan(0);
});

test('a datagram to a unix socket arrives; one to nobody is refused', () => {
  const path = join(folder, 'datagrams');
  const receiver = posix.socket(1, 2 + 2048);
  const sender = posix.socket(1, 2);
  expect(posix.sendTo(sender, Buffer.from('x'), unixAddress(path))).toBe(-constants.errno.ENOENT);
  expect(posix.bind(receiver, unixAddress(path))).toBe(0);
  expect(statSync(path).isSocket()).toBe(true);
  expect(posix.sendTo(sender, Buffer.from('READY=1'), unixAddress(path))).toBe(7);
  const buffer = Buffer.alloc(100);
  expect(posix.read(receiver, buffer, 0, 100)).toBe(7);
  expect(buffer.toString('utf8', 0, 7)).toBe('READY=1');
  expect(posix.read(receiver, buffer, 0, 100)).toBe(-EAGAIN);
  const out = new Uint8Array(128);
  expect(readAddress(out.subarray(0, posix.getSocketName(receiver, out)))).toEqual({ family: 'unix', path });
  posix.close(receiver);
  posix.close(sender);
});

test('a FIFO, a memory file, a lock, a copy of a descriptor and a range that is closed', () => {
  const path = join(folder, 'fifo-ü');
  const umask = process.umask();
  expect(posix.mkfifo(path, 0o640)).toBe(0);
  expect(statSync(path)).toMatchObject({ mode: 0o010640 & ~umask });
  expect(posix.mkfifo(path, 0o600)).toBe(-constants.errno.EEXIST);
  expect(posix.mkfifo('x'.repeat(5000), 0o600)).toBe(-constants.errno.ENAMETOOLONG);
  expect(posix.mkfifo('a\0b', 0o600)).toBe(-EINVAL);

  const memory = posix.memfdCreate('state');
  posix.write(memory, Buffer.from('state'), 0, 5);
  expect(fstatSync(memory).size).toBe(5);

  const again = openSync(`/proc/self/fd/${memory}`, 'r');
  expect(posix.flock(memory, 2 + 4)).toBe(0);
  expect(posix.flock(again, 2 + 4)).toBe(-EAGAIN);
  expect(posix.flock(memory, 8)).toBe(0);
  expect(posix.flock(again, 2 + 4)).toBe(0);

  expect(posix.dup(memory, 600)).toBeGreaterThanOrEqual(600);
  const high = posix.dup(memory, 900);
  expect(flagsOf(high) & 0o2000000).toBe(0o2000000);
  posix.setCloseOnExec(high, false);
  expect(posix.closeRange(600, 4_294_967_295, true)).toBe(0);
  expect(flagsOf(high) & 0o2000000).toBe(0o2000000);
  expect(posix.closeRange(600, 4_294_967_295, false)).toBe(0);
  expect(() => flagsOf(high)).toThrow('ENOENT');
  closeSync(again);
  posix.close(memory);
});

test('ioctl fills the buffer, and never more than the buffer', () => {
  using ends = pipe();
  ends.say('12345');
  const data = Buffer.alloc(64);
  expect(posix.ioctl(ends.read, 0x541b /* FIONREAD */, data)).toBe(0);
  expect(data.readInt32LE(0)).toBe(5);
  expect(() => posix.ioctl(ends.read, 0x541b, data.subarray(0, 63))).toThrow(TypeError);
  expect(() => posix.ioctl(ends.read, 0xc040ff0b, data.subarray(0, 63))).toThrow(TypeError); // 64 bytes, it says
  expect(posix.ioctl(ends.read, 0xc040ff0b, data)).toBeLessThan(0);
});

test('memory calls answer what the kernel says', () => {
  expect(posix.dropPages(1, 4096)).toBe(-EINVAL);
  expect([0, 1, -constants.errno.ENOSYS]).toContain(posix.trimHeap());
});

test('wrong arguments throw a TypeError that names the call, and never end the process', () => {
  const calls = posix as unknown as Record<string, (...args: unknown[]) => unknown>;
  const withoutArguments = ['setsid', 'epollCreate', 'trimHeap'];
  const names = Object.keys(calls).filter((name) => !withoutArguments.includes(name));
  expect(names.length).toBeGreaterThan(30);
  for (const name of names) {
    for (const wrong of [
      undefined,
      null,
      Symbol('x'),
      {},
      Number.NaN,
      0.5,
      2 ** 60,
      10n,
      new Float32Array(9),
      () => 0,
    ]) {
      expect(() => calls[name]?.(...Array(8).fill(wrong)), `${name}(${String(wrong)})`).toThrow(TypeError);
    }
    expect(() => calls[name]?.(), name).toThrow(TypeError);
  }
  expect(() => posix.kill(process.pid, 'TERM' as never)).toThrow('Cannot call kill: argument 2 must be a whole number');
  expect(() => posix.kill(2 ** 31, 0)).toThrow(TypeError);
  const buffer = new Uint8Array(4);
  for (const [offset, length] of [
    [0, 5],
    [5, 0],
    [4, 1],
    [-1, 1],
    [2, 2 ** 53 - 1],
  ] as const) {
    expect(() => posix.read(0, buffer, offset, length)).toThrow(TypeError);
  }
  expect(() => posix.reap(new Int32Array(3))).toThrow('more room');
  using ends = pipe();
  const poll = posix.pollCreate(ends.read, () => {});
  expect(() => poll.start.call({} as never)).toThrow(TypeError);
  expect(() => poll.close.call(new (poll.constructor as never as new () => typeof poll)())).toThrow(TypeError);
  poll.close();
});
