import { expect, test } from 'vitest';
import type { GroupConfig } from '../../../src/daemon/config/model.ts';
import { type HeldSocketMap, HeldSockets } from '../../../src/daemon/held-sockets.ts';
import type { SocketCalls } from '../../../src/daemon/listening-socket.ts';
import type { PortHolder } from '../../../src/daemon/os/port-holders.ts';
import { loaded } from '../../support/config-files.ts';
import { FakeOs } from '../../support/fake-os.ts';

const EADDRINUSE = 98;
const SO_REUSEPORT = 15;

/** A system that gives out the descriptors 1010, 1011, ... and says which are open. */
class Bench {
  readonly log: string[] = [];
  readonly open = new Set<number>();
  readonly spread: number[] = [];
  readonly os = new FakeOs();
  readonly map: HeldSocketMap = new Map();
  /** After so many that succeed, bind fails. */
  bindable = Number.POSITIVE_INFINITY;
  holders: readonly PortHolder[] | undefined;
  #next = 1010;
  readonly calls: SocketCalls = {
    socket: () => {
      this.open.add(this.#next);
      return this.#next++;
    },
    setSocketOption: (fd, _, option) => {
      if (option === SO_REUSEPORT) this.spread.push(fd);
      return 0;
    },
    bind: () => (this.bindable-- > 0 ? 0 : -EADDRINUSE),
    listen: () => 0,
    close: (fd) => (this.open.delete(fd) ? 0 : -9),
    resolveHost: () => -2,
  };
  sockets = this.life();

  /** The next one of the daemon's lives. */
  life(): HeldSockets {
    const log = { info: (text: string) => void this.log.push(text), warn: (text: string) => void this.log.push(text) };
    const { calls: posix, os, map: sockets } = this;
    this.sockets = new HeldSockets({ posix, os, log, sockets, holdersOf: () => this.holders });
    return this.sockets;
  }

  get fds(): number[] {
    return [...this.open];
  }
}

const pool = 'process_name=%(program_name)s_%(process_num)d\nnumprocs=2\n';

function groupOf(settings: string): GroupConfig {
  const [group] = loaded(`[supervisord]\n[program:web]\ncommand=web\n${settings}`).groups;
  if (group === undefined) throw new Error('There is no group');
  return group;
}

function processesOf(settings: string) {
  const [a, b = a] = groupOf(settings).processes;
  if (a === undefined || b === undefined) throw new Error('There is no process');
  return { a, b };
}

const two = 'listen=tcp://127.0.0.1:8000,tcp://[::1]:8001\n';
const one = 'listen=tcp://127.0.0.1:8000\n';

test('sockets are made once, in their order, shared by the processes, and open until all have given up', () => {
  const bench = new Bench();
  const { a, b } = processesOf(`${pool}${two}`);
  expect(bench.sockets.hold('web:a', a)).toEqual({ fds: [1010, 1011] });
  expect(bench.sockets.hold('web:b', b)).toEqual({ fds: [1010, 1011] });
  bench.sockets.release('web:a', false);
  expect(bench.fds).toEqual([1010, 1011]);
  expect(bench.sockets.hold('web:a', a)).toEqual({ fds: [1010, 1011] });
  bench.sockets.release('web:b', false);
  bench.sockets.release('web:a', false);
  expect(bench.fds).toEqual([]);
  expect(bench.log).toEqual([
    'Creating socket tcp://127.0.0.1:8000',
    'Creating socket tcp://[::1]:8001',
    'Closing socket tcp://127.0.0.1:8000',
    'Closing socket tcp://[::1]:8001',
  ]);
});

test('with reuseport, or with another URL, each process has its own', () => {
  const bench = new Bench();
  const { a, b } = processesOf(`${pool}${one}reuseport=true\n`);
  expect(bench.sockets.hold('web:a', a)).toEqual({ fds: [1010] });
  expect(bench.sockets.hold('web:b', b)).toEqual({ fds: [1011] });
  expect(bench.spread).toEqual([1010, 1011]);
  bench.sockets.release('web:a', false);
  expect(bench.fds).toEqual([1011]);
  const own = processesOf(`${pool}listen=tcp://127.0.0.1:900%(process_num)d\n`);
  expect(bench.sockets.hold('own:a', own.a)).not.toEqual(bench.sockets.hold('own:b', own.b));
});

test('a program without listen has none', () => {
  const bench = new Bench();
  expect(bench.sockets.hold('web:a', processesOf('').a)).toEqual({ fds: [] });
  expect(bench.log).toEqual([]);
});

test('when one of several cannot be made the others are not kept, and it says who is there', () => {
  const bench = new Bench();
  const { a } = processesOf(two);
  bench.bindable = 1;
  const nobody = 'Cannot listen on tcp://[::1]:8001: port 8001 is in use, by a process that cannot be seen from here';
  expect(bench.sockets.hold('web:web', a)).toEqual({ why: nobody });
  expect(bench.fds).toEqual([]);
  bench.bindable = 1;
  bench.holders = [{ pid: 812, command: 'gunicorn', startedAs: undefined }];
  const who = 'Cannot listen on tcp://[::1]:8001: port 8001 is held by pid 812 "gunicorn"';
  expect(bench.sockets.hold('web:web', a)).toEqual({ why: who });
  bench.bindable = 2;
  expect(bench.sockets.hold('web:web', a)).toEqual({ fds: bench.fds });
});

test('what another had already is kept when the next one cannot have all', () => {
  const bench = new Bench();
  const { a, b } = processesOf(`${pool}listen=tcp://127.0.0.1:8000,tcp://127.0.0.1:900%(process_num)d\n`);
  bench.sockets.hold('web:a', a);
  bench.bindable = 0;
  expect(bench.sockets.hold('web:b', b)).toHaveProperty('why');
  expect(bench.fds).toEqual([1010, 1011]);
});

test('a group that is removed loses its sockets at once', () => {
  const bench = new Bench();
  bench.sockets.hold('web:web', processesOf(one).a);
  bench.sockets.removeGroup('other', undefined);
  expect(bench.fds).toEqual([1010]);
  bench.sockets.removeGroup('web', undefined);
  expect(bench.fds).toEqual([]);
});

test('a group that is about to be replaced keeps those that it has in both, for as long as an update takes', () => {
  const bench = new Bench();
  const { a } = processesOf(two);
  const next = `${one}stopwaitsecs=2\n`;
  bench.sockets.hold('web:web', a);
  bench.sockets.removeGroup('web', groupOf(next));
  expect(bench.fds).toEqual([1010]);
  expect(bench.sockets.hold('web:web', processesOf(next).a)).toEqual({ fds: [1010] });
  bench.os.advance(60_000);
  expect(bench.fds).toEqual([1010]);
  bench.sockets.removeGroup('web', groupOf(`${one}listen_backlog=5\n`));
  expect(bench.fds).toEqual([]);

  bench.sockets.hold('web:web', a);
  bench.sockets.removeGroup('web', groupOf(next));
  bench.os.advance(10_000);
  expect(bench.fds).toEqual([]);
});

test('a restart of the daemon keeps what programs that start by themselves use, an end keeps nothing', () => {
  const bench = new Bench();
  const { a } = processesOf(two);
  bench.sockets.hold('web:web', a);
  bench.sockets.end(false);
  expect(bench.fds).toEqual([1010, 1011]);
  bench.life().begin([groupOf(one)]);
  expect(bench.fds).toEqual([1010]);
  bench.sockets.hold('web:web', processesOf(one).a);
  bench.sockets.end(false);
  bench.life().begin([groupOf(`${one}autostart=false\n`)]);
  expect(bench.fds).toEqual([]);
  bench.sockets.hold('web:web', a);
  bench.sockets.end(true);
  expect(bench.fds).toEqual([]);
});

test('a restart forgets who used what: the new life counts for itself', () => {
  const bench = new Bench();
  const { a, b } = processesOf(`${pool}${one}`);
  bench.sockets.hold('web:a', a);
  bench.sockets.hold('web:b', b);
  bench.sockets.end(false);
  bench.life().begin([groupOf(`${pool}${one}`)]);
  bench.sockets.hold('web:a', a);
  bench.sockets.release('web:a', false);
  expect(bench.fds).toEqual([]);
});
