import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plainEnvironment, runCommand } from '../../support/command.ts';
import { checkout, isAlive } from '../../support/daemon.ts';
import { descendants } from '../../support/processes.ts';
import { type DebianPackage, needs } from '../../support/skips.ts';
import { until } from '../../support/until.ts';

const kinds: readonly (readonly [name: string, command: readonly string[], packages: readonly DebianPackage[]])[] = [
  ['tspidproxy', [process.execPath, join(checkout, 'dist/tspidproxy.cjs')], []],
  ['pidproxy of Debian', ['/usr/bin/pidproxy'], ['supervisor']],
];

/** Tells the signals it gets, and lives on. */
const teller = `
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT']) {
    process.on(signal, () => console.log(signal));
  }
  setInterval(() => {}, 1000);
  console.log('up');
`;

interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  said(): string;
  readonly ended: Promise<number | string | null>;
}

/** Each process here is started as the leader of a group: what it started goes with it. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // none of them is left
  }
}

for (const [name, command, packages] of kinds) {
  needs(...packages).describe(name, () => {
    let dir: string;
    let pidfile: string;
    let running: Running[];
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
      pidfile = join(dir, 'pid');
      running = [];
    });
    afterEach(async () => {
      for (const { pid } of running) killGroup(pid);
      await Promise.all(running.map(({ ended }) => ended));
      rmSync(dir, { recursive: true, force: true });
    });

    function start(...argv: readonly string[]): Running {
      const [file = '', ...args] = argv;
      const child = spawn(file, args, {
        cwd: dir,
        env: plainEnvironment({ PYTHONUNBUFFERED: '1' }),
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      let output = '';
      child.stdout.on('data', (bytes: Buffer) => {
        output += bytes.toString();
      });
      const ended = new Promise<number | string | null>((settle) => {
        child.on('exit', (code, signal) => settle(code ?? signal));
      });
      const one = { pid: child.pid ?? 0, child, said: () => output, ended };
      running.push(one);
      return one;
    }

    /** A process that is in the pidfile, and a pidproxy for it whose own child is a shell. */
    async function startPair(): Promise<{ told: Running; proxy: Running }> {
      const told = start(process.execPath, '-e', teller);
      await until('the process is up', () => told.said() === 'up\n');
      writeFileSync(pidfile, `${told.pid}\n`);
      const proxy = start(...command, pidfile, '/bin/sh', '-c', 'echo started; exec sleep 1000');
      await until('the command has been started', () => proxy.said().includes('started'));
      return { told, proxy };
    }

    test.each(['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)(
      '%s goes to the process in the pidfile, each time',
      async (signal) => {
        const { told, proxy } = await startPair();
        proxy.child.kill(signal);
        await until('the signal is there', () => told.said() === `up\n${signal}\n`);
        proxy.child.kill(signal);
        await until('the signal is there again', () => told.said() === `up\n${signal}\n${signal}\n`);
        expect(proxy.child.exitCode ?? proxy.child.signalCode).toBeNull();
      },
    );

    test.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('%s goes there and ends it with status 0', async (signal) => {
      const { told, proxy } = await startPair();
      const [command] = descendants(proxy.pid);
      proxy.child.kill(signal);
      expect(await proxy.ended).toBe(0);
      await until('the signal is there', () => told.said() === `up\n${signal}\n`);
      expect(isAlive(command?.pid ?? 0)).toBe(true); // the command itself gets nothing
    });

    test('a pidfile that cannot be read is named on stdout, and it goes on', async () => {
      const { told, proxy } = await startPair();
      for (const text of [undefined, '', 'none\n']) {
        if (text === undefined) rmSync(pidfile);
        else writeFileSync(pidfile, text);
        const before = proxy.said();
        proxy.child.kill('SIGTERM');
        await until('it has said so', () => proxy.said() === `${before}Can't read child pidfile ${pidfile}!\n`);
        writeFileSync(pidfile, `${told.pid}\n`);
      }
      proxy.child.kill('SIGTERM');
      expect(await proxy.ended).toBe(0);
    });

    test('a process in the pidfile that has gone ends it with status 1', async () => {
      const { told, proxy } = await startPair();
      told.child.kill('SIGKILL');
      await told.ended;
      proxy.child.kill('SIGHUP');
      expect(await proxy.ended).toBe(1);
    });

    test('the command stays in its process group', async () => {
      const { proxy } = await startPair();
      const [sleeper] = descendants(proxy.pid);
      const groupOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
      expect(groupOf(sleeper?.pid ?? 0)).toBe(String(proxy.pid));
    });

    test('it ends with status 0 after its command, whatever that came to', async () => {
      const failing = start(...command, pidfile, '/bin/sh', '-c', 'exit 7');
      const notFound = start(...command, pidfile, 'sh', '-c', 'exit 7'); // PATH is not searched
      expect(await Promise.all([failing.ended, notFound.ended])).toEqual([0, 0]);
    });

    test('the command sees its name as it was given', async () => {
      const proxy = start(...command, pidfile, '../../../../../../bin/sh', '-c', 'echo "$0"');
      await until('it has said its name', () => proxy.said() === '../../../../../../bin/sh\n');
    });

    test.each([[[]], [['pidfile']]])(
      'with the arguments %j it shows its usage and ends with status 1',
      async (args) => {
        const { stdout, stderr, code } = await runCommand([...command, ...args]);
        expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
        expect(stdout).toContain(`Usage: ${command.at(-1)} <pidfile name> <command> [<cmdarg1> ...]`);
      },
    );
  });
}

test('tspidproxy --version says which tssupervisor it is', async () => {
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };
  const { stdout, code } = await runCommand([process.execPath, join(checkout, 'dist/tspidproxy.cjs'), '--version']);
  expect({ stdout, code }).toEqual({ stdout: `tssupervisor ${version}\n`, code: 0 });
});
