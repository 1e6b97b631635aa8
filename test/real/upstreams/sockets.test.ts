/** The runtime socket of a haproxy that is not one, or is not well; and real commands. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProxyCommand } from '../../../src/daemon/upstreams/command.ts';
import { connectionsTo, readConnectionTables } from '../../../src/daemon/upstreams/connections.ts';
import { askHaproxy } from '../../../src/daemon/upstreams/haproxy-socket.ts';
import { FakeOs } from '../../support/fake-os.ts';
import { until } from '../../support/until.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tssupervisor-sockets-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What `ask` says of a server that does this with each connection; the clock stands still unless it is moved. */
async function asked(act: (socket: Socket) => void, pass?: (os: FakeOs) => void): Promise<unknown> {
  const path = join(dir, 's.sock');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    act(socket);
  });
  await new Promise<void>((settle) => server.listen(path, settle));
  const os = new FakeOs();
  const answer = askHaproxy(os, path, 'show info');
  if (pass !== undefined) {
    await until('it is connected', () => sockets.size > 0);
    pass(os);
  }
  try {
    return await answer;
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((settle) => server.close(settle));
    expect(os.pending).toBe(0);
  }
}

test('an answer in pieces is put together', async () => {
  const act = (socket: Socket) => {
    socket.write('Pid');
    socket.on('data', (bytes: Buffer) => setImmediate(() => socket.end(`: ${bytes.toString()}`)));
  };
  expect(await asked(act)).toEqual({ text: 'Pid: show info\n' });
});

test('a socket that is silent is given up after two seconds', async () => {
  expect(
    await asked(
      () => undefined,
      (os) => os.advance(2000),
    ),
  ).toEqual({ why: 'no answer within 2 s' });
});

test('one that answers without end is cut off', async () => {
  const act = (socket: Socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 'x')));
    };
    socket.on('drain', more);
    more();
  };
  expect(await asked(act)).toEqual({ why: 'an answer of more than 8388608 bytes' });
});

test('one that closes at once has said nothing, and where there is none the system’s word is told', async () => {
  expect(await asked((socket) => socket.on('data', () => socket.end()))).toEqual({ text: '' });
  expect(await askHaproxy(new FakeOs(), join(dir, 'none.sock'), 'show info')).toEqual({ why: 'ENOENT' });
});

test('a command ends well, or its status and all that it said are told in one line', async () => {
  expect(await runProxyCommand(['true'])).toEqual({ ok: true });
  const end = await runProxyCommand(['sh', '-c', 'echo "[emerg] bad" >&2; echo failed >&2; exit 3']);
  expect(end).toMatchObject({ ok: false, why: expect.stringMatching(/ exited with status 3: \[emerg\] bad; failed$/) });
  const none = await runProxyCommand([join(dir, 'none')]);
  expect(none).toEqual({ ok: false, why: `${join(dir, 'none')} could not be started (ENOENT)` });
});

test('the connections of a real server are counted, at its port and at its unix socket', async () => {
  for (const where of [{ port: 0, host: '127.0.0.1' }, { path: join(dir, 'counted.sock') }]) {
    const accepted = new Set<Socket>();
    const server = createServer((socket) => accepted.add(socket));
    await new Promise<void>((settle) => server.listen(where, settle));
    const bound = server.address();
    const address =
      typeof bound === 'string' || bound === null
        ? ({ family: 'unix', path: String(bound) } as const)
        : ({ family: 'inet', host: bound.address, port: bound.port } as const);
    const count = async () => connectionsTo(address, await readConnectionTables([address]));
    expect(await count()).toBe(0);
    const clients = [1, 2].map(() =>
      address.family === 'unix' ? connect(address.path) : connect(address.port, address.host),
    );
    await until('both are counted', async () => (await count()) === 2);
    for (const client of clients) client.destroy();
    for (const socket of accepted) socket.destroy();
    await until('none is counted', async () => (await count()) === 0);
    await new Promise((settle) => server.close(settle));
  }
});
