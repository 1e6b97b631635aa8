/** Servers that answer slowly, wrongly, without end or not at all: one verdict each, and nothing left behind. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Cancel } from '../../../src/daemon/os/os.ts';
import { askServer } from '../../../src/daemon/probes/ask.ts';
import { readProbe } from '../../../src/daemon/probes/probe-spec.ts';
import { maxAnswerBytes, type Verdict } from '../../../src/daemon/probes/verdict.ts';
import { until } from '../../support/until.ts';
import { leftovers, os, posix } from './support.ts';

type Behaviour = (socket: Socket) => void;

let server: Server;
let behave: Behaviour = () => {};
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', (error) => errors.push(error.message));
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
    behave(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

const errors: string[] = [];

afterEach(async () => {
  await until('the probe has closed its connection', () => sockets.size === 0 && leftovers().length === 0);
  errors.splice(0);
});

afterAll(() => {
  server.close();
  os[Symbol.dispose]();
});

interface Asked {
  readonly cancel: Cancel;
  readonly verdicts: readonly Verdict[];
}

function begin(kind: string, timeoutMs: number): Asked {
  const spec = readProbe(`${kind}:127.0.0.1:${(server.address() as AddressInfo).port}`);
  if (!('target' in spec) || spec.target === undefined) throw new Error(`Expected a probe of a socket, got "${kind}"`);
  const verdicts: Verdict[] = [];
  const onVerdict = (verdict: Verdict) => void verdicts.push(verdict);
  const cancel = askServer({ os, posix, probe: spec, target: spec.target, timeoutMs, onVerdict });
  expect(verdicts).toEqual([]);
  return { cancel, verdicts };
}

/** The one verdict of a server that behaves like this; there is no second one after its socket has closed. */
async function ask(kind: string, behaviour: Behaviour, timeoutMs = 10_000): Promise<Verdict> {
  behave = behaviour;
  const { verdicts } = begin(kind, timeoutMs);
  await until('there is a verdict', () => verdicts.length > 0);
  await until('the connection is closed', () => sockets.size === 0);
  expect(verdicts).toHaveLength(1);
  return verdicts[0]!;
}

/** Writes the pieces one after the other, each when the one before has gone out. */
const inPieces =
  (...pieces: readonly (string | Buffer)[]): Behaviour =>
  (socket) => {
    socket.setNoDelay();
    const next = (at: number) => {
      const piece = pieces[at];
      if (piece !== undefined && !socket.destroyed) socket.write(piece, () => setImmediate(next, at + 1));
    };
    next(0);
  };

test('an answer that comes byte by byte', async () => {
  expect(await ask('redis', inPieces(...'+PONG\r\n'))).toEqual({ ok: true });
  expect(await ask('uwsgi', inPieces(...[100, 0, 0, 1].map((byte) => Buffer.of(byte))))).toEqual({ ok: true });
});

test('no answer, and one that stops in the middle, are waited for to the time limit', async () => {
  expect(await ask('redis', () => {}, 500)).toEqual({ ok: false, why: 'did not answer within 500 ms' });
  const half = { ok: false, why: 'did not finish its answer within 500 ms' };
  expect(await ask('memcached', inPieces('VERSION 1'), 500)).toEqual(half);
});

test('a connection that is closed, or reset, instead of an answer', async () => {
  const closed = { ok: false, why: 'closed the connection without an answer' };
  expect(await ask('redis', (socket) => socket.end())).toEqual(closed);
  const early = { ok: false, why: 'closed the connection in the middle of its answer: "+PO"' };
  expect(await ask('redis', (socket) => socket.end('+PO'))).toEqual(early);
  const reset: Behaviour = (socket) => socket.once('data', () => socket.resetAndDestroy());
  expect(await ask('redis', reset)).toEqual({ ok: false, why: 'reset the connection' });
});

test('what is no answer at all by 64 KiB is cut off there', async () => {
  let sent = 0;
  const endless: Behaviour = (socket) => {
    const more = () => {
      for (let isFree = true; isFree && !socket.destroyed; ) {
        isFree = socket.write('HTTP/1.1 100 Continue\r\nX: y\r\n\r\n'.repeat(100));
        sent += 3_100;
      }
    };
    socket.on('drain', more);
    more();
  };
  expect(await ask('http', endless)).toEqual({ ok: false, why: expect.stringMatching(/^answered garbage: "HTTP/) });
  expect(sent).toBeGreaterThan(maxAnswerBytes);
});

test('a page that never ends is good by its status, and cut off later', async () => {
  let isOpen = false;
  const endless: Behaviour = (socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write('x'.repeat(4_096)));
    };
    socket.on('drain', more);
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    isOpen = true;
    more();
  };
  expect(await ask('http', endless, 600_000)).toEqual({ ok: true, detail: '200' });
  expect(isOpen).toBe(true);
  const quiet: Behaviour = (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n');
  expect(await ask('http', quiet, 500)).toEqual({ ok: true, detail: '200' });
});

test('the rest of a page is taken, so that its server sees no broken connection', async () => {
  behave = (socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
    });
  const { verdicts } = begin('http', 10_000);
  await until('there is a verdict', () => verdicts.length > 0);
  const [socket] = sockets;
  socket?.write('x'.repeat(10_000));
  socket?.end('the end');
  await until('the connection is closed', () => sockets.size === 0);
  expect(errors).toEqual([]);
  expect(verdicts).toEqual([{ ok: true, detail: '200' }]);
});

test('a cancelled probe has no verdict, and closes at once', async () => {
  behave = () => {};
  const { cancel, verdicts } = begin('redis', 10_000);
  await until('it is connected', () => sockets.size === 1);
  cancel();
  await until('the connection is closed', () => sockets.size === 0);
  cancel();
  expect(verdicts).toEqual([]);
  const early = begin('redis', 10_000);
  early.cancel();
  await until('nothing is left', () => sockets.size === 0 && leftovers().length === 0);
  expect(early.verdicts).toEqual([]);
});

test('a cancel after the verdict ends the reading on', async () => {
  behave = (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n');
  const { cancel, verdicts } = begin('http', 600_000);
  await until('there is a verdict', () => verdicts.length > 0);
  expect(sockets.size).toBe(1);
  cancel();
  await until('the connection is closed', () => sockets.size === 0);
});
