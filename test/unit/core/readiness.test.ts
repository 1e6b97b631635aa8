import { describe, expect, test } from 'vitest';
import { step } from '../../../src/daemon/core/process.ts';
import type { ProcessInput } from '../../../src/daemon/core/process-messages.ts';
import type { ProcessRecord } from '../../../src/daemon/core/process-record.ts';
import { deadlineOf, isServing, newProcess } from '../../../src/daemon/core/process-record.ts';
import type { ProcessSpec } from '../../../src/daemon/core/spec.ts';
import { processSpec, restartSpec } from '../../support/specs.ts';

/** One process with pid 7 and a clock in milliseconds; kills and news of it are told. */
class Bench {
  record: ProcessRecord = newProcess;
  at = 1000;
  readonly told: string[] = [];
  readonly spec: ProcessSpec;

  constructor(change: Partial<ProcessSpec>) {
    this.spec = processSpec(change);
  }

  send(...inputs: readonly ProcessInput[]): this {
    for (const input of inputs) {
      const { record, events, effects } = step(this.record, input, this.spec, { at: this.at, epoch: 1 });
      this.record = record;
      this.told.push(...events.map(({ to }) => to));
      for (const effect of effects) {
        if (effect.type === 'kill') this.told.push(`kill ${effect.signal}`);
        else if (effect.type !== 'log') this.told.push(effect.type);
      }
    }
    return this;
  }

  started(): this {
    return this.send({ type: 'start' }, { type: 'spawned', pid: 7 });
  }

  ended(): this {
    return this.send({ type: 'exited', pid: 7, code: 1, signal: undefined, coreDumped: false });
  }

  /** Lets time pass, with a tick at each deadline. */
  passed(ms: number): this {
    const end = this.at + ms;
    for (
      let due = deadlineOf(this.record.state);
      due !== undefined && due <= end;
      due = deadlineOf(this.record.state)
    ) {
      this.at = due;
      this.send({ type: 'tick' });
    }
    this.at = end;
    return this;
  }

  get state(): string {
    return this.record.state.name;
  }
}

const yes = { type: 'ready', pid: 7 } as const;
const no = { type: 'unready', pid: 7, why: 'answered 503' } as const;
const ready = { timeoutMs: 30_000 };

describe('a program with a probe for readiness', () => {
  test('is RUNNING only after startsecs and its first yes, whichever comes last', () => {
    expect(new Bench({ ready }).started().passed(2000).state).toBe('STARTING');
    expect(new Bench({ ready }).started().passed(2000).send(yes).state).toBe('RUNNING');
    expect(new Bench({ ready }).started().send(yes).passed(999).state).toBe('STARTING');
    expect(new Bench({ ready }).started().send(yes).passed(1000).state).toBe('RUNNING');
    expect(new Bench({ ready, startMs: 0 }).started().state).toBe('STARTING');
    expect(new Bench({ ready, startMs: 0 }).started().send(yes).state).toBe('RUNNING');
  });

  test('takes no yes of another pid', () => {
    expect(new Bench({ ready, startMs: 0 }).started().send({ type: 'ready', pid: 8 }).state).toBe('STARTING');
  });

  test('is told to stop at ready_timeout, killed when it does not, and backs off with the last complaint', () => {
    const bench = new Bench({ ready, stopWaitMs: 5000 }).started().send(no).passed(30_000);
    expect(bench.told).toEqual(['STARTING', 'spawn', 'kill 15']);
    expect(bench.state).toBe('STARTING');
    bench.passed(5000);
    expect(bench.told.slice(3)).toEqual(['kill 9']);
    bench.send({ ...no, why: 'refused the connection' }).ended();
    expect(bench.state).toBe('BACKOFF');
    expect(bench.record.spawnError).toBe('Not ready within 30 seconds: answered 503');
  });

  test('that says yes after its time is over is stopped all the same', () => {
    expect(new Bench({ ready }).started().passed(30_000).send(yes).passed(1000).state).toBe('STARTING');
  });

  test('that ends before it was ready backs off, whatever startsecs is; afterwards startsecs decides', () => {
    const early = new Bench({ ready, startMs: 0 }).started().passed(9000).ended();
    expect([early.state, early.record.spawnError]).toEqual([
      'BACKOFF',
      'Exited before ready (process log may have details)',
    ]);
    expect(new Bench({ ready }).started().send(yes).passed(500).ended().record.spawnError).toMatch(
      /^Exited too quickly/,
    );
    expect(new Bench({ ready }).started().send(yes).passed(1000).ended().state).toBe('EXITED');
  });

  test('can be stopped while it is not ready', () => {
    const bench = new Bench({ ready, prepareStopMs: 9000 }).started().send({ type: 'stop' });
    expect(bench.told.slice(2)).toEqual(['STOPPING', 'kill 15']);
    expect(bench.ended().state).toBe('STOPPED');
  });

  test('serves while it is RUNNING and ready', () => {
    const bench = new Bench({ ready, startMs: 0 }).started();
    expect(isServing(bench.record.state)).toBe(false);
    expect(isServing(bench.send(yes).record.state)).toBe(true);
    expect(isServing(bench.send(no).record.state)).toBe(false);
    expect(bench.state).toBe('RUNNING');
    expect(isServing(bench.send(yes).record.state)).toBe(true);
  });
});

describe('a stop that is prepared', () => {
  test('is signalled when that is done', () => {
    const bench = new Bench({ startMs: 0, prepareStopMs: 4000, stopWaitMs: 3000 }).started().send({ type: 'stop' });
    expect(bench.told.slice(3)).toEqual(['STOPPING', 'prepareStop']);
    bench.passed(2000).send({ type: 'stopPrepared', pid: 7 });
    expect(bench.told.slice(5)).toEqual(['kill 15']);
    // stopwaitsecs count from the signal.
    expect(bench.passed(2999).told.slice(6)).toEqual([]);
    expect(bench.passed(1).told.slice(6)).toEqual(['kill 9']);
  });

  test('is signalled when its time is over, and once only', () => {
    const bench = new Bench({ startMs: 0, prepareStopMs: 4000 }).started().send({ type: 'stop' }).passed(4000);
    bench.send({ type: 'stopPrepared', pid: 7 }, { type: 'stop' });
    expect(bench.told.slice(5)).toEqual(['kill 15']);
  });

  test('is over when the process ends by itself', () => {
    const bench = new Bench({ startMs: 0, prepareStopMs: 4000 }).started().send({ type: 'stop' }).ended();
    expect([bench.state, ...bench.passed(9000).told.slice(5)]).toEqual(['STOPPED', 'STOPPED']);
  });
});

describe('a restart', () => {
  const why = { type: 'restart', why: 'it is not alive' } as const;

  test('is a stop with a start behind it, whatever autorestart says', () => {
    const bench = new Bench({ startMs: 0, autorestart: false }).started().send(why).ended();
    expect(bench.told.slice(3)).toEqual(['STOPPING', 'kill 15', 'STOPPED', 'STARTING', 'spawn']);
  });

  test('has no start behind it when somebody stops it, or the daemon goes down, meanwhile', () => {
    expect(new Bench({ startMs: 0 }).started().send(why, { type: 'stop' }).ended().state).toBe('STOPPED');
    expect(new Bench({ startMs: 0 }).started().send(why, { type: 'stay' }).ended().state).toBe('STOPPED');
  });

  test('counts for restart_limit', () => {
    const restart = restartSpec({ limit: { exits: 1, withinMs: 60_000 } });
    const bench = new Bench({ startMs: 0, restart }).started().send(why).ended();
    expect(bench.send({ type: 'spawned', pid: 7 }, why).ended().state).toBe('FATAL');
    expect(bench.record.spawnError).toBe('Exited 2 times within 60 seconds (restart_limit)');
  });

  test('of what does not run is nothing', () => {
    expect(new Bench({}).send(why).told).toEqual([]);
  });
});
