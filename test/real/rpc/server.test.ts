import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { callBody, post, statusOf, Toy, Wire } from './toy.ts';

const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}\r\n`;
const getPid = callBody('supervisor.getPID');
const start = (name: string) =>
  callBody('supervisor.startProcess', `<params><param><value>${name}</value></param></params>`);
const stop = (name: string) =>
  callBody('supervisor.stopProcess', `<params><param><value>${name}</value></param></params>`);

test('credentials are asked for on every path, and a password may hold colons', async () => {
  await using toy = await Toy.onPort({ credentials: { username: 'ann', password: 'a:b:c' } });
  expect(await statusOf(toy.port, post(getPid, basic('ann:a:b:c')))).toBe(200);
  for (const wrong of ['ann:a', 'ann:', 'bob:a:b:c', ':', 'ann:a:b:c ']) {
    expect(await statusOf(toy.port, post(getPid, basic(wrong)))).toBe(401);
  }
  for (const path of ['/', '/RPC2', '/mainlogtail', '/nope']) {
    expect(await statusOf(toy.port, `GET ${path} HTTP/1.1\r\n\r\n`)).toBe(401);
  }
  expect(await statusOf(toy.port, post(getPid, 'Authorization: Digest abcd\r\n'))).toBe(401);
  using wire = new Wire(toy.port);
  const refused = await wire.send(post(getPid)).closed();
  expect(refused).toContain('\r\nConnection: close\r\nWWW-Authenticate: Basic realm="default"\r\n');
});

test('malformed credentials are 400', async () => {
  await using toy = await Toy.onPort({ credentials: { username: 'ann', password: 'b' } });
  for (const malformed of ['!!', 'YW5', 'YW5u', 'YW5uOmI']) {
    expect(await statusOf(toy.port, post(getPid, `Authorization: Basic ${malformed}\r\n`))).toBe(400);
  }
  expect(await statusOf(toy.port, post(getPid, 'Authorization: Basic YW5uOmI=\r\n'))).toBe(200);
});

test('a password kept as {SHA} is compared by its hash', async () => {
  const password = `{SHA}${createHash('sha1').update('thepassword').digest('hex')}`;
  expect(password).toBe('{SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d');
  await using toy = await Toy.onPort({ credentials: { username: 'ann', password } });
  expect(await statusOf(toy.port, post(getPid, basic('ann:thepassword')))).toBe(200);
  expect(await statusOf(toy.port, post(getPid, basic(`ann:${password}`)))).toBe(401);
});

test('with an empty username nobody is asked for credentials', async () => {
  await using toy = await Toy.onPort({ credentials: { username: '', password: 'x' } });
  expect(await statusOf(toy.port, post(getPid))).toBe(200);
});

test("requests that another site's page made a browser send are refused", async () => {
  await using toy = await Toy.onPort();
  const host = `Host: 127.0.0.1:${toy.port}\r\n`;
  const status = (headers: string) => statusOf(toy.port, post(getPid, headers));
  expect(await status(`${host}Origin: http://evil.example\r\n`)).toBe(403);
  expect(await status(`${host}Origin: null\r\n`)).toBe(403);
  expect(await status(`${host}Sec-Fetch-Site: cross-site\r\n`)).toBe(403);
  expect(await status('Host:\r\nOrigin: http://evil.example\r\n')).toBe(403);
  expect(await status('Host:\r\nOrigin: null\r\n')).toBe(403);
  expect(await status(`${host}Origin: http://127.0.0.1:${toy.port}\r\nSec-Fetch-Site: same-origin\r\n`)).toBe(200);
  expect(await status('Host: a\r\nOrigin: http://a:80\r\n')).toBe(200);
  expect(await status('Host:\r\n')).toBe(200);
  expect(await statusOf(toy.port, `GET /mainlogtail HTTP/1.1\r\n${host}Origin: http://evil.example\r\n\r\n`)).toBe(403);
});

test('paths, verbs and lengths are answered with the statuses that Supervisor answers with', async () => {
  await using toy = await Toy.onPort();
  const cases: [string, number][] = [
    ['GET /RPC2 HTTP/1.1\r\n\r\n', 400],
    ['HEAD /RPC2 HTTP/1.1\r\n\r\n', 400],
    ['POST /RPC2 HTTP/1.1\r\n\r\n', 411],
    [post('abc'), 400],
    [post(callBody('')), 400],
    [post(`<!DOCTYPE a [<!ENTITY b "c">]>${callBody('supervisor.getPID')}`), 400],
    ['GET /nope HTTP/1.1\r\n\r\n', 404],
    ['PUT /nope HTTP/1.1\r\n\r\n', 400],
    ['POST /logtail/cat HTTP/1.1\r\nContent-Length: 0\r\n\r\n', 400],
    ['GET /logtail HTTP/1.1\r\n\r\n', 500],
    ['GET /logtail/dog HTTP/1.1\r\n\r\n', 404],
    ['GET /logtail/cat/stderr HTTP/1.1\r\n\r\n', 200],
    ['GET /mainlogtail HTTP/1.1\r\n\r\n', 200],
    [post(callBody('supervisor.clearLog')), 500],
    ['garbage\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [`POST /RPC2 HTTP/1.1\r\nContent-Length: ${9 * 1024 * 1024}\r\n\r\n`, 413],
  ];
  for (const [request, status] of cases)
    expect([request.slice(0, 60), await statusOf(toy.port, request)]).toEqual([request.slice(0, 60), status]);
  expect(toy.bugs).toEqual([new TypeError('a bug')]);
});

test("errors come as Supervisor's small page", async () => {
  await using toy = await Toy.onPort();
  using wire = new Wire(toy.port);
  const text = await wire.send('GET /nope HTTP/1.1\r\n\r\n').has('</body>\r\n');
  expect(text.replace(/Date: .*\r\n/, '')).toBe(
    'HTTP/1.1 404 Not Found\r\nServer: Medusa/1.12\r\nContent-Length: 134\r\nContent-Type: text/html\r\n\r\n' +
      '<head>\r\n<title>Error response</title>\r\n</head>\r\n<body>\r\n<h1>Error response</h1>\r\n' +
      '<p>Error code 404.\r\n<p>Message: Not Found.\r\n</body>\r\n',
  );
});

test('HTTP/1.1 stays open, HTTP/1.0 only if it asks to', async () => {
  await using toy = await Toy.onPort();
  using modern = new Wire(toy.port);
  await modern.send(post(getPid)).has('</methodResponse>');
  const text = await modern.send(post(getPid)).has('</methodResponse>', 2);
  expect(text).not.toMatch(/connection|keep-alive/i);
  using old = new Wire(toy.port);
  await old.send(post(getPid, '', '1.0')).closed();
  using asking = new Wire(toy.port);
  await asking.send(post(getPid, 'Connection: Keep-Alive\r\n', '1.0')).has('\r\nConnection: Keep-Alive\r\n');
  await asking.send(post(getPid, 'Connection: Keep-Alive\r\n', '1.0')).has('</methodResponse>', 2);
  using closing = new Wire(toy.port);
  await closing.send(post(getPid, 'Connection: close\r\n')).closed();
});

test('a chunked body is read, and refused as soon as it is too long', async () => {
  await using toy = await Toy.onPort();
  const head = 'POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  using short = new Wire(toy.port);
  await short.send(head + chunk(getPid.slice(0, 30)) + chunk(getPid.slice(30)) + chunk('')).has('<int>42</int>');
  using long = new Wire(toy.port);
  long.send(head);
  for (let sent = 0; sent < 9; sent++) long.send(chunk('x'.repeat(1024 * 1024)));
  await until('it is refused', () => long.isClosed || long.text.includes(' 413 '));
  expect(await statusOf(toy.port, post(getPid))).toBe(200);
});

test('a request that waits keeps nobody else waiting, and is answered in its turn', async () => {
  await using toy = await Toy.onPort();
  using waiting = new Wire(toy.port);
  waiting.send(post(start('slow')) + post(start('next')) + post(getPid));
  await toy.waitsFor('slow');
  using other = new Wire(toy.port);
  await other.send(post(getPid)).has('<int>42</int>');
  expect(waiting.text).toBe('');
  expect(toy.waiting.has('next')).toBe(false);
  await other.send(post(stop('slow'))).has('<boolean>1</boolean>');
  await toy.waitsFor('next');
  await other.send(post(stop('next'))).has('<boolean>1</boolean>', 2);
  const text = await waiting.has('</methodResponse>', 3);
  expect(text.lastIndexOf('<boolean>')).toBeLessThan(text.indexOf('<int>42'));
});

test('the answer for a client that has gone is dropped', async () => {
  await using toy = await Toy.onPort();
  const gone = new Wire(toy.port);
  gone.send(post(start('slow')));
  await toy.waitsFor('slow');
  gone[Symbol.dispose]();
  await gone.closed();
  expect(await statusOf(toy.port, post(stop('slow')))).toBe(200);
  expect(await statusOf(toy.port, post(getPid))).toBe(200);
  expect(toy.bugs).toEqual([]);
});

test('2,000 requests sent at once are answered in order', async () => {
  await using toy = await Toy.onPort();
  using wire = new Wire(toy.port);
  const requests = Array.from({ length: 1000 }, (_, index) => post(callBody(`supervisor.nope${index}`)) + post(getPid));
  wire.send(requests.join(''));
  await wire.has('</methodResponse>', 2000);
  expect(wire.text.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2000);
});

test('a client that does not read costs one answer, not one for each request', async () => {
  await using toy = await Toy.onPort();
  const socket = connect(toy.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(post(callBody('supervisor.getAllProcessInfo')).repeat(5000));
  await until('most requests have left', () => socket.bytesWritten > 100_000);
  expect(await statusOf(toy.port, post(getPid))).toBe(200);
  const before = process.memoryUsage.rss();
  for (let requests = 0; requests < 200; requests++) await statusOf(toy.port, post(getPid));
  expect(process.memoryUsage.rss() - before).toBeLessThan(50_000_000);
  socket.destroy();
});

test('a log is followed in chunks until the client goes', async () => {
  await using toy = await Toy.onPort();
  using wire = new Wire(toy.port);
  wire.send('GET /logtail/cat HTTP/1.1\r\n\r\n');
  await wire.has('6\r\nfirst\n\r\n');
  expect(
    wire.text
      .replace(/Date: .*\r\n/, '')
      .split('\r\n\r\n')[0]
      ?.split('\r\n'),
  ).toEqual([
    'HTTP/1.1 200 OK',
    'Server: Medusa/1.12',
    'Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT',
    'Content-Type: text/plain;charset=utf-8',
    'X-Accel-Buffering: no',
    'Transfer-Encoding: chunked',
  ]);
  toy.feed?.(Buffer.from('second\n'));
  await wire.has('7\r\nsecond\n\r\n');
  wire[Symbol.dispose]();
  await until('nobody follows', () => toy.followers === 0);
});

test('a client that follows an empty log gets the head of the answer at once', async () => {
  await using toy = await Toy.onPort();
  using wire = new Wire(toy.port);
  const text = await wire.send('GET /logtail/quiet HTTP/1.1\r\n\r\n').has('\r\n\r\n');
  expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/);
});

test('an HTTP/1.0 client that follows a log gets it at once, without chunks', async () => {
  await using toy = await Toy.onPort();
  using wire = new Wire(toy.port);
  const text = await wire.send('GET /mainlogtail HTTP/1.0\r\n\r\n').has('first\n');
  expect(text).toMatch(/\r\n\r\nfirst\n$/);
});

test('a client that reads a log slower than it grows gets all of it later, and meanwhile costs no memory', async () => {
  await using toy = await Toy.onPort();
  using wire = new Wire(toy.port);
  await wire.send('GET /mainlogtail HTTP/1.1\r\n\r\n').has('first\n');
  wire.socket.pause();
  let fed = 0;
  await until('the log is told to wait', () => {
    if (!toy.isPaused) toy.feed?.(Buffer.alloc(100_000, 'x'));
    if (!toy.isPaused) fed += 1;
    return toy.isPaused;
  });
  expect(fed).toBeLessThan(200); // what the sockets hold
  wire.socket.resume();
  await until('the log is told to go on', () => !toy.isPaused);
  toy.feed?.(Buffer.from('the end\n'));
  await wire.has('the end\n');
});

test('1,000 connections that do nothing keep nobody out', async () => {
  await using toy = await Toy.onPort({ maxConnections: () => 200 });
  const idle = Array.from({ length: 1000 }, () => new Wire(toy.port));
  expect(await statusOf(toy.port, post(getPid))).toBe(200);
  await until('800 are closed', () => idle.filter((wire) => wire.isClosed).length >= 800);
  expect(await statusOf(toy.port, post(getPid))).toBe(200);
  for (const wire of idle) wire[Symbol.dispose]();
});

test('a connection on which a call waits is not closed to make room', async () => {
  await using toy = await Toy.onPort({ maxConnections: () => 3 });
  using waiting = new Wire(toy.port);
  waiting.send(post(start('slow')));
  await toy.waitsFor('slow');
  const idle = Array.from({ length: 10 }, () => new Wire(toy.port));
  await until('8 are closed', () => idle.filter((wire) => wire.isClosed).length >= 8);
  expect(await statusOf(toy.port, post(stop('slow')))).toBe(200);
  await waiting.has('<boolean>1</boolean>');
  for (const wire of idle) wire[Symbol.dispose]();
});

test('closing ends the connections of idle clients, of waiting ones and of those that follow a log', async () => {
  const toy = await Toy.onPort();
  const wires = [new Wire(toy.port), new Wire(toy.port), new Wire(toy.port)];
  await wires[0]?.send(post(getPid)).has('<int>42</int>');
  wires[1]?.send(post(start('slow')));
  await wires[2]?.send('GET /mainlogtail HTTP/1.1\r\n\r\n').has('first');
  await toy.waitsFor('slow');
  const closedAt = performance.now();
  await toy.server.close();
  expect(performance.now() - closedAt).toBeLessThan(900); // not by the deadline for answers that leave slowly
  for (const wire of wires) await wire.closed();
  expect(toy.followers).toBe(0);
});
