import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, expect, test } from 'vitest';

const dir = mkdtempSync(join(tmpdir(), 'tss-main-log-'));
const program = join(dir, 'logs-lines.cjs');
const addon = join(import.meta.dirname, `../../../dist/native/posix-linux-${process.arch}.node`);
const logfile = join(dir, 'main.log');

buildSync({
  entryPoints: [join(import.meta.dirname, 'fixtures/logs-lines.ts')],
  outfile: program,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  logOverride: { 'empty-import-meta': 'silent' },
});

afterAll(() => rmSync(dir, { recursive: true }));

/** Runs it under a shell, which decides what its stdout is; answers what the shell wrote. */
function run(count: number, shell: (command: string) => string) {
  rmSync(logfile, { force: true });
  const command = shell(`${process.execPath} ${program} ${addon} ${logfile} ${count}`);
  const { status, stdout, stderr } = spawnSync('/bin/bash', ['-o', 'pipefail', '-c', command], { encoding: 'utf8' });
  return { status, stdout, stderr, logged: readFileSync(logfile, 'utf8') };
}

test('in the foreground the same lines are in the log and on stdout', () => {
  const { status, stdout, stderr, logged } = run(100, (command) => `${command} | cat`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(logged.split('\n')).toHaveLength(101);
  expect(stdout).toBe(logged);
  expect(logged.slice(0, 100)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO line 1\n/);
});

test('a stdout that is a file gets the lines behind what is in it', () => {
  const { stdout, logged } = run(
    3,
    (command) => `{ echo before; ${command}; echo after; } >${dir}/out; cat ${dir}/out`,
  );
  expect(stdout).toBe(`before\n${logged}after\n`);
});

test('a stdout whose reader has gone does not matter', () => {
  const { status, stderr, logged } = run(20_000, (command) => `${command} | true`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(logged.split('\n')).toHaveLength(20_001);
});

test('a stdout that is closed does not matter', () => {
  expect(run(10, (command) => `${command} >&-`).logged.split('\n')).toHaveLength(11);
});

test('a stdout that nobody reads does not hold up the daemon', async () => {
  rmSync(logfile, { force: true });
  const child = spawn(process.execPath, [program, addon, logfile, '50000'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const status = await new Promise((settle) => child.on('exit', settle));
  expect(status).toBe(0);
  expect(readFileSync(logfile, 'utf8').split('\n')).toHaveLength(50_001);
  child.stdout.destroy();
});
