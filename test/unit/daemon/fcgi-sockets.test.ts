import { expect, test } from 'vitest';
import type { FcgiSocketConfig } from '../../../src/daemon/config/model.ts';
import { FcgiSockets } from '../../../src/daemon/fcgi-sockets.ts';
import type { SocketCalls } from '../../../src/daemon/listening-socket.ts';
import { loaded } from '../../support/config-files.ts';

const EADDRINUSE = 98;

/** A system that gives out the descriptors 10, 11, ... and says which are open. */
class Bench {
  readonly log: string[] = [];
  readonly open = new Set<number>();
  bindErrno = 0;
  #next = 10;
  readonly calls: SocketCalls = {
    socket: () => {
      this.open.add(this.#next);
      return this.#next++;
    },
    setSocketOption: () => 0,
    bind: () => -this.bindErrno,
    listen: () => 0,
    close: (fd) => (this.open.delete(fd) ? 0 : -9),
    resolveHost: () => -2,
  };
  readonly sockets = new FcgiSockets(this.calls, {
    info: (text) => void this.log.push(text),
    warn: (text) => void this.log.push(`WARN ${text}`),
  });
}

const socket = (url: string): FcgiSocketConfig => ({ url, backlog: 5, mode: undefined, owner: undefined });
const one = socket('tcp://127.0.0.1:9000');

test('the socket is made for the first process, shared by the next ones and closed after the last', () => {
  const { sockets, log, open } = new Bench();
  expect(sockets.hold('php:0', one)).toEqual({ fd: 10 });
  expect(sockets.hold('php:1', one)).toEqual({ fd: 10 });
  sockets.letGo('php:0');
  expect(sockets.hold('php:0', one)).toEqual({ fd: 10 });
  sockets.letGo('php:1');
  expect([...open]).toEqual([10]);
  sockets.letGo('php:0');
  expect([...open]).toEqual([]);
  expect(log).toEqual(['Creating socket tcp://127.0.0.1:9000', 'Closing socket tcp://127.0.0.1:9000']);
});

test('letting go twice, or of nothing, closes nothing', () => {
  const { sockets, open } = new Bench();
  sockets.hold('php:0', one);
  sockets.hold('php:1', one);
  sockets.letGo('php:1');
  sockets.letGo('php:1');
  sockets.letGo('web:0');
  expect([...open]).toEqual([10]);
});

test('a program without a socket gets none', () => {
  const { sockets, log } = new Bench();
  expect(sockets.hold('web:0', undefined)).toEqual({});
  expect(log).toEqual([]);
});

test('a socket that cannot be made is a spawn error, leaves nothing open, and is tried again at the next start', () => {
  const bench = new Bench();
  bench.bindErrno = EADDRINUSE;
  const why = 'Could not create FastCGI socket tcp://127.0.0.1:9000: [Errno 98] Address already in use';
  expect(bench.sockets.hold('php:0', one)).toEqual({ why });
  bench.sockets.letGo('php:0');
  expect([...bench.open]).toEqual([]);
  bench.bindErrno = 0;
  expect(bench.sockets.hold('php:0', one)).toEqual({ fd: 11 });
  expect(bench.log).toEqual(Array(2).fill('Creating socket tcp://127.0.0.1:9000'));
});

test('a host that has no address is named as such', () => {
  const { sockets } = new Bench();
  expect(sockets.hold('php:0', socket('tcp://nowhere:9000'))).toEqual({
    why: 'Could not create FastCGI socket tcp://nowhere:9000: [Errno -2] Name or service not known',
  });
});

test('a group is tested once for each of its sockets, and a member without one is named', () => {
  const bench = new Bench();
  const [group] = loaded(
    `[supervisord]
[group:all]
programs=a,b,c
[fcgi-program:a]
command=x
socket=tcp://127.0.0.1:1
numprocs=3
process_name=a%(process_num)d
[fcgi-program:b]
command=x
socket=tcp://127.0.0.1:2
[fcgi-program:c]
command=x
`,
  ).groups;
  if (group === undefined) throw new Error('No group was read');
  bench.sockets.test(group);
  expect(bench.log).toEqual([
    ...['Creating socket tcp://127.0.0.1:1', 'Closing socket tcp://127.0.0.1:1'],
    ...['Creating socket tcp://127.0.0.1:2', 'Closing socket tcp://127.0.0.1:2'],
    `WARN 'c' of [fcgi-program:c] is started without a socket: [fcgi-program:c] section requires a "socket" line`,
  ]);
  expect([...bench.open]).toEqual([]);
});
