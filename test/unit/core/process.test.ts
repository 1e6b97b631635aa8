import { describe, expect, test } from 'vitest';
import { step } from '../../../src/daemon/core/process.ts';
import type { ProcessInput, Step } from '../../../src/daemon/core/process-messages.ts';
import type { ProcessRecord } from '../../../src/daemon/core/process-record.ts';
import { deadlineOf, newProcess } from '../../../src/daemon/core/process-record.ts';
import type { ProcessSpec } from '../../../src/daemon/core/spec.ts';
import { processSpec } from '../../support/specs.ts';

/** Drives one process by hand: a clock in seconds and everything that was said so far. */
class Bench {
  record: ProcessRecord = newProcess;
  seconds = 100;
  readonly told: string[] = [];
  readonly spec: ProcessSpec;

  constructor(change: Partial<ProcessSpec> = {}) {
    this.spec = processSpec(change);
  }

  send(input: ProcessInput): Step {
    const result = step(this.record, input, this.spec, { at: this.seconds * 1000, epoch: this.seconds });
    this.record = result.record;
    for (const { from, to, tries, pid, expected } of result.events) {
      const rest = Object.entries({ tries, pid, expected }).filter(([, value]) => value !== undefined);
      this.told.push([`${from}>${to}`, ...rest.map(([key, value]) => `${key}:${value}`)].join(' '));
    }
    for (const effect of result.effects) {
      if (effect.type === 'log') this.told.push(`${effect.level} ${effect.text}`);
      else if (effect.type === 'kill')
        this.told.push(`kill ${effect.asGroup ? '-' : ''}${effect.pid} ${effect.signal}`);
      else this.told.push(effect.type);
    }
    return result;
  }

  /** Starts it with this pid. */
  spawn(pid = 7): void {
    this.send({ type: 'start' });
    this.send({ type: 'spawned', pid });
  }

  exit(code: number, pid = 7): void {
    this.send({ type: 'exited', pid, code, signal: undefined, coreDumped: false });
  }

  /** Lets time pass, and sends the tick that the deadline asks for. */
  wait(seconds: number): void {
    this.seconds += seconds;
    const due = deadlineOf(this.record.state);
    if (due !== undefined && due <= this.seconds * 1000) this.send({ type: 'tick' });
  }

  heard(): string[] {
    return this.told.splice(0);
  }
}

describe('starting', () => {
  test('a process that stays up for startsecs is RUNNING', () => {
    const bench = new Bench();
    bench.spawn();
    expect(bench.heard()).toEqual(['STOPPED>STARTING tries:0', 'spawn', "info spawned: 'web' with pid 7"]);
    bench.wait(0.9);
    expect(bench.record.state.name).toBe('STARTING');
    bench.wait(0.1);
    expect(bench.heard()).toEqual([
      'STARTING>RUNNING pid:7',
      'info success: web entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)',
    ]);
  });

  test('startsecs=0 counts as RUNNING at once, and its end is told after that', () => {
    const bench = new Bench({ startMs: 0 });
    bench.spawn();
    bench.exit(0);
    expect(bench.heard().filter((line) => line.startsWith('info'))).toEqual([
      "info spawned: 'web' with pid 7",
      'info success: web entered RUNNING state, process has stayed up for > than 0 seconds (startsecs)',
      'info exited: web (exit status 0; expected)',
    ]);
  });

  test('an exit inside startsecs is BACKOFF even with status 0, and waits 1, 2, 3 seconds before it is FATAL', () => {
    const bench = new Bench();
    bench.spawn(1);
    for (const [pid, pause] of [
      [1, 1],
      [2, 2],
      [3, 3],
    ] as const) {
      bench.exit(0, pid);
      expect(bench.record.state).toEqual({ name: 'BACKOFF', retryAt: (bench.seconds + pause) * 1000 });
      bench.wait(pause - 0.1);
      expect(bench.record.state.name).toBe('BACKOFF');
      bench.wait(0.1);
      bench.send({ type: 'spawned', pid: pid + 1 });
    }
    bench.heard();
    bench.exit(0, 4);
    expect(bench.heard()).toEqual([
      'STARTING>BACKOFF tries:4',
      'BACKOFF>FATAL',
      'warn exited: web (exit status 0; not expected)',
      'info gave up: web entered FATAL state, too many start retries too quickly',
    ]);
    expect(bench.record.spawnError).toBe('Exited too quickly (process log may have details)');
  });

  test('startretries=0 gives one attempt', () => {
    const bench = new Bench({ startRetries: 0 });
    bench.send({ type: 'start' });
    bench.send({ type: 'spawnFailed', why: "can't find command 'x'" });
    expect(bench.record.state.name).toBe('FATAL');
    expect(bench.heard()).toContain("info spawnerr: can't find command 'x'");
  });

  test('an end after startsecs that comes before its tick is an EXITED, with the RUNNING it missed', () => {
    const bench = new Bench();
    bench.spawn();
    bench.heard();
    bench.seconds += 5;
    bench.exit(3);
    expect(bench.heard()).toEqual([
      'STARTING>RUNNING pid:7',
      'RUNNING>EXITED pid:7 expected:false',
      'warn exited: web (exit status 3; not expected)',
    ]);
    expect(bench.record.spawnError).toBe('Bad exit code 3');
  });

  test('a start that follows a stop in BACKOFF has all its retries again', () => {
    const bench = new Bench();
    bench.spawn();
    bench.exit(1);
    bench.send({ type: 'stop' });
    expect(bench.record.state.name).toBe('STOPPED');
    bench.heard();
    bench.send({ type: 'start' });
    expect(bench.heard()).toContain('STOPPED>STARTING tries:0');
  });
});

describe('stopping', () => {
  test('a process that ignores its stop signal is killed after stopwaitsecs, and again', () => {
    const bench = new Bench();
    bench.spawn();
    bench.wait(1);
    bench.heard();
    bench.send({ type: 'stop' });
    expect(bench.heard()).toEqual([
      'RUNNING>STOPPING pid:7',
      'debug killing web (pid 7) with signal SIGTERM',
      'kill 7 15',
    ]);
    bench.wait(9.9);
    expect(bench.heard()).toEqual([]);
    bench.wait(0.1);
    expect(bench.heard()).toEqual([
      "warn killing 'web' (7) with SIGKILL",
      'debug killing web (pid 7) with signal SIGKILL',
      'kill 7 9',
    ]);
    bench.wait(10);
    expect(bench.heard()).toContain('kill 7 9');
    bench.send({ type: 'exited', pid: 7, code: undefined, signal: 9, coreDumped: false });
    expect(bench.heard()).toEqual(['STOPPING>STOPPED pid:7', 'warn stopped: web (terminated by SIGKILL)']);
    expect(bench.record.exitStatus).toBe(-1);
  });

  test('stopasgroup and killasgroup reach the process group', () => {
    const bench = new Bench({ stopAsGroup: true, killAsGroup: true, stopSignal: 3, stopWaitMs: 1000 });
    bench.spawn();
    bench.send({ type: 'stop' });
    expect(bench.heard()).toContain('kill -7 3');
    bench.wait(1);
    expect(bench.heard()).toContain('kill -7 9');
  });

  test('stopwaitsecs=0 escalates at once but does not kill in a busy loop', () => {
    const bench = new Bench({ stopWaitMs: 0 });
    bench.spawn();
    bench.send({ type: 'stop' });
    bench.wait(0);
    expect(bench.heard()).toContain('kill 7 9');
    bench.wait(0.5);
    expect(bench.heard()).toEqual([]);
  });

  test('a stop before its turn to be spawned leaves nothing behind', () => {
    const bench = new Bench();
    bench.send({ type: 'start' });
    bench.send({ type: 'stop' });
    expect(bench.record.state.name).toBe('STOPPED');
  });

  test('a kill that fails for an unknown reason makes it UNKNOWN', () => {
    const bench = new Bench();
    bench.spawn();
    bench.send({ type: 'stop' });
    bench.heard();
    bench.send({ type: 'killFailed', pid: 7, why: 'EPERM' });
    expect(bench.heard()).toEqual(['STOPPING>UNKNOWN', 'critical unknown problem killing web (7):EPERM']);
  });
});

describe('old news', () => {
  test('the exit of a former pid changes nothing', () => {
    const bench = new Bench();
    bench.spawn(8);
    const before = bench.record;
    bench.exit(0, 7);
    expect(bench.record).toBe(before);
  });

  test('a tick that comes too early changes nothing', () => {
    const bench = new Bench();
    bench.spawn();
    const before = bench.record;
    bench.send({ type: 'tick' });
    expect(bench.record).toBe(before);
  });

  test('a core dump is told', () => {
    const bench = new Bench({ startMs: 0 });
    bench.spawn();
    bench.heard();
    bench.send({ type: 'exited', pid: 7, code: undefined, signal: 11, coreDumped: true });
    expect(bench.heard()).toContain('warn exited: web (terminated by SIGSEGV (core dumped); not expected)');
  });
});
