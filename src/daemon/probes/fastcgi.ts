/**
 * FastCGI 1.0. Two questions can be asked:
 *
 *   without a path   FCGI_GET_VALUES, which the library in the program answers by itself: somebody accepts and reads
 *   with a path      a whole request in the role of a responder: the application answers; 2xx and 3xx are good, and an
 *                    answer without a `Status:` is 200. The path is both SCRIPT_NAME and SCRIPT_FILENAME: php-fpm's
 *                    ping.path matches the one, php-cgi and fcgiwrap take the file from the other.
 *
 * A record is version (1), type, request id (2 bytes), length of its content (2 bytes, big-endian), length of its
 * padding, a spare byte, and then both.
 */
import type { SocketAddress } from '../os/sockaddr.ts';
import { statusVerdict } from './http.ts';
import { type Codec, endedEarly, garbage, quoted, type Verdict } from './verdict.ts';

const VERSION = 1;
const types = {
  beginRequest: 1,
  endRequest: 3,
  params: 4,
  stdin: 5,
  stdout: 6,
  stderr: 7,
  getValues: 9,
  getValuesResult: 10,
  unknownType: 11,
} as const;
const headerBytes = 8;
const RESPONDER = 1;
const requestId = 1;
const protocolStatuses = [
  undefined,
  'cannot multiplex connections',
  'is overloaded',
  'does not know the role of a responder',
];

interface FcgiRecord {
  readonly type: number;
  readonly content: Buffer;
}

/** `path` has its query with it; undefined asks for values only. */
export function fastcgi(path: string | undefined): Codec {
  if (path === undefined) return { request: valuesRequest, judge: judgeValues };
  return { request: (target) => pageRequest(path, target), judge: judgePage, readsOn: true };
}

/** libfcgi (fcgiwrap, many others) waits for more if such a record has no padding, so it has some. */
function valuesRequest(): Buffer {
  const names = ['FCGI_MAX_CONNS', 'FCGI_MAX_REQS', 'FCGI_MPXS_CONNS'];
  return record(types.getValues, 0, Buffer.concat(names.map((name) => pair(name, ''))), 8);
}

function pageRequest(path: string, target: SocketAddress): Buffer {
  const [script = path, query = ''] = path.split(/\?(.*)/s);
  const isUnix = target.family === 'unix';
  const params = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: script,
    SCRIPT_FILENAME: script,
    REQUEST_URI: path,
    DOCUMENT_URI: script,
    QUERY_STRING: query,
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_SOFTWARE: 'tssupervisor-probe',
    SERVER_NAME: isUnix ? 'localhost' : target.host,
    SERVER_PORT: isUnix ? '80' : String(target.port),
    REMOTE_ADDR: '127.0.0.1',
    REDIRECT_STATUS: '200', // php-cgi refuses to serve without (cgi.force_redirect)
  };
  const pairs = Buffer.concat(Object.entries(params).map(([name, value]) => pair(name, value)));
  return Buffer.concat([
    record(types.beginRequest, requestId, Buffer.of(0, RESPONDER, 0, 0, 0, 0, 0, 0)),
    record(types.params, requestId, pairs),
    record(types.params, requestId, Buffer.alloc(0)),
    record(types.stdin, requestId, Buffer.alloc(0)),
  ]);
}

function record(type: number, id: number, content: Buffer, padding = 0): Buffer {
  const header = Buffer.of(VERSION, type, id >> 8, id & 0xff, content.length >> 8, content.length & 0xff, padding, 0);
  return Buffer.concat([header, content, Buffer.alloc(padding)]);
}

function pair(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  return Buffer.concat([lengthOf(nameBytes), lengthOf(valueBytes), nameBytes, valueBytes]);
}

function lengthOf(bytes: Buffer): Buffer {
  if (bytes.length < 0x80) return Buffer.of(bytes.length);
  const long = Buffer.alloc(4);
  long.writeUInt32BE(bytes.length + 0x8000_0000);
  return long;
}

/** The whole records in what was received; undefined where it is no FastCGI. */
function recordsOf(received: Buffer): FcgiRecord[] | undefined {
  const records: FcgiRecord[] = [];
  for (let at = 0; at < received.length; ) {
    const [version, type] = received.subarray(at, at + 2);
    if (version !== VERSION || (type !== undefined && (type < 1 || type > types.unknownType))) return undefined;
    if (received.length - at < headerBytes) break;
    const length = received.readUInt16BE(at + 4);
    const end = at + headerBytes + length + (received[at + 6] ?? 0);
    if (end > received.length) break;
    records.push({ type: type ?? 0, content: received.subarray(at + headerBytes, at + headerBytes + length) });
    at = end;
  }
  return records;
}

function judgeValues(received: Buffer, isEnd: boolean): Verdict | 'more' {
  const records = recordsOf(received);
  if (records === undefined) return garbage(received);
  const [first] = records;
  if (first === undefined) return isEnd ? endedEarly(received) : 'more';
  return first.type === types.getValuesResult || first.type === types.unknownType ? { ok: true } : garbage(received);
}

function judgePage(received: Buffer, isEnd: boolean): Verdict | 'more' {
  const records = recordsOf(received);
  if (records === undefined) return garbage(received);
  const of = (type: number) =>
    Buffer.concat(records.filter((one) => one.type === type).map(({ content }) => content)).toString('latin1');
  const output = of(types.stdout);
  const end = records.find(({ type }) => type === types.endRequest)?.content;
  const headers = /^([\s\S]*?)\r?\n\r?\n/.exec(output)?.[1];
  if (headers !== undefined) {
    const [, status = '200', reason = ''] = /^status:\s*(\d{3})\b(.*)$/im.exec(headers) ?? [];
    return statusVerdict(status, reason);
  }
  if (end === undefined) return isEnd ? endedEarly(received) : 'more';
  const protocolStatus = protocolStatuses[end[4] ?? 0];
  if (protocolStatus !== undefined) return { ok: false, why: protocolStatus };
  if (output !== '') return { ok: false, why: `answered without headers: ${quoted(output)}` };
  const errors = of(types.stderr).trim();
  return { ok: false, why: errors === '' ? 'answered nothing' : `answered nothing but errors: ${quoted(errors)}` };
}
