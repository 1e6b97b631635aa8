/**
 * Hostile requests, as bytes for a connection: half of them valid HTTP (calls that are well formed and wrong, broken
 * bodies, credentials and paths that somebody tries), half of them none. Each character of `bytes` is one byte.
 */
import fc from 'fast-check';
import { brokenBody, wellFormedCall } from './hostile-xml.ts';

export interface HostileRequest {
  readonly bytes: string;
  /** Where the bytes are cut into writes of their own. */
  readonly cuts: readonly number[];
  /**
   * `half-close`: nothing more will come, an answer is read to its end. `reset`: the connection is cut when all is
   * written, whatever comes.
   */
  readonly ending: 'half-close' | 'reset';
}

/** The `Authorization` that lets in; `hostileRequest` is told it. */
export type Credentials = string | undefined;

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

const hostileAuthorization = fc.oneof(
  fc.constantFrom(
    '',
    'Basic',
    'Basic ',
    'Basic =',
    'Basic ====',
    'Basic !!!!',
    'Basic YQ',
    'Bearer abc',
    'Digest username="a"',
    basic(''),
    basic(':'),
    basic('a'),
    basic('a:'),
    basic(':b'),
    basic('a:b:c'),
    basic('\0:\0'),
    basic('a'.repeat(9000)),
    `${basic('a:x')}, ${basic('a:b')}`,
    `BASIC  ${basic('a:x').slice(6)}`,
    `Basic ${'A'.repeat(12_000)}`,
    `Basic ${' '.repeat(12_000)}x`,
  ),
  fc.string({ maxLength: 60 }).map((text) => basic(text)),
  fc.base64String({ maxLength: 60 }).map((text) => `Basic ${text}`),
);

const path = fc.oneof(
  fc.constantFrom(
    '/',
    '/RPC2',
    '/RPC2/',
    '/RPC2?x=<y>',
    '/rpc2',
    '//RPC2',
    '/RPC3',
    '*',
    '/index.html?action=stopall',
    '/index.html?processname=target&action=stop',
    '/tail.html?processname=target&limit=99999999999999999999',
    '/tail.html?processname=../../etc/passwd',
    '/stylesheets/../../../../../etc/passwd',
    '/stylesheets/%2e%2e/%2e%2e/supervisord.conf',
    '/logtail',
    '/logtail/',
    '/logtail//',
    '/logtail/../../etc/passwd',
    '/logtail/%2e%2e%2f%2e%2e%2fetc/passwd',
    '/logtail/target/%00',
    '/logtail/target%00/stdout',
    '/logtail/target/stdout/../stderr',
    '/logtail/target/stdin',
    '/logtail/target/stdout?offset=99999999999999999999999',
    '/logtail/target:*',
    '/logtail/*',
    '/logtail/%',
    '/logtail/%zz%c3%28%ff',
    '/logtail/__proto__/constructor',
    `/logtail/${'a/'.repeat(2000)}`,
    '/mainlogtail/../../etc/passwd',
    '/mainlogtail?offset=-99999999999999999999',
    'http://127.0.0.1/RPC2',
    'http://[::1/RPC2',
    'file:///etc/passwd',
    '/%52PC2',
  ),
  fc.string({ unit: fc.constantFrom(...'%/.?#;&=\\~0aA*:<>"\'') }).map((text) => `/${text}`),
);

const header = fc.oneof(
  fc.constantFrom(
    'Expect: 100-continue',
    'Expect: everything',
    'Connection: close',
    'Connection: Upgrade\r\nUpgrade: websocket',
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
    'Origin: http://evil.example',
    'Origin: null',
    'Sec-Fetch-Site: cross-site',
    'Host: evil.example',
    'Host: a\r\nHost: b',
    'Host: [::1',
    'Accept-Encoding: gzip, br;q=1e999',
    'Content-Type: multipart/form-data; boundary=x',
    'Range: bytes=-1',
    'If-Modified-Since: Thu, 99 Foo 9999 99:99:99 GMT',
    'Cookie: a=b',
    `X-Long: ${'x'.repeat(8000)}`,
  ),
  fc.nat({ max: 300 }).map((count) => Array.from({ length: count }, (_, at) => `X-${at}: y`).join('\r\n') || 'X: y'),
);

function request(line: string, headers: readonly string[], body: string): string {
  return `${[line, ...headers].join('\r\n')}\r\n\r\n${body}`;
}

function chunked(body: string, size: number): string {
  let text = '';
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.slice(at, at + size);
    text += `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

/** Valid HTTP with that body. */
function posting(body: fc.Arbitrary<string>, headers: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  return fc
    .tuple(body, headers, fc.constantFrom('1.1', '1.1', '1.0'), fc.constantFrom(0, 0, 0, 1000))
    .map(([text, more, version, chunks]) => {
      const isChunked = chunks > 0 && version === '1.1';
      const length = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${text.length}`;
      return request(`POST /RPC2 HTTP/${version}`, [...more, length], isChunked ? chunked(text, chunks) : text);
    });
}

const badLine = fc.oneof(
  fc.constantFrom(
    'POST /RPC2',
    'POST  /RPC2  HTTP/1.1',
    'POST /RPC2 HTTP/9.9',
    'POST /RPC2 HTTP/1.1 HTTP/1.1',
    'POST /RPC2 HTTQ/1.1',
    ' /RPC2 HTTP/1.1',
    'GET / HTTP/0.9',
    'FROBNICATE /RPC2 HTTP/1.1',
    'post /RPC2 HTTP/1.1',
    'CONNECT 127.0.0.1:22 HTTP/1.1',
    'CONNECT / HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'TRACE / HTTP/1.1',
    'PUT /RPC2 HTTP/1.1',
    'HEAD /RPC2 HTTP/1.1',
    'HEAD /logtail/target HTTP/1.1',
    'PRI * HTTP/2.0',
    'GET /\r HTTP/1.1',
    'GET /\0 HTTP/1.1',
    'GET /\xff\xfe HTTP/1.1',
    'HTTP/1.1 200 OK',
    `GET /${'x'.repeat(20_000)} HTTP/1.1`,
    `${'X'.repeat(20_000)}`,
  ),
  path.map((it) => `GET ${it} HTTP/1.1\r\nConnection: close`),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
);

const badHeader = fc.constantFrom(
  'no colon',
  ': no name',
  'Bad Name: x',
  'Folded: a\r\n b',
  'X: a\0b',
  'X: a\rb',
  'X\xff: \xff',
  'Content-Length: -1',
  'Content-Length: 1e9',
  'Content-Length: 5, 6',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Length: 99999999999999999999999',
  'Content-Length: 8388609',
  'Content-Length: 9007199254740993',
  'Content-Length: 0x10',
  'Content-Length: 10\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: gzip',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  `X: ${'x'.repeat(70_000)}`,
  Array.from({ length: 3000 }, (_, at) => `X-${at}: y`).join('\r\n'),
);

const badChunks = fc.constantFrom(
  'zz\r\nabc\r\n0\r\n\r\n',
  '-1\r\n\r\n',
  'ffffffffffffffff\r\nx',
  'fffffff\r\nx',
  '5\r\nab\r\n0\r\n\r\n',
  '3;ext="'.padEnd(20_000, 'x'),
  '3\r\nabcdef\r\n0\r\n\r\n',
  '3\nabc\n0\n\n',
  `0\r\n${'X: y\r\n'.repeat(2000)}\r\n`,
  '\r\n\r\n\r\n',
  '1\r\na\r\n'.repeat(2000),
);

const notHttp = fc.oneof(
  fc.constantFrom(
    // The hello of TLS 1.2, as far as anybody reads it.
    `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${'\xa5'.repeat(500)}`,
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
    'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\n\r\n',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c',
    'SSH-2.0-OpenSSH_9.2\r\n',
    '*1\r\n$4\r\nPING\r\n',
    'EHLO there\r\n',
    '\r\n'.repeat(5000),
    '\0'.repeat(5000),
    '\n',
    '',
  ),
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

const cuts = fc.oneof(
  { weight: 4, arbitrary: fc.constant<number[]>([]) },
  { weight: 1, arbitrary: fc.array(fc.nat({ max: 2000 }), { maxLength: 4 }) },
);
const ending = fc.oneof(
  { weight: 9, arbitrary: fc.constant('half-close' as const) },
  { weight: 1, arbitrary: fc.constant('reset' as const) },
);

/** Any of them; three quarters of those that are valid HTTP carry the credentials. */
export function hostileRequest(credentials: Credentials): fc.Arbitrary<HostileRequest> {
  const allowed = credentials === undefined ? [] : [`Authorization: ${credentials}`];
  const authorization = fc.oneof(
    { weight: 3, arbitrary: fc.constant(allowed) },
    { weight: 1, arbitrary: hostileAuthorization.map((it) => [`Authorization: ${it}`]) },
  );
  const headers = fc.oneof(
    { weight: 3, arbitrary: authorization },
    { weight: 1, arbitrary: fc.tuple(authorization, header).map(([first, more]) => [...first, more]) },
  );
  const call = posting(wellFormedCall, headers);
  const noCall = posting(brokenBody, headers);
  const get = fc
    .tuple(path, headers, fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'DELETE'))
    .map(([it, more, verb]) => request(`${verb} ${it} HTTP/1.1`, [...more, 'Content-Length: 0'], ''));
  const valid = fc.oneof(
    { weight: 4, arbitrary: call },
    { weight: 2, arbitrary: noCall },
    { weight: 2, arbitrary: get },
  );
  const pipelined = fc.array(valid, { minLength: 2, maxLength: 6 }).map((all) => all.join(''));
  const cut = fc.tuple(valid, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  const flipped = fc
    .tuple(valid, fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { minLength: 1 }))
    .map(([text, flips]) => {
      const bytes = Buffer.from(text, 'latin1');
      for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
      return bytes.toString('latin1');
    });
  const broken = fc.oneof(
    fc.tuple(badLine, headers).map(([line, more]) => request(line, more, '')),
    fc.tuple(badHeader, wellFormedCall).map(([bad, body]) => request('POST /RPC2 HTTP/1.1', [...allowed, bad], body)),
    badChunks.map((it) => request('POST /RPC2 HTTP/1.1', [...allowed, 'Transfer-Encoding: chunked'], it)),
    fc
      .tuple(wellFormedCall, fc.integer({ min: -20, max: 20 }))
      .map(([body, off]) =>
        request('POST /RPC2 HTTP/1.1', [...allowed, `Content-Length: ${Math.max(0, body.length + off)}`], body),
      ),
    pipelined,
    cut,
    flipped,
    notHttp,
  );
  return fc
    .tuple(fc.oneof(valid, broken), cuts, ending)
    .map(([bytes, where, how]) => ({ bytes, cuts: where, ending: how }));
}
