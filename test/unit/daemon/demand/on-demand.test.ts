import { expect, test } from 'vitest';
import type { GroupConfig } from '../../../../src/daemon/config/model.ts';
import type { Event, ProcessId } from '../../../../src/daemon/core/supervisor-messages.ts';
import { OnDemand } from '../../../../src/daemon/demand/on-demand.ts';
import type { StateName } from '../../../../src/rpc/states.ts';
import { loaded } from '../../../support/config-files.ts';
import { FakeOs } from '../../../support/fake-os.ts';

const pool = 'process_name=%(program_name)s_%(process_num)d\nnumprocs=2\n';
const url = 'tcp://127.0.0.1:8000';
const waiting = `Waiting for a connection on ${url}`;

/** Processes whose states the test sets, and a listening socket 100 that the test lets be connected to. */
class Bench {
  readonly os = new FakeOs();
  readonly orders: string[] = [];
  readonly log: string[] = [];
  readonly released: string[] = [];
  readonly watched = new Set<number>();
  readonly states = new Map<ProcessId, StateName>();
  groups: readonly GroupConfig[];
  isBooted = true;
  isUp = true;
  /** Why the socket cannot be had. */
  trouble: string | undefined;
  /** When the socket was used last, as each look is to see it; the last one stands. */
  uses: (number | undefined)[] = [undefined];
  #ready: () => void = () => undefined;
  readonly demand: OnDemand;

  constructor(settings: string, isBooted = true) {
    this.isBooted = isBooted;
    this.groups = loaded(
      `[supervisord]\n[program:web]\ncommand=web\nlisten=${url}\non_demand=true\n${settings}`,
    ).groups;
    for (const { name, processes } of this.groups)
      for (const one of processes) this.states.set(`${name}:${one.name}`, 'STOPPED');
    const note = (text: string) => void this.log.push(text);
    this.demand = new OnDemand({
      posix: {
        epollCreate: () => 9,
        epollAdd: (_, fd) => Math.min(0, this.watched.add(fd).size),
        epollDelete: (_, fd) => (this.watched.delete(fd) ? 0 : -2),
        epollWait: (_, tokens) => {
          tokens[0] = 100;
          return this.watched.has(100) ? 1 : 0;
        },
        pollCreate: (_, ready) => {
          this.#ready = ready;
          return { start: () => undefined, stop: () => undefined, close: () => undefined };
        },
        close: () => 0,
        getSocketName: (_, out) => {
          out.set([2, 0, 0x1f, 0x40, 127, 0, 0, 1]);
          return 16;
        },
      },
      os: this.os,
      log: { info: note, warn: note },
      sockets: {
        hold: () => (this.trouble === undefined ? { fds: [100] } : { why: this.trouble }),
        release: (id) => {
          this.released.push(id);
          return [];
        },
      },
      groups: () => this.groups,
      config: (id) => this.groups.flatMap(({ processes }) => processes).find(({ name }) => id.endsWith(`:${name}`)),
      state: (id) => this.states.get(id),
      isBooted: () => this.isBooted,
      isUp: () => this.isUp,
      start: (id) => void this.orders.push(`start ${id}`),
      stop: (id) => void this.orders.push(`stop ${id}`),
      changed: () => undefined,
      uses: async (entries) => {
        const use = this.uses.length > 1 ? this.uses.shift() : this.uses[0];
        return entries.map(() => use);
      },
    });
    this.demand.look();
  }

  /** The process goes through these states, and the news of them follows. */
  enter(id: ProcessId, ...states: readonly StateName[]): void {
    const from = this.states.get(id) ?? 'STOPPED';
    const last = states.at(-1);
    if (last !== undefined) this.states.set(id, last);
    for (const to of states) this.demand.happened({ type: 'processState', id, from, to } satisfies Event);
  }

  connect(): void {
    this.#ready();
  }

  /** Lets time pass, and what waits for the tables with it. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      this.os.advance(250);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    }
  }
}

test('a connection starts all that wait at the socket; while one of them lives it is not polled', () => {
  const bench = new Bench(pool);
  expect(bench.demand.waitsFor('web:web_0')).toBe(waiting);
  expect(bench.watched).toEqual(new Set([100]));
  bench.connect();
  expect(bench.orders).toEqual(['start web:web_0', 'start web:web_1']);
  bench.enter('web:web_0', 'STARTING');
  expect(bench.demand.waitsFor('web:web_0')).toBeUndefined();
  bench.enter('web:web_1', 'STARTING', 'RUNNING');
  bench.enter('web:web_0', 'RUNNING');
  bench.enter('web:web_1', 'EXITED');
  bench.os.advance(1000);
  expect(bench.demand.waitsFor('web:web_1')).toBe(waiting);
  expect(bench.watched).toEqual(new Set());
  bench.enter('web:web_0', 'EXITED');
  expect(bench.watched).toEqual(new Set([100]));
});

test('what a user stops is not started by a connection; its socket is given up', () => {
  const bench = new Bench('');
  expect(bench.demand.disarm('web:web')).toBe(true);
  expect([bench.demand.waitsFor('web:web'), bench.released, [...bench.watched]]).toEqual([undefined, ['web:web'], []]);
  expect(bench.demand.disarm('web:web')).toBe(false);
  bench.enter('web:web', 'STARTING', 'RUNNING');
  bench.enter('web:web', 'STOPPING', 'STOPPED');
  bench.os.advance(999);
  expect(bench.released).toEqual(['web:web']);
  bench.os.advance(1);
  expect(bench.released).toEqual(['web:web', 'web:web']);
});

test('a stop with a start behind it keeps the socket', () => {
  const bench = new Bench('');
  bench.enter('web:web', 'STARTING', 'RUNNING');
  bench.enter('web:web', 'STOPPING', 'STOPPED');
  bench.enter('web:web', 'STARTING');
  bench.enter('web:web', 'STOPPED', 'STARTING', 'RUNNING');
  bench.enter('web:web', 'EXITED', 'STARTING', 'RUNNING');
  bench.os.advance(5000);
  expect(bench.released).toEqual([]);
  expect(bench.log).toEqual([`web waits for a connection on ${url}`]);
});

test('a program that is to start again by itself is not waited for', () => {
  const bench = new Bench('');
  bench.connect();
  bench.enter('web:web', 'STARTING', 'BACKOFF');
  expect([bench.demand.waitsFor('web:web'), bench.watched.size]).toEqual([undefined, 0]);
  bench.enter('web:web', 'FATAL');
  expect([bench.demand.waitsFor('web:web'), bench.watched.size]).toEqual([undefined, 0]);
});

test('what depends on others waits for them; when they cannot be had it is tried again later', () => {
  const bench = new Bench('');
  const news = (what?: string) =>
    bench.demand.happened({ type: 'waiting', id: 'web:web', ...(what !== undefined && { for: what }) });
  bench.connect();
  news('redis:ready');
  expect([bench.demand.waitsFor('web:web'), bench.demand.isOpen('web:web')]).toEqual([undefined, true]);
  news();
  expect([bench.demand.waitsFor('web:web'), bench.watched.size]).toEqual([waiting, 0]);
  bench.os.advance(5000);
  expect(bench.watched.size).toBe(1);
  bench.connect();
  news('redis:ready');
  expect(bench.demand.disarm('web:web')).toBe(true);
  news();
  bench.os.advance(5000);
  expect([bench.demand.waitsFor('web:web'), bench.released]).toEqual([undefined, ['web:web']]);
});

test('to a proxy it is there while its socket is open, also until what a connection has started runs', () => {
  const bench = new Bench('idle_stop=1\n');
  const isOpen = () => bench.demand.isOpen('web:web');
  expect(isOpen()).toBe(true);
  bench.connect();
  bench.enter('web:web', 'STARTING');
  bench.enter('web:web', 'BACKOFF');
  expect(isOpen()).toBe(true);
  bench.enter('web:web', 'STARTING');
  bench.enter('web:web', 'RUNNING');
  expect(isOpen()).toBe(false);
  bench.enter('web:web', 'STOPPING', 'STOPPED');
  bench.enter('web:web', 'STARTING');
  expect(isOpen()).toBe(false);
  bench.enter('web:web', 'FATAL');
  expect(isOpen()).toBe(false);
});

test('a socket that cannot be had is tried again, and says why meanwhile', () => {
  const bench = new Bench('');
  bench.trouble = 'Cannot listen on it';
  bench.enter('web:web', 'STARTING', 'RUNNING');
  bench.enter('web:web', 'EXITED');
  expect(bench.demand.waitsFor('web:web')).toBe('Cannot listen on it');
  expect(bench.demand.isOpen('web:web')).toBe(false);
  bench.os.advance(10_000);
  expect(bench.log.filter((text) => text.includes('Cannot listen'))).toHaveLength(1);
  bench.trouble = undefined;
  bench.os.advance(5000);
  expect(bench.demand.waitsFor('web:web')).toBe(waiting);
});

test('a socket that is closed is not waited at any more', () => {
  const bench = new Bench('');
  bench.demand.closing(100);
  expect([bench.demand.waitsFor('web:web'), bench.watched.size]).toEqual([undefined, 0]);
});

test('a group that goes takes its waiting along, and one with other settings waits anew', () => {
  const bench = new Bench('');
  const before = bench.groups;
  bench.groups = [];
  bench.demand.happened({ type: 'groupRemoved', group: 'web' });
  expect([bench.demand.waitsFor('web:web'), bench.watched.size]).toEqual([undefined, 0]);
  bench.groups = before;
  bench.demand.happened({ type: 'groupAdded', group: 'web' });
  expect(bench.demand.waitsFor('web:web')).toBe(waiting);
});

test('a process that is replaced in its group waits anew', () => {
  const bench = new Bench('');
  bench.groups = new Bench('priority=5\n').groups;
  bench.states.delete('web:web');
  bench.demand.happened({ type: 'member', id: 'web:web', is: 'removed' });
  expect([bench.demand.waitsFor('web:web'), bench.watched.size]).toEqual([undefined, 0]);
  bench.states.set('web:web', 'STOPPED');
  bench.demand.happened({ type: 'member', id: 'web:web', is: 'added' });
  expect([bench.demand.waitsFor('web:web'), bench.watched.size]).toEqual([waiting, 1]);
});

test('what a user has stopped does not wait after a change of other settings', () => {
  const bench = new Bench('');
  bench.demand.disarm('web:web');
  bench.groups = new Bench('priority=5\n').groups;
  bench.demand.look();
  expect(bench.demand.waitsFor('web:web')).toBeUndefined();
});

test('before the daemon is up who connects waits', () => {
  const bench = new Bench('', false);
  expect([bench.demand.waitsFor('web:web'), bench.watched.size]).toEqual([waiting, 0]);
  bench.isBooted = true;
  bench.demand.happened({ type: 'supervisorState', state: 'RUNNING' });
  expect(bench.watched.size).toBe(1);
});

test('while the daemon goes down nothing is started and nothing begins to wait', () => {
  const bench = new Bench('');
  bench.isUp = false;
  bench.connect();
  expect(bench.orders).toEqual([]);
  bench.demand.happened({ type: 'supervisorState', state: 'STOPPING' });
  bench.enter('web:web', 'STOPPED');
  expect([bench.demand.waitsFor('web:web'), bench.watched.size, bench.os.pending]).toEqual([undefined, 0, 0]);
});

test('idle_stop: stopped when the last use was so long ago, and then it waits again', async () => {
  const bench = new Bench('idle_stop=8\n');
  bench.enter('web:web', 'STARTING', 'RUNNING');
  // Looks at 2, 4, 6, 8, 10 and 12 seconds: in use until 4, a short connection at 5.
  bench.uses = [0, 0, 1000, undefined];
  await bench.pass(12_750);
  expect(bench.orders).toEqual([]);
  await bench.pass(1500);
  expect(bench.orders).toEqual(['stop web:web']);
  expect(bench.log).toContain('web is stopped: no connection for 8 seconds (idle_stop)');
  expect(bench.demand.isOpen('web:web')).toBe(true);
  bench.enter('web:web', 'STOPPING', 'STOPPED');
  expect([bench.demand.waitsFor('web:web'), bench.released, bench.os.pending]).toEqual([waiting, [], 0]);
});

test('idle_stop: a user who stops it meanwhile has stopped it', async () => {
  const bench = new Bench('idle_stop=1\n');
  bench.enter('web:web', 'STARTING', 'RUNNING');
  await bench.pass(1250);
  expect(bench.orders).toEqual(['stop web:web']);
  bench.enter('web:web', 'STOPPING');
  expect(bench.demand.disarm('web:web')).toBe(true);
  bench.enter('web:web', 'STOPPED');
  expect(bench.demand.waitsFor('web:web')).toBeUndefined();
});

test('idle_stop: with a probe only a connection counts that is there twice, and none that is over', async () => {
  const bench = new Bench('idle_stop=4\nlive=tcp\n');
  bench.enter('web:web', 'STARTING', 'RUNNING');
  // At 1 s it is there twice; at 2.5 s and 3.75 s once; then the trace of a probe.
  bench.uses = [0, 0, 0, undefined, 0, 20, 20];
  await bench.pass(5000);
  expect(bench.orders).toEqual([]);
  await bench.pass(2500);
  expect(bench.orders).toEqual(['stop web:web']);
});
