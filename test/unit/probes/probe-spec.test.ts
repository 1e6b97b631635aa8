import { describe, expect, test } from 'vitest';
import { codecOf, probeText, readProbe, withTarget } from '../../../src/daemon/probes/probe-spec.ts';

const inet = (host: string, port: number) => ({ family: 'inet', host, port });
const unix = (path: string) => ({ family: 'unix', path });

test.each([
  ['tcp', { kind: 'tcp', target: undefined, path: undefined }],
  ['tcp:127.0.0.1:6000', { kind: 'tcp', target: inet('127.0.0.1', 6000) }],
  ['  tcp:db.example.com:6000 ', { target: inet('db.example.com', 6000) }],
  ['tcp:unix:/run/a.sock', { target: unix('/run/a.sock'), path: undefined }],
  ['tcp:unix:///run/a.sock', { target: unix('/run/a.sock') }],
  ['tcp:[2001:db8::1]:80', { target: inet('2001:db8::1', 80) }],
  ['http', { kind: 'http', target: undefined, path: '/' }],
  ['http:/healthz', { target: undefined, path: '/healthz' }],
  ['http:/a:/b?c=d', { target: undefined, path: '/a:/b?c=d' }],
  ['http:unix:/run/a.sock:/healthz', { target: unix('/run/a.sock'), path: '/healthz' }],
  ['http:unix:/run/web:0.sock:/healthz', { target: unix('/run/web:0.sock'), path: '/healthz' }],
  ['http:unix:/run/a.sock', { target: unix('/run/a.sock'), path: '/' }],
  ['http:localhost:8000:/healthz', { target: inet('localhost', 8000), path: '/healthz' }],
  ['http:localhost:8000:/to:/x', { target: inet('localhost', 8000), path: '/to:/x' }],
  ['http:localhost:8000', { target: inet('localhost', 8000), path: '/' }],
  ['uwsgi:127.0.0.1:3031', { kind: 'uwsgi', target: inet('127.0.0.1', 3031) }],
  ['fastcgi', { kind: 'fastcgi', target: undefined, path: undefined }],
  ['fastcgi:/ping', { kind: 'fastcgi', target: undefined, path: '/ping' }],
  ['fastcgi:unix:/run/php.sock:/ping', { target: unix('/run/php.sock'), path: '/ping' }],
  ['redis', { kind: 'redis', target: undefined }],
  ['memcached:127.0.0.1:11211', { kind: 'memcached', target: inet('127.0.0.1', 11211) }],
  ['exec:bin/check --url "http://a b/"', { kind: 'exec', argv: ['bin/check', '--url', 'http://a b/'] }],
  ['log:Listening on .*:\\d+', { kind: 'log', pattern: { source: 'Listening on .*:\\d+' } }],
  ['notify', { kind: 'notify' }],
])('%s', (text, spec) => {
  expect(readProbe(text)).toMatchObject(spec);
});

test.each([
  ['tcp:0.0.0.0:80', inet('127.0.0.1', 80)],
  ['tcp:*:80', inet('127.0.0.1', 80)],
  ['tcp::80', inet('127.0.0.1', 80)],
  ['tcp:[::]:80', inet('::1', 80)],
])('%s: every address means this machine', (text, target) => {
  expect(readProbe(text)).toMatchObject({ target });
});

describe('a probe that cannot be read says what was expected, with an example', () => {
  test.each([
    ['', 'one of tcp, http, uwsgi, fastcgi, redis, memcached, exec, log, notify, got "";'],
    ['htttp:/healthz', 'got "htttp"; did you mean "http"?; for example "http:127.0.0.1:8000:/healthz"'],
    ['HTTP:/healthz', 'got "HTTP"; did you mean "http"?'],
    ['ping:/x', 'got "ping"'],
    ['/healthz', 'got "/healthz"'],
    ['http://127.0.0.1:8000/healthz', 'got "http://127.0.0.1:8000/healthz"; write "http:127.0.0.1:8000:/healthz"'],
    ['tcp://127.0.0.1:80', 'write "tcp:127.0.0.1:80"'],
    ['http:127.0.0.1:8000/healthz', 'write "http:127.0.0.1:8000:/healthz"'],
    ['http:8000', 'write "127.0.0.1:8000"'],
    ['http:healthz', 'Expected HOST:PORT, for example "127.0.0.1:8000" or "[::1]:8000", got "healthz"'],
    ['http:', 'Expected HOST:PORT'],
    ['http:/a b', 'Expected a path of printable ASCII without blanks, got "/a b"'],
    ['http:/a\r\nX: y', 'without blanks, got "/a\\r\\nX: y"'],
    ['http:/é', 'write others as %20'],
    ['tcp:127.0.0.1:0', 'Expected a port from 1 to 65535, got "0"'],
    ['tcp:127.0.0.1:65536', 'got "65536"'],
    ['tcp:::1:80', 'an IPv6 address stands in brackets'],
    ['tcp:[::g]:80', 'got "::g"'],
    ['tcp:a b:80', 'Expected a host name or an IP address, got "a b"'],
    ['tcp:unix:run/a.sock', `absolute path, for example "unix:/run/app.sock", got "unix:run/a.sock"`],
    ['tcp:unix:', 'absolute path'],
    [`tcp:unix:/${'x'.repeat(107)}`, 'at most 107 bytes, got 108'],
    ['tcp:127.0.0.1:80:/x', 'Expected no path, which tcp has not, got "/x"'],
    ['uwsgi:/x', 'which uwsgi has not'],
    ['exec:', 'Expected a command after "exec:", got none'],
    ['exec', 'got none'],
    ['exec:"check', 'got ""check" (No closing quotation)'],
    ['log', 'Expected a regular expression after "log:", got none'],
    ['log:(a', 'Expected a regular expression, got "(a": a "(" is not closed'],
    ['notify:/run/x', 'Expected nothing after "notify", got "/run/x"'],
  ])('%j', (text, why) => {
    const refused = readProbe(text);
    expect(refused).toEqual({ why: expect.stringContaining(why) });
    expect(refused).toEqual({ why: expect.stringMatching(/^Expected .*; for example "[a-z]+/) });
  });
});

test("a probe without a target gets the program's own, and one with a target keeps it", () => {
  const own = { family: 'inet', host: '0.0.0.0', port: 2000 } as const;
  const probe = (text: string) => {
    const spec = readProbe(text);
    if ('why' in spec) throw new Error(spec.why);
    return spec;
  };
  expect(withTarget(probe('http:/x'), own)).toMatchObject({ target: inet('127.0.0.1', 2000), path: '/x' });
  expect(withTarget(probe('tcp'), { family: 'unix', path: '/a' })).toMatchObject({ target: unix('/a') });
  expect(withTarget(probe('tcp:a:1'), own)).toMatchObject({ target: inet('a', 1) });
  expect(withTarget(probe('tcp'), undefined)).toMatchObject({ target: undefined });
  expect(withTarget(probe('notify'), own)).toEqual({ kind: 'notify' });
});

test.each([
  ['http:unix:///run/a.sock:/x', 'http:unix:/run/a.sock:/x'],
  ['tcp:[::1]:80', 'tcp:[::1]:80'],
  ['http', 'http:/'],
  ['fastcgi', 'fastcgi'],
  ['exec: check  it', 'exec:check  it'],
  ['log:a|b', 'log:a|b'],
  ['notify', 'notify'],
])('%s is called %s in messages, which reads as the same probe', (text, name) => {
  const spec = readProbe(text);
  if ('why' in spec) throw new Error(spec.why);
  expect(probeText(spec)).toBe(name);
  expect(readProbe(name)).toEqual(spec);
  if ('target' in spec) expect(codecOf(spec).judge(Buffer.from('?'), true)).toMatchObject({ ok: spec.kind === 'tcp' });
});
