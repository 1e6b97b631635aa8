import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { loadPosix } from '../../../src/daemon/os/posix.ts';
import type { ServerLogin } from '../../../src/rpc/client.ts';
import { DirectClient, isDirectPath } from '../../../src/rpc/direct-client.ts';
import { RpcClient } from '../../../src/rpc/rpc-client.ts';
import { temporaryFolder } from './toy.ts';

/*
 * The client stops its whole thread, so the server is a thread of its own. To each request it says the next of the
 * texts it was given; a text that ends with END ends the connection, and COUNT in it is the number of connections.
 */
const server = `
  const { parentPort, workerData } = require('node:worker_threads');
  let connections = 0;
  const answers = [...workerData.answers];
  require('node:net').createServer((socket) => {
    const count = ++connections;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      const answer = (answers.shift() ?? 'END').replace('COUNT', String(count).padStart(5));
      const text = answer.replace(/END$/, '');
      const half = Math.floor(text.length / 2);
      socket.write(text.slice(0, half));
      setImmediate(() => {
        socket.write(text.slice(half));
        if (answer.endsWith('END')) socket.end();
      });
    });
  }).listen(workerData.path, () => parentPort.postMessage('listening'));
`;

/** What each of `calls` calls came to, through the one client and through the other. */
async function outcomes(answers: readonly string[], calls = 1): Promise<{ direct: unknown[]; net: unknown[] }> {
  using folder = temporaryFolder();
  const decode = (body: Buffer) => `${body.length} ${body.toString('utf8', 0, 20)}`;
  const run = async (name: string, clientOf: (login: ServerLogin, path: string) => RpcClient | DirectClient) => {
    const path = join(folder.path, name);
    const client = clientOf({ serverurl: `unix://${path}`, username: 'ann', password: 'b' }, path);
    const worker = new Worker(server, { eval: true, workerData: { path, answers } });
    await new Promise((resolve) => worker.once('message', resolve));
    const seen: unknown[] = [];
    for (let call = 0; call < calls; call++) seen.push(await client.call('x.y').catch((error: unknown) => error));
    client.close();
    await worker.terminate();
    return seen;
  };
  const direct = await run('direct', (login, path) => new DirectClient(login, path, loadPosix(), decode));
  return { direct, net: await run('net', (login) => new RpcClient(login, decode)) };
}

const counted = (body: string, more = '') => `HTTP/1.1 200 OK\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;

describe('a call over a unix socket comes to the same, directly and through the event loop:', () => {
  test.each([
    ['an answer in two pieces', [counted('hello')], '5 hello'],
    ['no content', [counted('')], '0 '],
    ['a long answer', [counted('x'.repeat(600_000))], `600000 ${'x'.repeat(20)}`],
    ['chunks', ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n'], '3 abc'],
    ['an answer that ends with the connection', ['HTTP/1.1 200 OK\r\n\r\nabcEND'], '3 abc'],
    [
      'a refusal',
      ['HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno'],
      { status: 401, reason: 'Unauthorized' },
    ],
    ['no answer', ['END'], { kind: 'no-answer' }],
    ['half an answer', [`${counted('hello').slice(0, -1)}END`], { kind: 'cut-short' }],
    ['something else than HTTP', ['hello\r\n'], { kind: 'bad-status-line' }],
  ])('%s', async (_, answers, expected) => {
    const { direct, net } = await outcomes(answers);
    if (typeof expected === 'string') expect(direct).toEqual([expected]);
    else expect(direct[0]).toMatchObject(expected);
    expect(direct).toEqual(net);
  });
});

test('calls share a connection until it is closed, by an answer or by a refusal', async () => {
  const closing = counted('COUNT', 'Connection: close\r\n');
  const refusal = 'HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n';
  const { direct, net } = await outcomes([counted('COUNT'), closing, counted('COUNT'), refusal, counted('COUNT')], 5);
  expect(direct).toEqual(['5     1', '5     1', '5     2', expect.objectContaining({ status: 500 }), '5     3']);
  expect(direct.map(String)).toEqual(net.map(String));
});

test('where nobody listens, the call fails with what the system says, and leaves no descriptor open', async () => {
  using folder = temporaryFolder();
  const paths = ['missing', 'file', 'directory', 'missing/x'].map((name) => join(folder.path, name));
  writeFileSync(join(folder.path, 'file'), '');
  mkdirSync(join(folder.path, 'directory'));
  for (const path of paths) {
    const login = { serverurl: `unix://${path}`, username: undefined, password: undefined };
    const codeOf = (client: RpcClient | DirectClient) =>
      client.call('x.y').then(
        () => 'no error',
        (error: NodeJS.ErrnoException) => error.code,
      );
    const expected = await codeOf(new RpcClient(login, String));
    const before = readdirSync('/proc/self/fd').length;
    expect(await codeOf(new DirectClient(login, path, loadPosix(), String))).toBe(expected);
    expect(readdirSync('/proc/self/fd').length).toBe(before);
    expect(expected).toMatch(/^E/);
  }
});

test('a path that is too long for a socket is left to the other client', () => {
  expect(['/s.sock', `/${'x'.repeat(106)}`].map(isDirectPath)).toEqual([true, true]);
  expect(['', `/${'x'.repeat(107)}`, `/${'é'.repeat(54)}`, '/a\0b'].map(isDirectPath)).toEqual(Array(4).fill(false));
});
