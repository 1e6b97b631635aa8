import { expect, test } from 'vitest';
import { Caretaker } from '../../../src/daemon/caretaker.ts';
import type { CareConfig } from '../../../src/daemon/config/care.ts';
import type { ProcessConfig } from '../../../src/daemon/config/model.ts';
import { ageOf } from '../../../src/daemon/core/care.ts';
import type { Event, ProcessId } from '../../../src/daemon/core/supervisor-messages.ts';
import { Jobs } from '../../../src/daemon/jobs.ts';
import { Rolls } from '../../../src/daemon/rolls.ts';
import { Runtime } from '../../../src/daemon/runtime.ts';
import { StopPreparation } from '../../../src/daemon/stop-preparation.ts';
import { FakeOs } from '../../support/fake-os.ts';
import { groupSpec } from '../../support/specs.ts';

/** Programs of one group that start and stop at once; what was done is in the log. */
class Bench {
  readonly os = new FakeOs();
  readonly log: string[] = [];
  readonly launched: ProcessId[] = [];
  /** What each pid uses. */
  readonly bytes = new Map<number, number>();
  care: CareConfig;
  onLook: (pid: number) => void = () => undefined;
  readonly runtime: Runtime;
  readonly #rolls: Rolls;
  readonly #caretaker: Caretaker;

  constructor(count: number, care: CareConfig) {
    this.care = care;
    const say = (text: string): void => void this.log.push(text);
    this.runtime = new Runtime({
      os: this.os,
      launcher: {
        launch: (id) => {
          this.launched.push(id);
          return { type: 'running', pid: this.launched.length };
        },
        ended: () => undefined,
        leftBehind: () => false,
        whenCleared: (_, run) => run(),
        orphanEnded: () => undefined,
        started: () => undefined,
        prepareStop: () => Promise.resolve(),
        settled: () => undefined,
      },
      log: { critical: say, warn: say, info: () => undefined, debug: () => undefined },
      onEvent: (event) => this.#happened(event),
      onFinished: () => undefined,
    });
    this.#rolls = new Rolls(this.runtime, new Jobs(() => 0), new StopPreparation());
    const config = () => ({ group: 'web', section: 'program:web', care: this.care }) as unknown as ProcessConfig;
    this.#caretaker = new Caretaker({
      os: this.os,
      runtime: this.runtime,
      rolls: this.#rolls,
      log: { warn: say, info: say },
      config,
      memoryOf: (pid) => {
        this.onLook(pid);
        return this.bytes.get(pid) ?? 0;
      },
    });
    const processes = Array.from({ length: count }, (_, index) => ({ name: `web${index}`, startMs: 0 }));
    this.runtime.send({ type: 'addGroup', group: groupSpec('web', 999, processes) });
    this.runtime.send({ type: 'boot' });
    this.turns();
  }

  #happened(event: Event): void {
    this.#rolls.happened(event);
    this.#caretaker.happened(event);
  }

  pid(id: ProcessId): number {
    const state = this.runtime.supervisor.record(id)?.state;
    return state !== undefined && 'pid' in state ? (state.pid ?? 0) : 0;
  }

  /** Other settings for one that goes on. */
  respec(id: ProcessId): void {
    const spec = this.runtime.supervisor.spec(id);
    if (spec !== undefined) this.runtime.send({ type: 'respec', id, spec });
  }

  end(id: ProcessId): void {
    this.runtime.exited({ pid: this.pid(id), code: 0, signal: undefined, coreDumped: false });
    this.turns();
  }

  /** Until nothing is left to do at once. */
  turns(): void {
    while (this.os.turn() > 0);
  }

  passes(seconds: number): void {
    this.os.advance(seconds * 1000);
    this.turns();
  }
}

const memory = (action: 'restart' | 'roll'): CareConfig => ({ memory: { bytes: 1000, action }, maxAge: undefined });

test('without these keys there is no timer', () => {
  const bench = new Bench(2, { memory: undefined, maxAge: undefined });
  expect(bench.os.pending).toBe(0);
});

test('twice in a row above the limit is restarted, a peak is not', () => {
  const bench = new Bench(1, memory('restart'));
  for (const bytes of [5000, 10, 5000]) {
    bench.bytes.set(1, bytes);
    bench.passes(10);
  }
  expect(bench.log).toEqual([]);
  bench.passes(10);
  expect(bench.log).toEqual(['restarting: web0 (pid 1): it uses 0 MB of memory, more than memory_limit (0 MB)']);
  bench.end('web:web0');
  expect(bench.launched).toEqual(['web:web0', 'web:web0']);
});

test('many are looked at a few at a time, so that nobody else waits for long', () => {
  const bench = new Bench(20, memory('restart'));
  const order: string[] = [];
  bench.onLook = () => {
    if (order.length === 0) bench.os.nextTurn(() => order.push('somebody else'));
    order.push('look');
  };
  bench.os.msPerLook = 3;
  bench.os.advance(10_000);
  expect(order.filter((what) => what === 'look').length).toBe(20);
  expect(order.indexOf('somebody else')).toBeLessThan(6);
});

test('other settings count for one that runs already, and it runs for as long as before', () => {
  const bench = new Bench(1, { memory: undefined, maxAge: { ms: 60_000, spread: 0 } });
  bench.passes(40);
  bench.care = { memory: undefined, maxAge: { ms: 90_000, spread: 0 } };
  bench.respec('web:web0');
  bench.passes(49);
  expect(bench.log).toEqual([]);
  bench.passes(1);
  expect(bench.log).toEqual([expect.stringContaining('it has reached max_age')]);
});

test('settings that are new count from its start', () => {
  const bench = new Bench(1, { memory: undefined, maxAge: undefined });
  bench.passes(40);
  bench.care = { memory: { bytes: 1000, action: 'roll' }, maxAge: { ms: 60_000, spread: 0 } };
  bench.respec('web:web0');
  bench.passes(19);
  expect(bench.log).toEqual([]);
  bench.passes(2);
  expect(bench.log).toEqual([expect.stringContaining('it has reached max_age')]);
});

test('memory_action=roll waits until another of the program serves', () => {
  const bench = new Bench(2, memory('roll'));
  bench.runtime.process('web:web1', { type: 'stop' });
  bench.end('web:web1');
  bench.bytes.set(1, 5000);
  bench.passes(20);
  expect(bench.log).toEqual([]);
  bench.runtime.process('web:web1', { type: 'start' });
  bench.turns();
  expect(bench.log).toEqual([expect.stringMatching(/^recycling: web:web0: it uses .* \(roll-1\)$/)]);
});

test('of several that are old one after the other is restarted', () => {
  const bench = new Bench(3, { memory: undefined, maxAge: { ms: 60_000, spread: 0 } });
  bench.passes(60);
  const recycled = () => bench.log.map((line) => line.split(': ')[1]);
  expect(recycled()).toEqual(['web:web0']);
  bench.end('web:web0');
  expect(recycled()).toEqual(['web:web0', 'web:web1']);
  bench.end('web:web1');
  bench.end('web:web2');
  expect(recycled()).toEqual(['web:web0', 'web:web1', 'web:web2']);
  expect(bench.launched.length).toBe(6);
});

test('the spread makes an age shorter, never longer, and another for each process', () => {
  const age = { ms: 100_000, spread: 0.1 };
  const ages = Array.from({ length: 50 }, (_, index) => ageOf(age, `web:web${index}`, 1000));
  expect(Math.max(...ages)).toBeLessThanOrEqual(100_000);
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(90_000);
  expect(Math.max(...ages) - Math.min(...ages)).toBeGreaterThan(5000);
  expect(ageOf(age, 'web:web1', 1000)).toBe(ages[1]);
});
