import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn as spawnAtTerminal } from '@lydell/node-pty';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../../support/skips.ts';

// The shell as a person meets it: at a terminal.
const command = fileURLToPath(new URL('../../../dist/tssupervisorctl.cjs', import.meta.url));
const supervisord = '/usr/bin/supervisord';
const DEADLINE_MS = 20_000;

let folder = '';
let daemon: ChildProcess | undefined;

needs('supervisor').describe('the shell at a terminal', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shell-'));
    await writeFile(
      join(folder, 's.conf'),
      `
[unix_http_server]
file=${folder}/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisord]
logfile=${folder}/d.log
pidfile=${folder}/d.pid
childlogdir=${folder}
[supervisorctl]
serverurl=unix://${folder}/s.sock
history_file=${folder}/history
[program:web]
command=/bin/cat
startsecs=0
[program:worker]
command=/bin/cat
startsecs=0
numprocs=2
process_name=%(program_name)s-%(process_num)d
  `,
    );
    daemon = spawn(supervisord, ['-n', '-c', join(folder, 's.conf')], { stdio: 'ignore' });
    const log = join(folder, 'd.log');
    const read = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
    await until(() => read().match(/entered RUNNING/g)?.length === 3, read);
  });

  afterAll(async () => {
    if (daemon !== undefined && daemon.exitCode === null) {
      const gone = once(daemon, 'exit');
      daemon.kill('SIGTERM');
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  });

  test('greets with the status, completes names, remembers what was typed', async () => {
    await writeFile(join(folder, 'history'), 'pid web\n');
    await using shell = openShell();
    await shell.sees(/web +RUNNING[\s\S]*worker:worker-1 +RUNNING[\s\S]*supervisor> /);

    await shell.types('sta').sees('sta');
    await shell.presses('\t', /start {2,}status/); // one key at a time: a Tab inside a paste is a Tab
    await shell.types('tus wo').sees('tus wo');
    await shell.presses('\t', 'worker:');
    await shell.types('worker-1').sees('worker-1');
    await shell.presses('\t', ' ');
    await shell.types('\r').sees(/\nworker:worker-1 +RUNNING[\s\S]*supervisor> /);

    shell.types('\x1b[A\x1b[A\r'); // twice up: the line of the session before
    await shell.sees(/supervisor> pid web[\s\S]*\n\d+\r\n[\s\S]*supervisor> /);

    shell.types('\x04');
    expect(await shell.ended).toBe(0);
    expect(await readFile(join(folder, 'history'), 'utf8')).toBe('pid web\nstatus worker:worker-1 \npid web\n');
  });

  test('asks before it shuts the daemon down', async () => {
    await using shell = openShell();
    await shell.sees('supervisor> ');
    await shell.types('shutdown\r').sees('Really shut the remote supervisord process down y/N? ');
    await shell.types('n\r').sees(/n\r+\n[\s\S]*supervisor> /);
    shell.types('exit\r');
    expect(await shell.ended).toBe(0);
    expect(daemon?.exitCode).toBe(null);
  });

  test('Ctrl-C ends it with 0, and its history is nobody else’s to read', async () => {
    await rm(join(folder, 'history'), { force: true });
    await using shell = openShell();
    await shell.sees('supervisor> ');
    shell.types('stat\x03');
    expect(await shell.ended).toBe(0);
    expect((await stat(join(folder, 'history'))).mode & 0o777).toBe(0o600);
  });

  test('Ctrl-C ends a followed log, and the shell goes on', async () => {
    await using shell = openShell();
    await shell.sees('supervisor> ');
    await shell.types('tail -f web\r').sees('==> Press Ctrl-C to exit <==');
    await shell.types('\x03').sees(/\^C\r\n[\s\S]*supervisor> /);
    await shell.types('version\r').sees('4.2.5');
    shell.types('quit\r');
    expect(await shell.ended).toBe(0);
  });

  test('several lines pasted at once are all run', async () => {
    await using shell = openShell();
    await shell.sees('supervisor> ');
    await shell
      .types('version\rfoo\rversion\r')
      .sees(/4\.2\.5[\s\S]*Unknown syntax: foo[\s\S]*4\.2\.5\r\n[\s\S]*supervisor> /);
    shell.types('\x04');
    expect(await shell.ended).toBe(0);
  });

  test('fg shows each typed line twice, echoed and as output, and Ctrl-D leaves the process running', async () => {
    await using shell = openShell();
    await shell.sees('supervisor> ');
    await shell.types('fg web\r').sees('==> Press Ctrl-C to exit <==');
    await shell.types('Hällo World\r').sees(/Hällo World\r\n[\s\S]*Hällo World\r\n/);
    await shell.types('\x04').sees(/Exiting foreground\r\n[\s\S]*supervisor> /);
    await shell.types('status web\r').sees(/web +RUNNING[\s\S]*supervisor> /);
    shell.types('\x04');
    expect(await shell.ended).toBe(0);
  });

  test('Ctrl-C leaves the foreground at once', async () => {
    await using shell = openShell('fg', 'web');
    await shell.sees('==> Press Ctrl-C to exit <==');
    await shell.types('\x03').sees('Exiting foreground');
    expect(await shell.ended).toBe(0);
  });

  test('help names only what Supervisor has, as long as we add nothing', async () => {
    await using shell = openShell('help');
    await shell.sees('clear  maintail  quit  reread  signal    stop    version');
    expect(await shell.ended).toBe(0);
  });
});

function openShell(...words: string[]) {
  const terminal = spawnAtTerminal(process.execPath, [command, '-c', join(folder, 's.conf'), ...words], {
    cols: 100,
    rows: 40,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'C.UTF-8', TERM: 'xterm' },
  });
  let screen = '';
  let isEnded = false;
  terminal.onData((text) => {
    screen += text;
  });
  const ended = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode }) => {
      isEnded = true;
      resolve(exitCode);
    });
  });
  const shell = {
    ended,
    types(text: string) {
      terminal.write(text);
      return shell;
    },
    /** Presses a key until something is seen of it. */
    async presses(key: string, wanted: string | RegExp) {
      const again = setInterval(() => terminal.write(key), 1000);
      terminal.write(key);
      await shell.sees(wanted).finally(() => clearInterval(again));
    },
    /** Waits for `wanted` in what has come since the last time. */
    async sees(wanted: string | RegExp) {
      const plain = () => screen.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
      await until(
        () => (typeof wanted === 'string' ? plain().includes(wanted) : wanted.test(plain())),
        () => `${wanted} in:\n${JSON.stringify(screen)}`,
      );
      screen = '';
    },
    async [Symbol.asyncDispose]() {
      if (!isEnded) terminal.kill('SIGKILL');
      await ended;
    },
  };
  return shell;
}

async function until(isTrue: () => boolean, what: () => string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
