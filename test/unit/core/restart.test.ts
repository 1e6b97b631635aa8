import { describe, expect, test } from 'vitest';
import type { ProcessInput } from '../../../src/daemon/core/process-messages.ts';
import { newProcess } from '../../../src/daemon/core/process-record.ts';
import { waitOf } from '../../../src/daemon/core/restart.ts';
import type { ProcessSpec, RestartSpec } from '../../../src/daemon/core/spec.ts';
import { Supervisor } from '../../../src/daemon/core/supervisor.ts';
import { groupSpec, processSpec, restartSpec } from '../../support/specs.ts';

const id = 'web:web';

/** One program under a supervisor, with a clock in seconds that moves from deadline to deadline. */
class Bench {
  readonly supervisor: Supervisor;
  seconds = 100;
  /** Moves of state with their seconds, since last asked: `102 BACKOFF`. */
  #moves: string[] = [];
  readonly log: string[] = [];
  status: number | undefined;
  isFinished = false;
  #pid = 1;

  constructor(restart: Partial<RestartSpec> | undefined, change: Partial<ProcessSpec> = {}) {
    this.supervisor = new Supervisor();
    const program = { ...change, ...(restart && { restart: restartSpec(restart) }) };
    const group = groupSpec('web', 999, [program]);
    this.#apply({ type: 'addGroup', group });
  }

  get state(): string | undefined {
    return this.supervisor.record(id)?.state.name;
  }

  get spawnError(): string | undefined {
    return this.supervisor.record(id)?.spawnError;
  }

  #apply(input: Parameters<Supervisor['apply']>[0]): void {
    const now = { at: this.seconds * 1000, epoch: Math.floor(this.seconds) };
    for (const event of this.supervisor.apply(input, now).events) {
      if (event.type === 'processState') this.#moves.push(`${Math.round(this.seconds * 100) / 100} ${event.to}`);
    }
  }

  send(input: ProcessInput): void {
    const now = { at: this.seconds * 1000, epoch: Math.floor(this.seconds) };
    const { events, effects } = this.supervisor.apply({ type: 'process', id, input }, now);
    for (const event of events) {
      if (event.type === 'processState') this.#moves.push(`${Math.round(this.seconds * 100) / 100} ${event.to}`);
    }
    for (const effect of effects) {
      if (effect.type === 'log') this.log.push(effect.text);
      if (effect.type === 'finished') {
        this.isFinished = true;
        this.status = effect.status;
      }
    }
  }

  start(): void {
    this.send({ type: 'start' });
    this.#spawned();
  }

  #spawned(): void {
    if (this.state === 'STARTING') this.send({ type: 'spawned', pid: ++this.#pid });
  }

  /** Ends it after so many seconds; a start that follows is carried out. */
  exit(code: number, after = 0): void {
    this.wait(after);
    this.send({ type: 'exited', pid: this.#pid, code, signal: undefined, coreDumped: false });
    this.#spawned();
  }

  kill(signal: number): void {
    this.send({ type: 'exited', pid: this.#pid, code: undefined, signal, coreDumped: false });
    this.#spawned();
  }

  /** Goes through all deadlines of the next so many seconds. */
  wait(seconds: number): void {
    const end = this.seconds + seconds;
    for (;;) {
      const due = this.supervisor.deadline();
      if (due === undefined || due > end * 1000) break;
      this.seconds = due / 1000;
      this.#apply({ type: 'tick' });
      this.#spawned();
    }
    this.seconds = end;
  }

  moves(): string[] {
    return this.#moves.splice(0);
  }
}

/** How long it waits between starts that end at once, in seconds. */
function waitsOf(bench: Bench, count: number): number[] {
  const waits: number[] = [];
  for (let index = 0; index < count; index++) {
    const began = bench.seconds;
    bench.exit(1);
    const due = bench.supervisor.deadline();
    if (bench.state !== 'BACKOFF' || due === undefined) break;
    bench.wait(due / 1000 - bench.seconds);
    waits.push(Math.round((bench.seconds - began) * 1000) / 1000);
  }
  return waits;
}

describe('how long it waits', () => {
  test('backoff=exponential begins with backoff_initial and multiplies up to backoff_max', () => {
    const bench = new Bench({ backoff: 'exponential', initialMs: 500, factor: 3, maxMs: 10_000 }, { startRetries: -1 });
    bench.start();
    expect(waitsOf(bench, 6)).toEqual([0.5, 1.5, 4.5, 10, 10, 10]);
    expect(bench.log).toContain('backing off: web is started again in 4.5 seconds');
  });

  test('backoff=supervisor is a second more each time, whatever backoff_max is', () => {
    const bench = new Bench({ maxMs: 2000 }, { startRetries: -1 });
    bench.start();
    expect(waitsOf(bench, 4)).toEqual([1, 2, 3, 4]);
  });

  test('after ten thousand tries the wait is still backoff_max', () => {
    const spec = processSpec({ restart: restartSpec({ backoff: 'exponential', maxMs: 60_000 }) });
    expect(waitOf(spec, 10_000, 0)).toBe(60_000);
  });

  test('a start that stays up lets the waits begin anew', () => {
    const bench = new Bench({ backoff: 'exponential' }, { autorestart: true });
    bench.start();
    expect(waitsOf(bench, 2)).toEqual([1, 2]);
    bench.exit(1, 5);
    expect(waitsOf(bench, 2)).toEqual([1, 2]);
  });

  test('startretries=-1 tries for ever, and any other number as often as it says', () => {
    const endless = new Bench(undefined, { startRetries: -1 });
    endless.start();
    expect(waitsOf(endless, 50)).toHaveLength(50);
    const twice = new Bench(undefined, { startRetries: 2 });
    twice.start();
    expect(waitsOf(twice, 50)).toEqual([1, 2]);
    expect(twice.state).toBe('FATAL');
    const never = new Bench(undefined, { startRetries: -2 });
    never.start();
    expect(waitsOf(never, 50)).toEqual([]);
    expect(never.state).toBe('FATAL');
  });
});

describe('backoff_jitter', () => {
  const waits = (name: string, at = 5000): number[] => {
    const spec = processSpec({ name, restart: restartSpec({ backoff: 'exponential', maxMs: 8000, jitter: 0.25 }) });
    return Array.from({ length: 200 }, (_, index) => waitOf(spec, 5 + index, at));
  };

  test('spreads the waits over all of the width, to both sides, backoff_max too', () => {
    const all = waits('web');
    expect(Math.min(...all)).toBeGreaterThanOrEqual(6000);
    expect(Math.max(...all)).toBeLessThanOrEqual(10_000);
    expect(Math.min(...all)).toBeLessThan(6200);
    expect(Math.max(...all)).toBeGreaterThan(9800);
    const middle = all.reduce((sum, wait) => sum + wait) / all.length;
    expect(middle).toBeGreaterThan(7700);
    expect(middle).toBeLessThan(8300);
  });

  test('differs between neighbours and between moments, and is the same for the same', () => {
    const same = waits('web_00').filter((wait, index) => wait === waits('web_01')[index]);
    expect(same.length).toBeLessThan(10);
    expect(waits('web_00')).not.toEqual(waits('web_00', 5001));
    expect(waits('web_00')).toEqual(waits('web_00'));
  });
});

describe('backoff_after_exit', () => {
  test('a program that dies after RUNNING waits too, longer each time, and says so', () => {
    const bench = new Bench({ afterExit: true, backoff: 'exponential' }, { autorestart: true });
    bench.start();
    bench.exit(3, 5);
    expect(bench.moves().slice(1)).toEqual(['101 RUNNING', '105 EXITED', '105 BACKOFF']);
    expect(bench.spawnError).toBe('Exited (exit status 3), is started again in 1 second');
    expect(bench.log.at(-1)).toBe('backing off: web is started again in 1 second (backoff_after_exit)');
    bench.exit(3, 6);
    expect(bench.moves()).toEqual(['106 STARTING', '107 RUNNING', '111 EXITED', '111 BACKOFF']);
    bench.wait(1.9);
    expect(bench.state).toBe('BACKOFF');
    bench.wait(0.1);
    expect(bench.state).toBe('STARTING');
  });

  test('it never becomes FATAL by that: startretries counts starts that fail', () => {
    const bench = new Bench({ afterExit: true }, { autorestart: true, startRetries: 1 });
    bench.start();
    for (let count = 0; count < 10; count++) {
      bench.wait(12);
      expect(bench.state).toBe('RUNNING');
      bench.exit(1);
    }
    expect(bench.state).toBe('BACKOFF');
  });

  test('a start that fails in between waits longer than the last one', () => {
    const bench = new Bench({ afterExit: true }, { autorestart: true });
    bench.start();
    bench.exit(1, 5);
    bench.wait(1);
    expect(waitsOf(bench, 2)).toEqual([2, 3]);
  });

  test('after backoff_reset seconds of RUNNING the waits begin anew, a moment earlier they do not', () => {
    for (const [up, wait] of [
      [59.9, 2],
      [60, 1],
    ] as const) {
      const bench = new Bench({ afterExit: true }, { autorestart: true });
      bench.start();
      bench.exit(1, 5);
      bench.wait(2);
      expect(bench.state).toBe('RUNNING');
      bench.exit(1, up);
      expect(bench.supervisor.deadline()).toBeCloseTo((bench.seconds + wait) * 1000, 3);
    }
  });

  test('what autorestart would leave alone stays EXITED', () => {
    const bench = new Bench({ afterExit: true }, { autorestart: 'unexpected' });
    bench.start();
    bench.exit(0, 5);
    expect(bench.state).toBe('EXITED');
    expect(bench.supervisor.deadline()).toBeUndefined();
  });

  test('a stop of what runs lets the waits begin anew', () => {
    const bench = new Bench({ afterExit: true }, { autorestart: true });
    bench.start();
    bench.exit(1, 5);
    bench.wait(3);
    bench.send({ type: 'stop' });
    bench.exit(0);
    expect(bench.state).toBe('STOPPED');
    bench.start();
    bench.exit(1, 5);
    expect(bench.supervisor.deadline()).toBe((bench.seconds + 1) * 1000);
  });

  test('a stop while it waits ends that, and a start afterwards has the first wait again', () => {
    const bench = new Bench({ afterExit: true }, { autorestart: true });
    bench.start();
    bench.exit(1, 5);
    bench.wait(1);
    bench.exit(1, 5);
    bench.send({ type: 'stop' });
    expect(bench.state).toBe('STOPPED');
    expect(bench.supervisor.deadline()).toBeUndefined();
    bench.start();
    bench.exit(1, 5);
    expect(bench.supervisor.deadline()).toBe((bench.seconds + 1) * 1000);
  });
});

describe('restart_limit', () => {
  const limit = { exits: 2, withinMs: 60_000 };

  test('more ends within the window than allowed: FATAL, with the reason', () => {
    const bench = new Bench({ limit }, { autorestart: true });
    bench.start();
    bench.exit(1, 5);
    bench.exit(1, 5);
    expect(bench.state).toBe('STARTING');
    bench.moves();
    bench.exit(1, 5);
    expect(bench.moves()).toEqual(['111 RUNNING', '115 EXITED', '115 FATAL']);
    expect(bench.spawnError).toBe('Exited 3 times within 60 seconds (restart_limit)');
    expect(bench.log.at(-1)).toBe(
      'gave up: web entered FATAL state, it exited 3 times within 60 seconds (restart_limit)',
    );
  });

  test('as many ends, but not within the window, are no reason', () => {
    const bench = new Bench({ limit }, { autorestart: true });
    bench.start();
    for (let count = 0; count < 20; count++) bench.exit(1, 30);
    expect(bench.state).toBe('STARTING');
    expect(bench.supervisor.record(id)?.history.exits.length).toBeLessThanOrEqual(3);
  });

  test('ends before startsecs count as well, so that startretries=-1 has a limit', () => {
    const bench = new Bench({ limit }, { startRetries: -1 });
    bench.start();
    expect(waitsOf(bench, 10)).toEqual([1, 2]);
    expect(bench.state).toBe('FATAL');
    expect(bench.spawnError).toBe('Exited 3 times within 60 seconds (restart_limit)');
  });

  test('what is not to be restarted is EXITED however often it has ended', () => {
    const bench = new Bench({ limit: { exits: 0, withinMs: 60_000 } }, { autorestart: false });
    bench.start();
    bench.exit(1, 5);
    expect(bench.state).toBe('EXITED');
  });

  test('after an explicit start it is counted from the beginning', () => {
    const bench = new Bench({ limit }, { autorestart: true });
    bench.start();
    for (let count = 0; count < 3; count++) bench.exit(1, 5);
    expect(bench.state).toBe('FATAL');
    bench.start();
    bench.exit(1, 5);
    bench.exit(1, 5);
    expect(bench.state).toBe('STARTING');
  });

  test('a start by hand after an expected end forgets the ends before it', () => {
    const bench = new Bench({ limit }, { autorestart: 'unexpected' });
    bench.start();
    bench.exit(1, 5);
    bench.exit(0, 5);
    expect(bench.state).toBe('EXITED');
    bench.start();
    bench.exit(1, 5);
    bench.exit(1, 5);
    expect(bench.state).toBe('STARTING');
  });
});

describe('fatal_retry', () => {
  const failing = (): Bench => {
    const bench = new Bench({ fatalRetryMs: 300_000 }, { startRetries: 0 });
    bench.start();
    bench.exit(1);
    return bench;
  };

  test('leaves FATAL by itself after so long, with all its retries again', () => {
    const bench = failing();
    expect(bench.log.at(-1)).toBe('web is tried again in 300 seconds (fatal_retry)');
    bench.wait(299.9);
    expect(bench.state).toBe('FATAL');
    bench.wait(0.1);
    expect(bench.moves().slice(-2)).toEqual(['100 FATAL', '400 STARTING']);
    bench.wait(2);
    expect(bench.state).toBe('RUNNING');
  });

  test('after restart_limit the ends are counted from the beginning', () => {
    const bench = new Bench({ fatalRetryMs: 10_000, limit: { exits: 2, withinMs: 600_000 } }, { autorestart: true });
    bench.start();
    for (let count = 0; count < 3; count++) bench.exit(1, 5);
    expect(bench.state).toBe('FATAL');
    bench.wait(12);
    bench.exit(1);
    bench.exit(1, 5);
    expect(bench.state).toBe('STARTING');
  });

  test('without it FATAL is for good', () => {
    const bench = new Bench({}, { startRetries: 0 });
    bench.start();
    bench.exit(1);
    expect([bench.state, bench.supervisor.deadline()]).toEqual(['FATAL', undefined]);
  });

  test('a stop while it is FATAL makes that last', () => {
    const bench = failing();
    bench.send({ type: 'stop' });
    expect([bench.state, bench.supervisor.deadline()]).toEqual(['FATAL', undefined]);
    bench.start();
    expect(bench.state).toBe('STARTING');
  });

  test('nothing is tried again while the daemon goes down', () => {
    const bench = failing();
    bench.supervisor.apply({ type: 'shutdown' }, { at: bench.seconds * 1000, epoch: bench.seconds });
    expect(bench.supervisor.deadline()).toBeUndefined();
    bench.wait(1000);
    bench.supervisor.apply({ type: 'tick' }, { at: bench.seconds * 1000, epoch: bench.seconds });
    expect(bench.state).toBe('FATAL');
  });
});

describe('exit_daemon', () => {
  const finished = (bench: Bench) => [bench.supervisor.mood, bench.isFinished, bench.status];

  test('exit: the first end that is not followed by a start ends the daemon, with its exit status', () => {
    for (const code of [0, 3]) {
      const bench = new Bench({ exitDaemon: 'exit' }, { autorestart: false });
      bench.start();
      bench.exit(code, 5);
      expect(finished(bench)).toEqual(['SHUTDOWN', true, code]);
      expect(bench.log.at(-1)).toBe(
        `web has ended (exit status ${code}): shutting down with exit status ${code} (exit_daemon)`,
      );
    }
  });

  test('exit: an end that autorestart follows is none', () => {
    const bench = new Bench({ exitDaemon: 'exit' }, { autorestart: 'unexpected' });
    bench.start();
    bench.exit(3, 5);
    expect(finished(bench)).toEqual(['RUNNING', false, undefined]);
    bench.exit(0, 5);
    expect(finished(bench)).toEqual(['SHUTDOWN', true, 0]);
  });

  test('a death by a signal is 128 and its number', () => {
    const bench = new Bench({ exitDaemon: 'exit' }, { autorestart: false });
    bench.start();
    bench.wait(5);
    bench.kill(9);
    expect(finished(bench)).toEqual(['SHUTDOWN', true, 137]);
  });

  test('fatal: an end is none, FATAL is one, with the status of the last end', () => {
    const bench = new Bench({ exitDaemon: 'fatal' }, { autorestart: false, startRetries: 0 });
    bench.start();
    bench.exit(3, 5);
    expect(finished(bench)).toEqual(['RUNNING', false, undefined]);
    bench.start();
    bench.exit(4);
    expect(finished(bench)).toEqual(['SHUTDOWN', true, 4]);
  });

  test('a program that could never be started makes it 1', () => {
    const bench = new Bench({ exitDaemon: 'exit' }, { startRetries: 0 });
    bench.send({ type: 'start' });
    bench.send({ type: 'spawnFailed', why: 'no such file' });
    expect(finished(bench)).toEqual(['SHUTDOWN', true, 1]);
  });

  test('FATAL is never 0, although its last end was', () => {
    const bench = new Bench({ exitDaemon: 'fatal' }, { startRetries: 0 });
    bench.start();
    bench.exit(0);
    expect(finished(bench)).toEqual(['SHUTDOWN', true, 1]);
  });

  test('a stop is not an end of its own', () => {
    const bench = new Bench({ exitDaemon: 'exit' });
    bench.start();
    bench.wait(5);
    bench.send({ type: 'stop' });
    bench.exit(0);
    expect([bench.state, bench.supervisor.mood]).toEqual(['STOPPED', 'RUNNING']);
  });

  test('the others are stopped first, and do not change the exit status', () => {
    const supervisor = new Supervisor();
    const now = { at: 0, epoch: 0 };
    const restart = restartSpec({ exitDaemon: 'exit' });
    const quick = { startMs: 0, autorestart: false, restart };
    supervisor.apply({ type: 'addGroup', group: groupSpec('web', 999, [quick, { ...quick, name: 'db' }]) }, now);
    for (const [pid, name] of ['web', 'db'].entries()) {
      supervisor.apply({ type: 'process', id: `web:${name}`, input: { type: 'start' } }, now);
      supervisor.apply({ type: 'process', id: `web:${name}`, input: { type: 'spawned', pid: pid + 1 } }, now);
    }
    const exit = (name: string, pid: number, code: number) =>
      supervisor.apply(
        {
          type: 'process',
          id: `web:${name}`,
          input: { type: 'exited', pid, code, signal: undefined, coreDumped: false },
        },
        now,
      );
    expect(exit('web', 1, 3).effects.filter(({ type }) => type !== 'log')).toEqual([
      { type: 'kill', id: 'web:db', pid: 2, signal: 15, asGroup: false },
    ]);
    expect(exit('db', 2, 5).effects.at(-1)).toEqual({ type: 'finished', mood: 'SHUTDOWN', status: 3 });
  });

  test('who is told to shut down ends with 0 as ever', () => {
    const bench = new Bench({ exitDaemon: 'exit' });
    bench.start();
    const outcome = bench.supervisor.apply({ type: 'shutdown' }, { at: 101_000, epoch: 101 });
    expect(outcome.effects.some(({ type }) => type === 'kill')).toBe(true);
    bench.exit(7);
    expect(finished(bench)).toEqual(['SHUTDOWN', true, undefined]);
  });

  test('an end during a shutdown changes nothing about the exit status', () => {
    const supervisor = new Supervisor();
    const now = { at: 0, epoch: 0 };
    const apply = (group: string, input: ProcessInput) =>
      supervisor.apply({ type: 'process', id: `${group}:${group}`, input }, now);
    const quick = { startMs: 0, autorestart: false, restart: restartSpec({ exitDaemon: 'exit' }) };
    for (const [index, group] of ['main', 'late'].entries()) {
      const spec = groupSpec(group, index + 1, [{ ...quick, name: group }]);
      supervisor.apply({ type: 'addGroup', group: spec }, now);
      apply(group, { type: 'start' });
      apply(group, { type: 'spawned', pid: index + 1 });
    }
    supervisor.apply({ type: 'shutdown' }, now);
    const exit = { type: 'exited', code: 3, signal: undefined, coreDumped: false } as const;
    apply('main', { ...exit, pid: 1 });
    expect(supervisor.record('main:main')?.state.name).toBe('EXITED');
    expect(apply('late', { ...exit, pid: 2 }).effects.at(-1)).toEqual({ type: 'finished', mood: 'SHUTDOWN' });
  });

  test('what was FATAL before and stays so is no end', () => {
    const restart = restartSpec({ exitDaemon: 'fatal', fatalRetryMs: 5000 });
    const record = { ...newProcess, state: { name: 'FATAL', retryAt: 5000 } } as const;
    const processes = [{ spec: processSpec({ restart }), record }];
    const groups = [{ name: 'web', priority: 999, processes }];
    const supervisor = Supervisor.restore({ mood: 'RUNNING', exitStatus: undefined, groups });
    supervisor.apply({ type: 'process', id, input: { type: 'stop' } }, { at: 0, epoch: 0 });
    expect([supervisor.deadline(), supervisor.mood]).toEqual([undefined, 'RUNNING']);
  });
});
