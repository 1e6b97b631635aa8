import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SocketAddress } from '../../../src/daemon/os/sockaddr.ts';
import { fastcgi } from '../../../src/daemon/probes/fastcgi.ts';
import { http } from '../../../src/daemon/probes/http.ts';
import { memcached } from '../../../src/daemon/probes/memcached.ts';
import { redis } from '../../../src/daemon/probes/redis.ts';
import { tcp } from '../../../src/daemon/probes/tcp.ts';
import { uwsgi } from '../../../src/daemon/probes/uwsgi.ts';
import { type Codec, maxAnswerBytes, quoted, type Verdict } from '../../../src/daemon/probes/verdict.ts';

const target: SocketAddress = { family: 'inet', host: '127.0.0.1', port: 8000 };
const socket: SocketAddress = { family: 'unix', path: '/run/a.sock' };

const good = (detail?: string): Verdict => (detail === undefined ? { ok: true } : { ok: true, detail });
const bad = (why: string): Verdict => ({ ok: false, why });

/** A FastCGI record, with padding as real servers write it. */
function record(type: number, text: string | Buffer, padding = 0): string {
  const content = Buffer.from(text);
  const header = Buffer.of(1, type, 0, 1, content.length >> 8, content.length & 0xff, padding, 0);
  return Buffer.concat([header, content, Buffer.alloc(padding)]).toString('latin1');
}

const bytes = (text: string) => Buffer.from(text, 'latin1');
const page = (status: string) => `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\n\r\nHello`;
const endRequest = (protocolStatus: number) => record(3, Buffer.of(0, 0, 0, 0, protocolStatus, 0, 0, 0));

// Answers as they come whole, and what is found in them. All of them are also cut anywhere, below.
const answers: Record<string, { readonly codec: Codec; readonly of: readonly (readonly [string, Verdict])[] }> = {
  'http:/': {
    codec: http('/'),
    of: [
      [page('200 OK'), good('200')],
      ['HTTP/1.0 204 No Content\r\n\r\n', good('204')],
      ['HTTP/1.1 200\r\n\r\n', good('200')],
      ['HTTP/1.1 200 OK\n\n', good('200')],
      [page('302 Found'), good('302')],
      [page('404 Not Found'), bad('answered 404 Not Found')],
      [page('503 Service Unavailable'), bad('answered 503 Service Unavailable')],
      [page('500'), bad('answered 500')],
      [page('500 \x1b[2J"boo"'), bad('answered 500 \\x1b[2J\\"boo\\"')],
      [page('101 Switching Protocols'), bad('answered 101 Switching Protocols')],
      [`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${page('200 OK')}`, good('200')],
      [`HTTP/1.1 100 Continue\r\n\r\n${page('500 No')}`, bad('answered 500 No')],
      ['SSH-2.0-OpenSSH_9.2\r\n', bad('answered garbage: "SSH-2.0-OpenSSH_9.2\\r\\n"')],
      ['HTTP/1.1 OK\r\n', bad('answered garbage: "HTTP/1.1 OK\\r\\n"')],
      ['', bad('closed the connection without an answer')],
      ['HTTP/1.1 20', bad('closed the connection in the middle of its answer: "HTTP/1.1 20"')],
      [
        'HTTP/1.1 100 Continue\r\n',
        bad('closed the connection in the middle of its answer: "HTTP/1.1 100 Continue\\r\\n"'),
      ],
    ],
  },
  redis: {
    codec: redis,
    of: [
      ['+PONG\r\n', good()],
      ['-NOAUTH Authentication required.\r\n', good('asks for a password')],
      ["-NOPERM this user has no permissions to run the 'ping' command\r\n", good('asks for a password')],
      ['-LOADING Redis is loading the dataset in memory\r\n', bad('is still loading its data')],
      ['-BUSY Redis is busy running a script.\r\n', bad('answered the error "BUSY Redis is busy running a script."')],
      ['+OK\r\n', bad('answered garbage: "+OK\\r\\n"')],
      [page('400 Bad Request'), bad(`answered garbage: ${quoted(page('400 Bad Request'))}`)],
      ['+PO', bad('closed the connection in the middle of its answer: "+PO"')],
      ['+PONG!\r\n', bad('answered garbage: "+PONG!\\r\\n"')],
    ],
  },
  memcached: {
    codec: memcached,
    of: [
      ['VERSION 1.6.18\r\n', good('1.6.18')],
      ['CLIENT_ERROR unauthenticated\r\n', good('asks for a password')],
      ['SERVER_ERROR out of memory\r\n', bad('answered the error "SERVER_ERROR out of memory"')],
      ['ERROR\r\n', bad('answered the error "ERROR"')],
      ['-ERR unknown command\r\n', bad('answered garbage: "-ERR unknown command\\r\\n"')],
      ['VERSION 1', bad('closed the connection in the middle of its answer: "VERSION 1"')],
    ],
  },
  uwsgi: {
    codec: uwsgi,
    of: [
      ['\x64\x00\x00\x01', good()],
      ['\x64\x04\x00\x01busy', good('warns: "busy"')],
      ['\x64\x04\x00\x01bu', bad('closed the connection in the middle of its answer: "d\\x04\\x00\\x01bu"')],
      ['\x64\x00\x00\x00', bad('answered garbage: "d\\x00\\x00\\x00"')],
      ['HTTP/1.1 400 Bad Request\r\n', bad('answered garbage: "HTTP/1.1 400 Bad Request\\r\\n"')],
      ['', bad('closed the connection without an answer (Debian\'s uWSGI needs "plugin = ping")')],
    ],
  },
  fastcgi: {
    codec: fastcgi(undefined),
    of: [
      [record(10, '\x0f\x01FCGI_MPXS_CONNS0', 7), good()],
      [record(11, '\x09\0\0\0\0\0\0\0'), good()],
      [record(6, 'Status: 200\r\n\r\n'), bad(`answered garbage: ${quoted(record(6, 'Status: 200\r\n\r\n'))}`)],
      ['HTTP/1.1 400 Bad Request\r\n', bad('answered garbage: "HTTP/1.1 400 Bad Request\\r\\n"')],
      ['\x01\x0a\x00', bad('closed the connection in the middle of its answer: "\\x01\\n\\x00"')],
    ],
  },
  'fastcgi:/ping': {
    codec: fastcgi('/ping'),
    of: [
      [record(6, 'Content-type: text/plain\r\n\r\npong', 3) + record(6, '') + endRequest(0), good('200')],
      [record(6, 'Content-type: text/plain\n') + record(6, '\npong') + endRequest(0), good('200')],
      [record(6, 'STATUS: 302 Found\r\nLocation: /\r\n\r\n') + endRequest(0), good('302')],
      [record(6, 'X: y\r\nStatus: 404 Not Found\r\n\r\nstatus: 200') + endRequest(0), bad('answered 404 Not Found')],
      [
        record(7, 'Primary script unknown\n') + endRequest(0),
        bad('answered nothing but errors: "Primary script unknown"'),
      ],
      [endRequest(0), bad('answered nothing')],
      [endRequest(2), bad('is overloaded')],
      [record(6, 'no headers') + endRequest(0), bad('answered without headers: "no headers"')],
      ['+PONG', bad('answered garbage: "+PONG"')],
    ],
  },
};

function judged(codec: Codec, pieces: readonly Buffer[]): Verdict | 'more' {
  let received = Buffer.alloc(0);
  for (const piece of pieces) {
    received = Buffer.concat([received, piece]);
    const verdict = codec.judge(received, false);
    if (verdict !== 'more') return verdict;
  }
  return codec.judge(received, true);
}

for (const [name, { codec, of }] of Object.entries(answers)) {
  describe(name, () => {
    test.each(of)('the answer %j', (answer, verdict) => {
      expect(judged(codec, [bytes(answer)])).toEqual(verdict);
    });

    test('nothing yet is no verdict', () => {
      expect(codec.judge(Buffer.alloc(0), false)).toBe('more');
    });

    test('an answer cut anywhere, into pieces that come one by one, has the verdict of the whole', () => {
      fc.assert(
        fc.property(fc.constantFrom(...of), fc.array(fc.nat()), ([answer, verdict], cuts) => {
          const whole = bytes(answer);
          const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
          const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end));
          // What is garbage is said at the first wrong byte, so less of it may be shown.
          const found = judged(codec, pieces);
          if (!verdict.ok && verdict.why.startsWith('answered garbage')) {
            expect(found).toMatchObject({ ok: false, why: expect.stringMatching(/^answered garbage/) });
          } else {
            expect(found).toEqual(verdict);
          }
        }),
      );
    });

    test('any bytes whatever get a verdict when the connection ends, in few harmless characters', () => {
      const starts = of.map(([answer]) => bytes(answer));
      const noise = fc.tuple(fc.constantFrom(Buffer.alloc(0), ...starts), fc.uint8Array({ maxLength: 200 }));
      fc.assert(
        fc.property(noise, ([start, more]) => {
          const verdict = codec.judge(Buffer.concat([start, more]), true);
          if (verdict === 'more') throw new Error('no verdict');
          const text = verdict.ok ? (verdict.detail ?? '') : verdict.why;
          expect(text.length).toBeLessThan(400);
          expect(text).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        }),
      );
    });
  });
}

describe('a line that never ends is garbage, and not waited for to the end', () => {
  test.each([
    ['http', http('/'), 'HTTP/1.1 200 '],
    ['redis', redis, '-'],
    ['memcached', memcached, 'VERSION '],
  ])('%s', (_, codec, start) => {
    const received = Buffer.alloc(maxAnswerBytes / 2, 'x');
    received.write(start);
    expect(codec.judge(received, false)).toMatchObject({
      ok: false,
      why: expect.stringMatching(/^answered garbage: ".{60}…"$/),
    });
  });
});

test('an HTTP page that never ends is judged by its status line', () => {
  expect(http('/').judge(bytes('HTTP/1.1 200 OK\r\n'), false)).toEqual(good('200'));
  expect(fastcgi('/').judge(bytes(record(6, 'X: y\r\n\r\nand so on')), false)).toEqual(good('200'));
});

test('HTTP asks for the path, once, and names the host as a browser would', () => {
  const lines = http('/healthz?deep=1').request(target).toString().split('\r\n');
  expect(lines[0]).toBe('GET /healthz?deep=1 HTTP/1.1');
  expect(lines).toContain('Host: 127.0.0.1:8000');
  expect(lines).toContain('Connection: close');
  expect(lines).toContain('User-Agent: tssupervisor-probe');
  expect(lines.slice(-2)).toEqual(['', '']);
  expect(
    http('/')
      .request({ ...target, host: '::1' })
      .toString(),
  ).toContain('\r\nHost: [::1]:8000\r\n');
  expect(http('/').request(socket).toString()).toContain('\r\nHost: localhost\r\n');
});

test('a FastCGI request of a path names the script, its query and the method', () => {
  const long = `/ping/${'x'.repeat(200)}?full=1`;
  const text = fastcgi(long).request(socket).toString('latin1');
  expect(text).toContain('\x0e\x03REQUEST_METHODGET');
  expect(text).toContain('\x0c\x06QUERY_STRINGfull=1');
  expect(text).toContain(`\x0b\x80\x00\x00\xceSCRIPT_NAME${long.split('?')[0]}`);
});

test('a TCP probe sends nothing, and is content with the connection', () => {
  expect(tcp.request(target)).toHaveLength(0);
  expect(tcp.judge(Buffer.alloc(0), false)).toEqual(good());
});
