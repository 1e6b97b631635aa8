/** Rolling restarts as they are asked for: by the control command, against real programs. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { infoOf, logLines, script, untilState } from './support.ts';

const three = script(
  'web',
  'test ! -e broken || exit 1; exec sleep 600',
  'process_name=%(program_name)s_%(process_num)d',
  'numprocs=3',
  'startsecs=1',
  'directory=%(here)s',
);

async function upAndRunning(daemon: TestDaemon): Promise<number[]> {
  const pids: number[] = [];
  for (const number of [0, 1, 2]) pids.push((await untilState(daemon, `web:web_${number}`, 'RUNNING')).pid);
  return pids;
}

test('the processes of a group are restarted one after the other, each when the one before runs', async () => {
  await using daemon = await startDaemon({ config: three });
  const before = await upAndRunning(daemon);
  const { code, stdout } = await daemon.ctl('roll', 'web:*');
  const after = await upAndRunning(daemon);
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual([
    'rolling 3 of web:*, 1 at a time',
    ...[0, 1, 2].flatMap((number) => ['stopping', 'starting', 'done'].map((phase) => `web:web_${number}: ${phase}`)),
    'done: all 3 run anew',
    '',
  ]);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  const lines = ['web:web_2: done', 'done: all 3 run anew'].map((text) => ({ at: expect.any(Number), text }));
  expect(await daemon.rpc('tssupervisor.getJobs', 2)).toMatchObject([{ id: 'roll-1', lines }]);
  expect(await daemon.rpc('tssupervisor.getJobs')).toMatchObject([{ id: 'roll-1', lines: [] }]);
  const told = logLines(daemon).map(({ text }) => text);
  const at = (line: RegExp) => told.findLastIndex((text) => line.test(text));
  expect(at(/success: web_0/)).toBeLessThan(at(/stopped: web_1/));
  expect(at(/success: web_1/)).toBeLessThan(at(/stopped: web_2/));
});

test('one that does not start again ends the roll, and the others go on serving', async () => {
  await using daemon = await startDaemon({ config: three });
  const [, second, third] = await upAndRunning(daemon);
  writeFileSync(join(daemon.dir, 'broken'), '');
  const { code, stdout } = await daemon.ctl('roll', 'web');
  expect(code).toBe(1);
  expect(stdout).toContain('web:web_0: failed (BACKOFF: Exited too quickly (process log may have details))');
  expect(stdout).toContain('failed: 0 of 3 run anew, 2 were not touched');
  expect((await infoOf(daemon, 'web:web_1')).pid).toBe(second);
  expect((await infoOf(daemon, 'web:web_2')).pid).toBe(third);
});

test('roll_batch: so many at a time', async () => {
  await using daemon = await startDaemon({ config: three.replace('startsecs=1', 'startsecs=0\nroll_batch=67%') });
  await upAndRunning(daemon);
  const { code, stdout } = await daemon.ctl('roll', 'web:*');
  expect(code).toBe(0);
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    'rolling 3 of web:*, 2 at a time',
    'web:web_0: stopping',
    'web:web_1: stopping',
  ]);
});

test('roll_surge: so many more while it lasts', async () => {
  const surging = script(
    'web',
    'exec sleep 600',
    'process_name=%(program_name)s_%(process_num)d',
    'startsecs=0',
    'roll_surge=2',
  );
  await using daemon = await startDaemon({ config: surging });
  const { pid } = await untilState(daemon, 'web:web_0', 'RUNNING');
  const { code, stdout } = await daemon.ctl('roll', 'web:*');
  expect(stdout.split('\n')).toEqual([
    'scaling web from 1 to 3',
    'web:web_1: RUNNING',
    'web:web_2: RUNNING',
    'done: web has 3 of web',
    'rolling 1 of web:*, 1 at a time',
    ...['stopping', 'starting', 'done'].map((phase) => `web:web_0: ${phase}`),
    'done: all 1 run anew',
    'scaling web from 3 to 1',
    'web:web_2: stopped and removed',
    'web:web_1: stopped and removed',
    'done: web has 1 of web',
    '',
  ]);
  expect(code).toBe(0);
  expect((await infoOf(daemon, 'web:web_0')).pid).not.toBe(pid);
  const told = logLines(daemon).map(({ text }) => text);
  expect(told.findIndex((text) => /success: web_2/.test(text))).toBeLessThan(
    told.findIndex((text) => /stopped: web_0/.test(text)),
  );
});

test('the only one there is needs no --force if the daemon holds its socket: whoever connects meanwhile waits', async () => {
  const held = script('held', 'exec sleep 600', 'startsecs=0', 'listen=unix://%(here)s/held.sock');
  await using daemon = await startDaemon({ config: held });
  const { pid } = await untilState(daemon, 'held', 'RUNNING');
  expect((await daemon.ctl('roll', 'held')).code).toBe(0);
  expect((await infoOf(daemon, 'held')).pid).not.toBe(pid);
});

test('a roll goes on without its watcher, who can look again', async () => {
  await using daemon = await startDaemon({ config: three });
  await upAndRunning(daemon);
  const [file = '', ...words] = daemon.kind.ctl;
  const watcher = spawn(file, [...words, '-c', daemon.file, 'roll', 'web:*'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let seen = '';
  watcher.stdout.on('data', (piece: Buffer) => {
    seen += piece.toString();
  });
  const ended = new Promise((settle) => watcher.on('close', settle));
  await daemon.until('it has begun', () => seen.includes('web_0: stopping'));
  const second = await daemon.ctl('roll', 'web:web_1', '--force');
  expect(second).toMatchObject({ code: 1, stdout: 'web:web_1: ERROR (web:* is under way as roll-1)\n' });
  watcher.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(seen).toContain('roll-1 goes on; to look at it again: job roll-1');
  const { code, stdout } = await daemon.ctl('job', 'roll-1');
  expect(code).toBe(0);
  expect(stdout).toContain('done: all 3 run anew');
});

test('the only one there is, and all of them at once, are restarted only with --force', async () => {
  await using daemon = await startDaemon({ config: three + script('one', 'exec sleep 600', 'startsecs=0') });
  await upAndRunning(daemon);
  expect((await daemon.ctl('roll', 'one')).stdout).toMatch(/^one: ERROR \(only one process of one runs/);
  expect((await daemon.ctl('roll', 'web:*', '--batch', '3')).stdout).toMatch(/^web:\*: ERROR \(a batch of 3 is all 3/);
  const { pid } = await infoOf(daemon, 'one');
  expect((await daemon.ctl('roll', 'one', '--force')).code).toBe(0);
  expect((await infoOf(daemon, 'one')).pid).not.toBe(pid);
});

test('a daemon that goes down ends the roll, and says so to whoever watches', async () => {
  await using daemon = await startDaemon({ config: three });
  await upAndRunning(daemon);
  const watching = daemon.ctl('roll', 'web:*');
  await daemon.until('it has begun', async () =>
    JSON.stringify(await daemon.rpc('tssupervisor.getJobs')).includes('roll-1'),
  );
  await daemon.rpc('supervisor.shutdown');
  expect((await watching).code).toBe(1);
  expect(await daemon.ended).toBe(0);
});
