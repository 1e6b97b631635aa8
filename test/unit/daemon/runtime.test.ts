import { expect, test } from 'vitest';
import type { ProcessSpec } from '../../../src/daemon/core/spec.ts';
import type { ProcessId } from '../../../src/daemon/core/supervisor-messages.ts';
import type { Launch } from '../../../src/daemon/runtime.ts';
import { Runtime } from '../../../src/daemon/runtime.ts';
import { FakeOs } from '../../support/fake-os.ts';
import { groupSpec } from '../../support/specs.ts';

/** A runtime whose programs get the pids 1, 2, 3, ...; how a launch ends can be told beforehand. */
class Bench {
  readonly os = new FakeOs();
  readonly log: string[] = [];
  readonly launched: ProcessId[] = [];
  readonly ended: ProcessId[] = [];
  /** With the state that each was in. */
  readonly settled: string[] = [];
  readonly order: ('launch' | 'settled')[] = [];
  readonly finished: string[] = [];
  readonly launches: Launch[] = [];
  /** Leaders that leave something behind, and who waits until that is gone. */
  readonly leaving = new Set<number>();
  readonly waiting: (() => void)[] = [];
  readonly runtime: Runtime;

  constructor() {
    const say = (text: string): void => void this.log.push(text);
    this.runtime = new Runtime({
      os: this.os,
      launcher: {
        launch: (id) => {
          this.launched.push(id);
          this.order.push('launch');
          return this.launches.shift() ?? { type: 'running', pid: this.launched.length };
        },
        ended: (id) => void this.ended.push(id),
        leftBehind: (_, pid) => this.leaving.has(pid),
        whenCleared: (_, run) => void this.waiting.push(run),
        orphanEnded: () => undefined,
        started: () => undefined,
        prepareStop: () => Promise.resolve(),
        settled: (id) => {
          this.order.push('settled');
          this.settled.push(`${id} ${this.stateOf(id)}`);
        },
      },
      log: { critical: say, warn: say, info: say, debug: say },
      onEvent: () => undefined,
      onFinished: (mood) => void this.finished.push(mood),
    });
  }

  add(name: string, count: number, change: Partial<ProcessSpec> = {}): void {
    const processes = Array.from({ length: count }, (_, index) => ({ name: `${name}${index}`, ...change }));
    this.runtime.send({ type: 'addGroup', group: groupSpec(name, 999, processes) });
  }

  boot(): void {
    this.runtime.send({ type: 'boot' });
  }

  exit(pid: number, code = 0): void {
    this.runtime.exited({ pid, code, signal: undefined, coreDumped: false });
  }

  stateOf(id: ProcessId): string | undefined {
    return this.runtime.supervisor.record(id)?.state.name;
  }
}

test('programs start in the turn in which they are told to, and no timer is left when all run', () => {
  const bench = new Bench();
  bench.add('web', 3);
  bench.boot();
  expect(bench.launched).toEqual(['web:web0', 'web:web1', 'web:web2']);
  expect(bench.os.pending).toBe(1);
  bench.os.advance(1000);
  expect(bench.stateOf('web:web2')).toBe('RUNNING');
  expect(bench.os.pending).toBe(0);
});

test('spawning takes at most ten milliseconds of a turn, the rest comes in the next ones', () => {
  const bench = new Bench();
  bench.add('web', 20, { startMs: 0 });
  bench.os.msPerLook = 1;
  bench.boot();
  const first = bench.launched.length;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(11);
  bench.os.turn();
  expect(bench.launched.length).toBeGreaterThan(first);
  while (bench.os.turn() > 0);
  expect(bench.launched.length).toBe(20);
});

test('a program that is stopped while it waits for its turn is not spawned', () => {
  const bench = new Bench();
  bench.add('web', 20, { startMs: 0 });
  bench.os.msPerLook = 1;
  bench.boot();
  bench.runtime.process('web:web19', { type: 'stop' });
  while (bench.os.turn() > 0);
  expect(bench.launched).not.toContain('web:web19');
  expect(bench.stateOf('web:web19')).toBe('STOPPED');
});

test('a program that was killed is started again in the same turn, after its output was taken', () => {
  const bench = new Bench();
  bench.add('web', 1, { startMs: 0 });
  bench.boot();
  bench.os.turn();
  bench.exit(1, 3);
  expect(bench.ended).toEqual(['web:web0']);
  expect(bench.launched.length).toBe(2);
});

test('a program that always ends at once does not keep the event loop from turning', () => {
  const bench = new Bench();
  bench.add('web', 1, { startMs: 0, autorestart: true });
  for (let count = 0; count < 1000; count++) bench.launches.push({ type: 'failedInChild', why: 'x', pid: 5 });
  bench.boot();
  expect(bench.launched.length).toBe(1);
  bench.os.turn();
  expect(bench.launched.length).toBe(2);
});

test('a child that could not become the program counts as an exit with status 127', () => {
  const bench = new Bench();
  bench.add('web', 1);
  bench.launches.push({ type: 'failedInChild', why: 'x', pid: 77 });
  bench.boot();
  expect(bench.stateOf('web:web0')).toBe('BACKOFF');
  expect(bench.log).toEqual(["spawned: 'web0' with pid 77", 'exited: web0 (exit status 127; not expected)']);
  expect(bench.ended).toEqual(['web:web0']);
});

test('what a program shared is let go after the news of its end and before it is started again', () => {
  const bench = new Bench();
  bench.add('web', 1, { startMs: 0 });
  bench.boot();
  bench.os.turn();
  bench.launches.push({ type: 'notStarted', why: 'nothing there' });
  bench.exit(1, 3);
  bench.launches.push({ type: 'failedInChild', why: 'x', pid: 77 });
  bench.os.advance(1000);
  expect(bench.settled).toEqual(['web:web0 STARTING', 'web:web0 BACKOFF', 'web:web0 STARTING']);
  expect(bench.order).toEqual(['launch', 'settled', 'launch', 'settled', 'launch', 'settled', 'launch']);
});

test('a stranger that was reaped is named and changes nothing', () => {
  const bench = new Bench();
  bench.add('web', 1);
  bench.boot();
  bench.exit(4711, 9);
  expect(bench.log.at(-1)).toBe('reaped unknown pid 4711 (exit status 9)');
  expect(bench.stateOf('web:web0')).toBe('STARTING');
});

test('whoever waits for a state is told when it is there, and when the process is gone', async () => {
  const bench = new Bench();
  bench.add('web', 1);
  bench.boot();
  let isUp = false;
  const waited = bench.runtime
    .until('web:web0', () => bench.stateOf('web:web0') === 'RUNNING')
    .then(() => {
      isUp = true;
    });
  await Promise.resolve();
  expect(isUp).toBe(false);
  bench.os.advance(1000);
  await waited;
  expect(isUp).toBe(true);
});

test('a signal that the system refuses makes the process UNKNOWN, one that comes too late does not', () => {
  const bench = new Bench();
  bench.add('web', 2, { startMs: 0 });
  bench.boot();
  bench.os.killErrno = 3;
  bench.runtime.signal('web:web0', 1);
  expect(bench.stateOf('web:web0')).toBe('RUNNING');
  bench.os.killErrno = 1;
  bench.runtime.process('web:web1', { type: 'stop' });
  expect(bench.stateOf('web:web1')).toBe('UNKNOWN');
  expect(bench.log).toContain('unknown problem killing web1 (2):EPERM');
});

test('the end of everything is told once', () => {
  const bench = new Bench();
  bench.add('web', 2, { startMs: 0 });
  bench.boot();
  bench.runtime.send({ type: 'shutdown' });
  expect(bench.os.signals).toEqual(['2:15', '1:15']);
  bench.exit(1);
  expect(bench.finished).toEqual([]);
  bench.exit(2);
  bench.runtime.send({ type: 'tick' });
  expect(bench.finished).toEqual(['SHUTDOWN']);
  expect(bench.os.pending).toBe(0);
});
