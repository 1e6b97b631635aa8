import { expect, test } from 'vitest';
import type { ProcessInput } from '../../../src/daemon/core/process-messages.ts';
import type { GroupSpec } from '../../../src/daemon/core/spec.ts';
import { Supervisor } from '../../../src/daemon/core/supervisor.ts';
import type { Effect, Event, Input, Outcome } from '../../../src/daemon/core/supervisor-messages.ts';
import { groupSpec, processSpec } from '../../support/specs.ts';

/** A supervisor whose programs get the pids 1, 2, 3, ... as soon as they are to be spawned. */
class Bench {
  supervisor = new Supervisor();
  at = 1000;
  #pid = 0;
  readonly spawned: string[] = [];
  readonly kills: string[] = [];
  readonly events: string[] = [];
  finished = '';

  constructor(...groups: GroupSpec[]) {
    for (const group of groups) this.send({ type: 'addGroup', group });
  }

  send(input: Input): Outcome {
    const outcome = this.supervisor.apply(input, { at: this.at, epoch: Math.floor(this.at / 1000) });
    for (const event of outcome.events) this.events.push(eventText(event));
    for (const effect of outcome.effects) this.#perform(effect);
    return outcome;
  }

  process(id: string, input: ProcessInput): Outcome {
    return this.send({ type: 'process', id, input });
  }

  pid(id: string): number {
    const state = this.supervisor.record(id)?.state;
    return state !== undefined && 'pid' in state ? (state.pid ?? 0) : 0;
  }

  exit(id: string, code = 0): void {
    this.process(id, { type: 'exited', pid: this.pid(id), code, signal: undefined, coreDumped: false });
  }

  stateOf(id: string): string {
    return this.supervisor.record(id)?.state.name ?? 'none';
  }

  #perform(effect: Effect): void {
    if (effect.type === 'finished') this.finished = effect.mood;
    else if (effect.type === 'kill') this.kills.push(`${effect.id}=${effect.signal}`);
    else if (effect.type === 'spawn') {
      this.spawned.push(effect.id);
      this.#pid += 1;
      this.process(effect.id, { type: 'spawned', pid: this.#pid });
    }
  }
}

function eventText(event: Event): string {
  if (event.type === 'processState') return `${event.id} ${event.from}>${event.to}`;
  if (event.type === 'serving') return `${event.id} ${event.serving ? 'serves' : 'does not serve'}`;
  if (event.type === 'waiting') return `${event.id} waits for ${event.for}`;
  if (event.type === 'member') return `${event.id} ${event.is}`;
  return event.type === 'supervisorState' ? event.state : `${event.type} ${event.group}`;
}

const quick = { startMs: 0 };

test('groups autostart by priority, ties as they came, and processes in their order', () => {
  const bench = new Bench(
    groupSpec('late', 999, [{ name: 'z', ...quick }]),
    groupSpec('first', 5, [
      { name: 'b', priority: 9, ...quick },
      { name: 'a', priority: 1, ...quick },
      { name: 'manual', autostart: false, ...quick },
    ]),
    groupSpec('later', 999, [{ name: 'y', ...quick }]),
  );
  expect(bench.spawned).toEqual([]);
  bench.send({ type: 'boot' });
  expect(bench.spawned).toEqual(['first:b', 'first:a', 'late:z', 'later:y']);
  expect(bench.supervisor.idsOf('first', 'priority')).toEqual(['first:a', 'first:b', 'first:manual']);
  expect(bench.events.slice(0, 4)).toEqual(['groupAdded late', 'groupAdded first', 'groupAdded later', 'RUNNING']);
});

test('autorestart=unexpected starts again after a bad exit and not after a good one', () => {
  const bench = new Bench(groupSpec('web', 999, [{ name: 'web', ...quick }]));
  bench.send({ type: 'boot' });
  bench.exit('web:web', 1);
  expect(bench.spawned.length).toBe(2);
  bench.exit('web:web', 0);
  expect(bench.spawned.length).toBe(2);
  expect(bench.stateOf('web:web')).toBe('EXITED');
});

test('death by a signal is never expected', () => {
  const bench = new Bench(groupSpec('web', 999, [{ name: 'web', ...quick }]));
  bench.send({ type: 'boot' });
  bench.process('web:web', { type: 'exited', pid: 1, code: undefined, signal: 15, coreDumped: false });
  expect(bench.spawned.length).toBe(2);
});

test('a process that an admin stopped is not autostarted when its group is looked at again', () => {
  const bench = new Bench(groupSpec('web', 999, [{ name: 'web', ...quick }]));
  bench.send({ type: 'boot' });
  bench.process('web:web', { type: 'stop' });
  bench.exit('web:web');
  bench.send({ type: 'boot' });
  expect(bench.stateOf('web:web')).toBe('STOPPED');
});

test('shutdown stops groups of equal priority together, and a lower priority waits for them', () => {
  const bench = new Bench(
    groupSpec('db', 1, [{ name: 'db', ...quick }]),
    groupSpec('a', 999, [
      { name: 'low', priority: 1, ...quick },
      { name: 'high', priority: 2, ...quick },
    ]),
    groupSpec('b', 999, [{ name: 'b', ...quick }]),
  );
  bench.send({ type: 'boot' });
  bench.send({ type: 'shutdown' });
  expect(bench.kills).toEqual(['b:b=15', 'a:high=15', 'a:low=15']);
  bench.exit('b:b');
  bench.exit('a:low');
  expect(bench.kills.length).toBe(3);
  bench.exit('a:high');
  expect(bench.kills.at(-1)).toBe('db:db=15');
  expect(bench.finished).toBe('');
  bench.exit('db:db');
  expect(bench.finished).toBe('SHUTDOWN');
  expect(bench.events).toContain('STOPPING');
});

test('shutdown gives up what backs off when its turn comes, and starts nothing before', () => {
  const bench = new Bench(
    groupSpec('db', 1, [{ name: 'db', startMs: 1000 }]),
    groupSpec('web', 2, [{ name: 'web', ...quick }]),
  );
  bench.send({ type: 'boot' });
  bench.exit('db:db', 1);
  expect(bench.stateOf('db:db')).toBe('BACKOFF');
  bench.send({ type: 'shutdown' });
  bench.at += 60_000;
  expect(bench.supervisor.deadline()).toBeLessThanOrEqual(bench.at);
  bench.send({ type: 'tick' });
  expect(bench.stateOf('db:db')).toBe('BACKOFF');
  bench.exit('web:web');
  expect(bench.stateOf('db:db')).toBe('FATAL');
  expect(bench.finished).toBe('SHUTDOWN');
});

test('a shutdown wish turns a restart into a shutdown, and a restart wish does not undo a shutdown', () => {
  const bench = new Bench(groupSpec('web', 2, [{ name: 'web', ...quick }]));
  bench.send({ type: 'boot' });
  bench.send({ type: 'restart' });
  expect(bench.supervisor.mood).toBe('RESTARTING');
  bench.send({ type: 'shutdown' });
  bench.send({ type: 'restart' });
  expect(bench.supervisor.mood).toBe('SHUTDOWN');
  expect(bench.events.filter((event) => event === 'STOPPING').length).toBe(1);
});

test('a group is removed only when all of it is stopped', () => {
  const bench = new Bench(groupSpec('web', 2, [{ name: 'web', ...quick }]));
  bench.send({ type: 'boot' });
  bench.send({ type: 'removeGroup', name: 'web' });
  expect(bench.supervisor.hasGroup('web')).toBe(true);
  bench.process('web:web', { type: 'stop' });
  bench.exit('web:web');
  bench.send({ type: 'removeGroup', name: 'web' });
  expect(bench.supervisor.hasGroup('web')).toBe(false);
  expect(bench.events.at(-1)).toBe('groupRemoved web');
});

test('the state survives being written down as JSON and read again', () => {
  const bench = new Bench(
    groupSpec('db', 1, [{ name: 'db', startMs: 1000 }]),
    groupSpec('web', 2, [{ name: 'web', ...quick }]),
  );
  bench.send({ type: 'boot' });
  bench.exit('db:db', 1);
  const written = JSON.parse(JSON.stringify(bench.supervisor.snapshot()));
  const again = Supervisor.restore(written);
  expect(again.snapshot()).toEqual(bench.supervisor.snapshot());
  expect(again.deadline()).toBe(bench.supervisor.deadline());
});

test('a process comes into a group that is there, and autostarts as those of a new group do', () => {
  const bench = new Bench(groupSpec('web', 5, [{ name: 'a', ...quick }]));
  bench.send({ type: 'boot' });
  bench.send({ type: 'addProcess', group: 'web', spec: processSpec({ group: 'web', name: 'b', ...quick }) });
  bench.send({ type: 'addProcess', group: 'web', spec: processSpec({ group: 'web', name: 'c', autostart: false }) });
  bench.send({ type: 'addProcess', group: 'web', spec: processSpec({ group: 'web', name: 'a', ...quick }) });
  bench.send({ type: 'addProcess', group: 'none', spec: processSpec({ group: 'none', name: 'd' }) });
  expect(bench.spawned).toEqual(['web:a', 'web:b']);
  expect(bench.supervisor.idsOf('web')).toEqual(['web:a', 'web:b', 'web:c']);
  expect(bench.pid('web:a')).toBe(1);
});

test('a process leaves its group once it is stopped, and not before', () => {
  const bench = new Bench(
    groupSpec('web', 5, [
      { name: 'a', ...quick },
      { name: 'b', ...quick },
    ]),
  );
  bench.send({ type: 'boot' });
  const { layout } = bench.supervisor;
  bench.send({ type: 'removeProcess', id: 'web:b' });
  expect([bench.supervisor.idsOf('web'), bench.supervisor.layout]).toEqual([['web:a', 'web:b'], layout]);
  bench.process('web:b', { type: 'stop' });
  bench.exit('web:b');
  bench.send({ type: 'removeProcess', id: 'web:b' });
  expect(bench.supervisor.idsOf('web')).toEqual(['web:a']);
  expect(bench.supervisor.layout).toBeGreaterThan(layout);
  expect(bench.stateOf('web:b')).toBe('none');
  bench.send({ type: 'shutdown' });
  bench.exit('web:a');
  expect(bench.finished).toBe('SHUTDOWN');
});

test('a group with another priority stops in its new turn, with all that is in it', () => {
  const bench = new Bench(
    groupSpec('first', 5, [{ name: 'a', ...quick }]),
    groupSpec('last', 900, [
      { name: 'b', ...quick },
      { name: 'c', ...quick },
    ]),
  );
  bench.send({ type: 'boot' });
  bench.send({ type: 'regroup', name: 'last', priority: 1, order: ['c', 'b'] });
  expect(bench.supervisor.groupNames()).toEqual(['last', 'first']);
  expect(bench.supervisor.idsOf('last')).toEqual(['last:c', 'last:b']);
  bench.send({ type: 'shutdown' });
  expect(bench.kills).toEqual(['first:a=15']);
  bench.exit('first:a');
  expect(bench.kills).toEqual(['first:a=15', 'last:b=15', 'last:c=15']);
  bench.exit('last:b');
  bench.exit('last:c');
  expect(bench.finished).toBe('SHUTDOWN');
});

test('a restart that is asked for while all goes down starts nothing', () => {
  const bench = new Bench(
    groupSpec('first', 5, [{ name: 'a', ...quick }]),
    groupSpec('last', 9, [{ name: 'b', ...quick }]),
  );
  bench.send({ type: 'boot' });
  bench.send({ type: 'shutdown' });
  bench.process('first:a', { type: 'restart', why: 'it does not answer' });
  bench.exit('last:b');
  bench.exit('first:a');
  expect([bench.spawned, bench.finished]).toEqual([['first:a', 'last:b'], 'SHUTDOWN']);
});
