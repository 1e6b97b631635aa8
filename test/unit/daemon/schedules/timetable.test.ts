import { expect, test } from 'vitest';
import type { GroupConfig } from '../../../../src/daemon/config/model.ts';
import { readCron } from '../../../../src/daemon/schedules/cron.ts';
import { Timetable } from '../../../../src/daemon/schedules/timetable.ts';
import type { StateName } from '../../../../src/rpc/states.ts';
import { FakeOs } from '../../../support/fake-os.ts';

const MINUTE = 60_000;

/** A clock on the wall that can be set, and programs that end at once unless `states` says otherwise. */
class Bench {
  readonly os = new FakeOs();
  readonly states = new Map<string, StateName>();
  readonly waiting = new Set<string>();
  /** `06:05 backup`: when was what started. */
  readonly starts: string[] = [];
  readonly log: string[] = [];
  readonly timetable: Timetable;
  isUp = true;
  changes = 0;
  #wallOffset: number;
  #groups: GroupConfig[] = [];

  constructor(wall: string, schedules: Readonly<Record<string, string>>) {
    this.#wallOffset = Date.parse(wall) - this.os.now();
    this.timetable = new Timetable({
      os: this.os,
      log: { info: () => undefined, warn: (text) => this.log.push(text) },
      wallMs: () => this.os.now() + this.#wallOffset,
      groups: () => this.#groups,
      state: (id) => this.states.get(id) ?? 'STOPPED',
      isWaiting: (id) => this.waiting.has(id),
      isUp: () => this.isUp,
      start: (id) => {
        const clock = new Date(this.os.now() + this.#wallOffset).toISOString().slice(11, 16);
        this.starts.push(`${clock} ${id.split(':')[1]}`);
      },
      changed: () => {
        this.changes += 1;
      },
    });
    this.set(schedules);
    this.timetable.look();
  }

  set(schedules: Readonly<Record<string, string>>): void {
    const processes = Object.entries(schedules).map(([name, text]) => ({
      name,
      ...(text !== '' && { schedule: { cron: readCron(text), zone: 'UTC' } }),
    }));
    this.#groups = [{ name: 'jobs', processes }] as unknown as GroupConfig[];
  }

  /** Sets the clock, or lets the machine sleep: timers do not see that time. */
  jump(minutes: number): void {
    this.#wallOffset += minutes * MINUTE;
  }

  pass(minutes: number): void {
    this.os.advance(minutes * MINUTE);
  }

  status(name = 'backup'): string | undefined {
    return this.timetable.waitsFor(`jobs:${name}`);
  }
}

test('each is started when it is due, by one timer', () => {
  const bench = new Bench('2026-11-23T06:00:30Z', { backup: '5 6 * * *', often: '*/10 * * * *' });
  expect(bench.os.pending).toBe(1);
  bench.pass(35);
  expect(bench.starts).toEqual(['06:05 backup', '06:10 often', '06:20 often', '06:30 often']);
  expect(bench.os.pending).toBe(1);
  expect(bench.log).toEqual([]);
});

test('without schedules there is no timer', () => {
  const bench = new Bench('2026-11-23T06:00:00Z', { plain: '' });
  expect(bench.os.pending).toBe(0);
  expect(bench.status('plain')).toBeUndefined();
});

test('who does not run says when it does', () => {
  const bench = new Bench('2026-11-23T06:00:00Z', { backup: '0 3 * * *' });
  expect(bench.status()).toBe('Next run 2026-11-24 03:00 UTC');
  bench.states.set('jobs:backup', 'EXITED');
  expect(bench.status()).toBe('Next run 2026-11-24 03:00 UTC');
  bench.states.set('jobs:backup', 'RUNNING');
  expect(bench.status()).toBeUndefined();
});

test('what is due while the run before goes on is skipped and counted', () => {
  const bench = new Bench('2026-11-23T06:00:00Z', { backup: '*/10 * * * *' });
  for (const state of ['RUNNING', 'STARTING', 'STOPPING', 'BACKOFF'] as const) {
    bench.states.set('jobs:backup', state);
    bench.pass(10);
  }
  expect(bench.starts).toEqual([]);
  expect(bench.log[0]).toBe('backup: its run of 2026-11-23 06:10 UTC is skipped, the one before still runs');
  bench.states.set('jobs:backup', 'EXITED');
  expect(bench.status()).toBe('Next run 2026-11-23 06:50 UTC, 4 skipped because it still ran');
  bench.pass(10);
  bench.states.set('jobs:backup', 'FATAL');
  bench.pass(10);
  expect(bench.starts).toEqual(['06:50 backup', '07:00 backup']);
});

test('one that waits for others to start is not started again', () => {
  const bench = new Bench('2026-11-23T06:00:00Z', { backup: '*/10 * * * *' });
  bench.waiting.add('jobs:backup');
  bench.pass(10);
  expect(bench.starts).toEqual([]);
  expect(bench.log).toEqual(['backup: its run of 2026-11-23 06:10 UTC is skipped, the one before still waits']);
});

test('what was due while the machine slept is missed and counted, what is due just now is not', () => {
  const bench = new Bench('2026-11-23T06:00:00Z', { backup: '*/10 * * * *' });
  bench.pass(5);
  bench.jump(30);
  bench.pass(1);
  expect(bench.starts).toEqual([]);
  expect(bench.log).toEqual(['backup: 3 runs of its schedule missed since 2026-11-23 06:10 UTC']);
  expect(bench.status()).toBe('Next run 2026-11-23 06:40 UTC, 3 missed');
  bench.jump(4);
  bench.pass(1);
  expect(bench.starts).toEqual(['06:41 backup']);
});

test('a month of sleep with a run a minute is over in a moment', () => {
  const bench = new Bench('2026-11-23T06:00:00Z', { backup: '* * * * *' });
  bench.jump(30 * 24 * 60);
  bench.pass(1);
  expect(bench.starts).toEqual(['06:01 backup']);
  expect(bench.timetable.view('jobs:backup')?.missed).toBe(501);
});

test('a clock that is set back a little repeats no time of day', () => {
  const bench = new Bench('2026-11-23T05:55:00Z', { backup: '0 6 * * *' });
  bench.pass(10);
  bench.jump(-60);
  bench.pass(70);
  expect(bench.starts).toEqual(['06:00 backup']);
  expect(bench.status()).toBe('Next run 2026-11-24 06:00 UTC');
});

test('every ten minutes goes on when the clock is set back', () => {
  const bench = new Bench('2026-11-23T05:55:00Z', { often: '*/10 * * * *' });
  bench.pass(10);
  bench.jump(-60);
  bench.pass(20);
  expect(bench.starts).toEqual(['06:00 often', '05:10 often', '05:20 often']);
});

test('a clock that was wrong by days is believed from then on', () => {
  const bench = new Bench('2030-01-01T05:55:00Z', { backup: '0 6 * * *' });
  bench.jump(-3 * 24 * 60);
  bench.pass(10);
  expect(bench.starts).toEqual(['06:00 backup']);
  expect(bench.status()).toBe('Next run 2029-12-30 06:00 UTC');
});

test('a clock that is corrected by seconds runs nothing twice', () => {
  const bench = new Bench('2026-11-23T05:59:00Z', { often: '*/10 * * * *' });
  bench.pass(1);
  bench.jump(-0.5);
  bench.pass(2);
  expect(bench.starts).toEqual(['06:00 often']);
});

test('other settings count at once, and the others keep their counts', () => {
  const bench = new Bench('2026-11-23T06:00:00Z', { backup: '*/10 * * * *', other: '*/10 * * * *' });
  bench.states.set('jobs:backup', 'RUNNING').set('jobs:other', 'RUNNING');
  bench.pass(10);
  bench.states.clear();
  bench.set({ backup: '*/10 * * * *', other: '30 6 * * *', plain: '' });
  bench.timetable.happened({ type: 'member', id: 'jobs:other', is: 'changed' });
  expect(bench.status()).toBe('Next run 2026-11-23 06:20 UTC, 1 skipped because it still ran');
  expect(bench.status('other')).toBe('Next run 2026-11-23 06:30 UTC');
  bench.set({});
  bench.timetable.happened({ type: 'groupRemoved', group: 'jobs' });
  expect(bench.os.pending).toBe(0);
});

test('nothing is started while the daemon goes down', () => {
  const bench = new Bench('2026-11-23T06:00:00Z', { backup: '*/10 * * * *' });
  bench.isUp = false;
  bench.pass(10);
  expect(bench.starts).toEqual([]);
  bench.timetable.happened({ type: 'supervisorState', state: 'STOPPING' });
  bench.pass(30);
  expect(bench.starts).toEqual([]);
  expect(bench.os.pending).toBe(0);
});
