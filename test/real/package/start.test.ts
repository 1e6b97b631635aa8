// The README's first command, and what it tells people to type next. The demo's ports and its folder are fixed:
// this fails while a demo runs on the same machine.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { plainEnvironment, runCommand } from '../../support/command.ts';
import { checkout } from '../../support/daemon.ts';
import { descendants, isSameProcess } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

const SECOND_TERMINAL_MS = 20_000;

test('npm start shows four servers, npx tssupervisorctl works beside it, and Ctrl-C leaves nothing behind', async () => {
  // Without its build: other tests use what is built.
  const npm = spawn('npm', ['start', '--ignore-scripts'], {
    cwd: checkout,
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own, as a shell gives it one: Ctrl-C goes to the group
  });
  let said = '';
  const collect = (bytes: Buffer) => {
    said += bytes.toString();
  };
  npm.stdout.on('data', collect);
  npm.stderr.on('data', collect);
  const ended = new Promise<number | string | null>((settle) => {
    npm.on('exit', (code, signal) => settle(code ?? signal));
  });
  const leader = npm.pid ?? 0;
  let all = descendants(leader);
  try {
    await until('the servers answer', () => said.includes('4 of 4 servers answer'), {
      deadlineMs: 2 * SECOND_TERMINAL_MS,
      evidence: () => said,
      hopeless: () => npm.exitCode !== null,
    });
    for (const port of [8100, 8101, 8102, 8103]) {
      expect(said).toContain(`http://127.0.0.1:${port}/`);
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toMatch(/^web_0\d, pid \d+, answer \d+\n$/);
    }
    const status = await runCommand(['npx', 'tssupervisorctl', 'status'], { cwd: checkout });
    const names = status.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names).toEqual(['logger', 'web:web_00', 'web:web_01', 'web:web_02', 'web:web_03', 'worker']);
    await until('its log can be read', async () =>
      (await runCommand(['npx', 'tssupervisorctl', 'tail', 'logger'], { cwd: checkout })).stdout.includes('line 1'),
    );
    all = descendants(leader);
    expect(all.length).toBeGreaterThanOrEqual(7); // the starter, the daemon, four servers and the logger; perhaps the worker
  } finally {
    if (npm.exitCode === null && npm.signalCode === null) process.kill(-leader, 'SIGINT');
  }
  expect(await ended).toBe(0);
  expect(all.filter(isSameProcess)).toEqual([]);
  expect(existsSync('/tmp/tssupervisor-demo')).toBe(false);
});
