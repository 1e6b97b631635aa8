/** The streams of the log view with a server that is slow, breaks off and refuses. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { LogMessage } from '../../../src/ctl/dashboard/logs/model.ts';
import { LogStreams, type Wanted } from '../../../src/ctl/dashboard/logs/streams.ts';
import { until } from '../../support/until.ts';

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
const frame = (text: string) =>
  `event: log\ndata: ${JSON.stringify({ group: 'web', name: 'web', channel: 'stderr', text })}\n\n`;
const wanted: Wanted = {
  opening: 1,
  daemons: [{ daemon: 0, targets: ['web:*', 'a b'] }],
  since: undefined,
  isHeld: false,
  prefixes: [''],
};

/** Streams that follow a server which answers by `answer`; what they tell. */
async function following(answer: (socket: Socket, path: string) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => answer(socket, bytes.toString().split(' ')[1] ?? ''));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const told: LogMessage[] = [];
  const serverurl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const streams = new LogStreams([{ serverurl, username: undefined, password: undefined }], (message) =>
    told.push(message),
  );
  onTestFinished(() => {
    streams.close();
    server.close();
  });
  const lines = () => told.flatMap((message) => (message.type === 'lines' ? message.lines : []));
  const said = () => told.flatMap((message) => (message.type === 'said' ? [message.text] : []));
  return { streams, lines, said };
}

test('the last lines are asked for; after a break what came since then, and the break is told once', async () => {
  const paths: string[] = [];
  const { streams, lines, said } = await following((socket, path) => {
    paths.push(path);
    if (paths.length === 1) socket.end(head + frame('before'));
    else if (paths.length === 2) socket.destroy();
    else socket.write(head + frame('after'));
  });
  streams.look(wanted);
  await until('the line after the break', () => lines().some(({ text }) => text === 'after'));
  expect(lines()[0]).toEqual({ name: 'web', isError: true, text: 'before' });
  expect(paths[0]).toBe('/logs?name=web%3A*&name=a%20b&lines=1000');
  expect(paths.slice(1)).toEqual([expect.stringMatching(/&since=\d{10}$/), expect.stringMatching(/&since=\d{10}$/)]);
  expect(said()).toEqual([expect.stringContaining('The daemon is away')]);
});

test('a refusal is told and not asked for again', async () => {
  let requests = 0;
  let breaks = 0;
  const { streams, said } = await following((socket) => {
    requests += 1;
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
  });
  // Breaks off at the same time, and is asked again.
  const witness = await following((socket) => {
    breaks += 1;
    socket.destroy();
  });
  streams.look(wanted);
  await until('it is told', () => said().length > 0);
  witness.streams.look(wanted);
  await until('the other one has been asked again', () => breaks === 2);
  expect(said()).toEqual(['Cannot follow: The server answered 404 Not Found']);
  expect(requests).toBe(1);
});

test('streams that are held read nothing, and those that nobody looks at are closed', async () => {
  let client: Socket | undefined;
  let isGone = false;
  const { streams, lines } = await following((socket) => {
    client = socket;
    socket.on('close', () => {
      isGone = true;
    });
    socket.write(head + frame('one'));
  });
  streams.look(wanted);
  await until('the first line', () => lines().length === 1);
  streams.look({ ...wanted, isHeld: true });
  const flood = frame('x'.repeat(1000)).repeat(1000);
  for (let times = 0; times < 20; times += 1) client?.write(flood);
  // What the kernel holds for who does not read is a few megabytes at most.
  let before = -1;
  let asked = 0;
  await until('the server cannot write any more', () => {
    const left = client?.writableLength ?? 0;
    asked = left === before ? asked + 1 : 0;
    before = left;
    return asked > 10; // who reads takes some, hands it on, and takes more
  });
  expect(before).toBeGreaterThan(8 * 1024 * 1024);
  expect(lines()).toHaveLength(1);
  streams.look(wanted);
  await until('the lines that were held', () => lines().length > 5_000);
  streams.look(undefined);
  await until('the connection is closed', () => isGone);
});
