import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { newProcess, type ProcessRecord, type ProcessState } from '../../../src/daemon/core/process-record.ts';
import { causeOf, Exits } from '../../../src/daemon/exits.ts';
import { OutputTail } from '../../../src/daemon/logs/log-end.ts';
import type { ExitStatus } from '../../../src/daemon/os/os.ts';
import { FakeOs } from '../../support/fake-os.ts';
import { processSpec } from '../../support/specs.ts';

const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
afterAll(() => rmSync(dir, { recursive: true }));

const exit = (change: Partial<ExitStatus> = {}): ExitStatus => ({
  pid: 7,
  code: 3,
  signal: undefined,
  coreDumped: false,
  ...change,
});
const byTerm = exit({ code: undefined, signal: 15 });

describe('the cause of an end', () => {
  const cause = (state: ProcessState, status: ExitStatus | undefined = exit(), why?: string) =>
    causeOf(
      { ...newProcess, state },
      processSpec({ exitCodes: [0, 2], ready: { timeoutMs: 30_000 } }),
      500,
      status,
      why,
    );
  const running: ProcessState = { name: 'RUNNING', pid: 7 };
  const starting = (change: object = {}): ProcessState => ({ name: 'STARTING', pid: 7, upAt: 1000, ...change });
  const stopping = (change: object = {}): ProcessState => ({ name: 'STOPPING', pid: 7, killAt: 1000, ...change });

  test.each<[string, ProcessState, ExitStatus | undefined, string | undefined, object]>([
    [
      'an exit code',
      running,
      exit(),
      undefined,
      { cause: 'exit', text: 'exit status 3; not expected', expected: false },
    ],
    ['one that exitcodes names', running, exit({ code: 2 }), undefined, { cause: 'exit', expected: true }],
    [
      'a signal',
      running,
      exit({ code: undefined, signal: 11, coreDumped: true }),
      undefined,
      { cause: 'signal', text: 'terminated by SIGSEGV (core dumped); not expected', expected: false },
    ],
    [
      'too soon',
      starting(),
      exit({ code: 0 }),
      undefined,
      { text: 'Exited too quickly: exit status 0', expected: false },
    ],
    ['after startsecs', starting({ upAt: 400 }), exit({ code: 0 }), undefined, { text: 'exit status 0; expected' }],
    [
      'before it was ready',
      starting({ upAt: 400, readiness: { isGood: false, by: 900, why: 'tcp refused' } }),
      exit({ code: 0 }),
      undefined,
      { cause: 'exit', text: 'Exited before ready: exit status 0', expected: false },
    ],
    [
      'not ready in time',
      starting({ readiness: { isGood: false, by: 400, killAt: 900, why: 'tcp refused' } }),
      byTerm,
      undefined,
      { cause: 'probe', text: 'Not ready within 30 seconds: tcp refused (terminated by SIGTERM)', expected: false },
    ],
    [
      'told to stop',
      stopping(),
      byTerm,
      undefined,
      { cause: 'stopped', text: 'stopped (terminated by SIGTERM)', expected: true },
    ],
    [
      'not alive any more',
      stopping({ thenStart: true, why: 'it is not alive: tcp refused' }),
      byTerm,
      undefined,
      { cause: 'probe', text: 'restarted: it is not alive: tcp refused (terminated by SIGTERM)', expected: false },
    ],
    [
      'too large',
      stopping({ thenStart: true, why: 'it uses 9 MB of memory' }),
      byTerm,
      undefined,
      { cause: 'stopped', text: 'restarted: it uses 9 MB of memory (terminated by SIGTERM)', expected: true },
    ],
    [
      'its port is taken',
      starting({ pid: undefined }),
      undefined,
      'port 2002 is held by pid 812 "gunicorn"',
      { cause: 'port', text: 'port 2002 is held by pid 812 "gunicorn"', expected: false },
    ],
    [
      'rolled',
      stopping({ why: 'it is rolled (job-1)' }),
      byTerm,
      undefined,
      { cause: 'stopped', text: 'stopped: it is rolled (job-1) (terminated by SIGTERM)', expected: true },
    ],
    ['no such command', starting({ pid: undefined }), undefined, "can't find command 'x'", { cause: 'spawn' }],
    ['no such directory', running, exit({ code: 127 }), "couldn't chdir to /x: ENOENT", { cause: 'spawn' }],
  ])('%s', (_, state, status, why, expected) => {
    expect(cause(state, status, why)).toMatchObject(expected);
  });
});

class Bench {
  readonly os = new FakeOs();
  record: ProcessRecord = { ...newProcess, state: { name: 'RUNNING', pid: 7 } };
  readonly tail = new OutputTail();
  isThere: (id: string) => boolean = () => true;
  readonly exits = new Exits({
    os: this.os,
    record: (id) => (this.isThere(id) ? this.record : undefined),
    spec: () => processSpec(),
    output: () => ({ stdout: { tail: this.tail } }),
  });

  say(text: string): void {
    this.tail.take(Buffer.from(text));
  }

  end(id = 'web:web', status = exit()): void {
    this.exits.ended(id, status);
  }

  started(id: string, from: 'STOPPED' | 'EXITED' | 'BACKOFF'): void {
    this.exits.happened({ type: 'processState', id, from, to: 'STARTING', tries: 0 });
  }
}

describe('what is remembered', () => {
  test('ten ends of each process, the newest first', () => {
    const bench = new Bench();
    for (let code = 1; code <= 12; code += 1) bench.end('web:web', exit({ code }));
    bench.end('other:other');
    expect(bench.exits.of('web:web').map(({ status }) => status)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(bench.exits.of('other:other')).toHaveLength(1);
    expect(bench.exits.of('nobody')).toEqual([]);
  });

  test('the last words of a bad end only', () => {
    const bench = new Bench();
    bench.say('good bye\n');
    bench.end('web:web', exit({ code: 0 }));
    bench.end();
    expect(bench.exits.of('web:web').map(({ stdout }) => stdout)).toEqual([['good bye'], []]);
  });

  test('of all programs together no more lines than fit, and then the oldest have none', () => {
    const bench = new Bench();
    // 8 KB at each end, and room for 8 MB.
    bench.say(`${'x'.repeat(400)}\n`.repeat(40));
    for (let count = 0; count < 1200; count += 1) bench.end(`web:${count}`);
    const lines = Array.from({ length: 1200 }, (_, count) => bench.exits.of(`web:${count}`)[0]?.stdout.length ?? -1);
    expect(lines[0]).toBe(0);
    expect(lines.at(-1)).toBeGreaterThan(15);
    const total = lines.reduce((sum, count) => sum + count * 400, 0);
    expect(total).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(total).toBeGreaterThan(7.9 * 1024 * 1024);
  });

  test('of processes that have gone those that went last, as they may come back', () => {
    const bench = new Bench();
    const gone = Array.from({ length: 101 }, (_, count) => `web:${count}`);
    const all = [...gone, 'cats:tom', 'cats2:tom'];
    for (const id of all) bench.end(id);
    const forgotten = () => all.filter((id) => bench.exits.of(id).length === 0);
    const remove = (id: string): void => bench.exits.happened({ type: 'member', id, is: 'removed' });
    bench.isThere = (id) => id === 'web:1' || id === 'cats2:tom';
    for (const id of gone.slice(0, 100)) remove(id);
    expect(forgotten()).toEqual([]);
    bench.exits.happened({ type: 'groupRemoved', group: 'cats' });
    expect(forgotten()).toEqual(['web:0']);
    // web:1 has come back, and is nobody who went.
    remove('web:100');
    expect(forgotten()).toEqual(['web:0']);
    remove('cats2:tom');
    expect(forgotten()).toEqual(['web:0', 'web:2']);
  });
});

describe('restarts', () => {
  test('the first start is none, and what was more than an hour ago does not count', () => {
    const bench = new Bench();
    bench.started('web:web', 'STOPPED');
    expect(bench.exits.restarts('web:web')).toBe(0);
    bench.started('web:web', 'BACKOFF');
    bench.started('web:web', 'EXITED');
    bench.os.advance(1_800_000);
    bench.record = { ...bench.record, stopEpoch: 1 };
    bench.started('web:web', 'STOPPED');
    expect(bench.exits.restarts('web:web')).toBe(3);
    bench.os.advance(1_860_000);
    expect(bench.exits.restarts('web:web')).toBe(1);
    bench.os.advance(3_600_000);
    expect(bench.exits.restarts('web:web')).toBe(0);
  });
});

test('the lines are those of the run, and go on into a log that was rotated meanwhile', () => {
  const path = join(dir, 'web.log');
  writeFileSync(`${path}.1`, 'of the run before\nfirst\n');
  writeFileSync(path, 'second\n');
  const exits = new Exits({
    os: new FakeOs(),
    record: () => ({ ...newProcess, state: { name: 'RUNNING', pid: 7 } }),
    spec: () => processSpec(),
    output: () => ({ stdout: { path, written: 13 }, stderr: { path: join(dir, 'none.log'), written: 5 } }),
  });
  exits.ended('web:web', exit());
  expect(exits.of('web:web')[0]).toMatchObject({ stdout: ['first', 'second'], stderr: [] });
});
