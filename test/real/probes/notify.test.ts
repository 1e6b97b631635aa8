/** Programs that tell about themselves by sd_notify(3), by Python's sockets and by systemd's own command. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadPosix } from '../../../src/daemon/os/posix.ts';
import { unixAddress } from '../../../src/daemon/os/sockaddr.ts';
import { type NotifyOptions, type NotifySender, NotifySocket } from '../../../src/daemon/probes/notify.ts';
import type { NotifyMessage } from '../../../src/daemon/probes/notify-message.ts';
import { runCommand } from '../../support/command.ts';
import { needs } from '../../support/skips.ts';
import { until } from '../../support/until.ts';

const posix = loadPosix();
const folder = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
const path = join(folder, 'notify.sock');
const isRoot = process.getuid?.() === 0;
const descriptors = () => readdirSync('/proc/self/fd').length;

afterAll(() => {
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

interface Listening extends Disposable {
  readonly messages: readonly (NotifyMessage & NotifySender)[];
}

function listen(more: Partial<NotifyOptions> = {}): Listening {
  const messages: (NotifyMessage & NotifySender)[] = [];
  const onMessage = (message: NotifyMessage, sender: NotifySender) => void messages.push({ ...message, ...sender });
  const socket = new NotifySocket({ posix, path, onMessage, ...more });
  return { messages, [Symbol.dispose]: () => socket[Symbol.dispose]() };
}

/** Sends from this process: as many as the queue takes. */
function send(...texts: readonly string[]): number {
  const fd = posix.socket(1, 2);
  const results = texts.map((text) => posix.sendTo(fd, Buffer.from(text), unixAddress(path)));
  posix.close(fd);
  return results.filter((result) => result >= 0).length;
}

test('messages come in their order, with the pid and the user of who sent them', async () => {
  using socket = listen();
  expect(send('STATUS=one', 'READY=1\nSTATUS=two', 'X_NOT=ours', 'STOPPING=1')).toBe(4);
  await until('all are there', () => socket.messages.length === 3);
  const me = { pid: process.pid, uid: process.getuid?.() };
  expect(socket.messages).toEqual([
    { status: 'one', ...me },
    { state: 'ready', status: 'two', ...me },
    { state: 'stopping', ...me },
  ]);
});

test('a datagram that is too long is passed over, whatever its beginning says', async () => {
  using socket = listen();
  const start = `READY=1\nX=${'x'.repeat(4_086)}`; // as long as may be
  expect(send(`${start}x`, start.padEnd(50_000, 'x'), `${start}\0x`, 'STATUS=behind')).toBe(4);
  await until('the next one is there', () => socket.messages.length > 0);
  expect(socket.messages).toMatchObject([{ status: 'behind' }]);
});

test('a socket of an earlier time is replaced, and anything else left alone', () => {
  const before = descriptors();
  const old = listen();
  listen()[Symbol.dispose]();
  expect(existsSync(path)).toBe(false);
  old[Symbol.dispose]();
  writeFileSync(path, 'precious');
  expect(() => listen()).toThrow(`Cannot make the notify socket "${path}": EADDRINUSE`);
  rmSync(path);
  expect(() => listen({ path: join(folder, 'none', 'x') })).toThrow('ENOENT');
  expect(() => listen({ path: `/${'x'.repeat(107)}` })).toThrow('1 to 107 bytes');
  expect(descriptors()).toBeLessThanOrEqual(before);
});

test('a receiver may close its socket, and nothing more is read, also where another has its number', async () => {
  let count = 0;
  const other = join(folder, 'other.sock');
  let fd = -1;
  const socket = new NotifySocket({
    posix,
    path,
    onMessage: () => {
      count += 1;
      socket[Symbol.dispose]();
      fd = posix.socket(1, 2 | 2048);
      posix.bind(fd, unixAddress(other));
      posix.sendTo(fd, Buffer.from('READY=1'), unixAddress(other));
    },
  });
  send('READY=1', 'READY=1');
  await until('the socket has gone', () => !existsSync(path));
  expect(count).toBe(1);
  socket[Symbol.dispose]();
  posix.close(fd);
  rmSync(other);
});

needs('systemd').test("systemd's own command is understood, and waits for nobody in vain", async () => {
  using socket = listen();
  const argv = ['systemd-notify', '--ready', '--status=Warm and ready'];
  const { code, stderr } = await runCommand(argv, { env: { NOTIFY_SOCKET: path } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(socket.messages).toMatchObject([{ state: 'ready', status: 'Warm and ready', uid: process.getuid?.() }]);
});

const passesDescriptors = `
import array, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
fds = array.array('i', [0, 1, 2] * 20)
s.sendmsg([b'READY=1\\nFDSTORE=1'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)], 0, sys.argv[1])
print(os.getpid())
`;

needs('python3').test('descriptors that are sent along do not pile up', async () => {
  using socket = listen();
  const before = descriptors();
  const { stdout } = await runCommand(['/usr/bin/python3', '-c', passesDescriptors, path]);
  await until('it is there', () => socket.messages.length > 0);
  expect(socket.messages).toMatchObject([{ state: 'ready', pid: Number(stdout) }]);
  expect(descriptors()).toBeLessThanOrEqual(before);
});

test.skipIf(!isRoot)("only the program's user may send, and is named", async () => {
  using socket = listen({ owner: { uid: 65534, gid: 65534 } });
  chmodSync(folder, 0o711);
  expect(statSync(path)).toMatchObject({ uid: 65534, mode: 0o140600 });
  const script = 'import socket,sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", sys.argv[1])';
  const as = (uid: number) =>
    runCommand([
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${uid}`,
      '--clear-groups',
      '/usr/bin/python3',
      '-c',
      script,
      path,
    ]);
  expect(await as(12_345)).toMatchObject({ code: 1, stderr: expect.stringContaining('PermissionError') });
  expect(await as(65_534)).toMatchObject({ code: 0 });
  await until('it is there', () => socket.messages.length > 0);
  expect(socket.messages).toMatchObject([{ state: 'ready', uid: 65_534 }]);
});

test('without SO_PASSCRED no sender is known, and with nothing there the answer is EAGAIN', () => {
  const [plain, sender] = [posix.socket(1, 2 | 2048), new Int32Array(2)];
  expect(posix.bind(plain, unixAddress(path))).toBe(0);
  const buffer = Buffer.alloc(4);
  expect(posix.receive(plain, buffer, sender)).toBe(-11);
  send('longer');
  expect(posix.receive(plain, buffer, sender)).toBe(6);
  expect(buffer.toString()).toBe('long');
  expect([...sender]).toEqual([0, -1]);
  expect(() => posix.receive(plain, buffer, new Int32Array(1))).toThrow(TypeError);
  posix.close(plain);
  rmSync(path);
});
