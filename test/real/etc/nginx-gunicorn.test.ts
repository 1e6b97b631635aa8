import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyConfig } from '../../support/config-copy.ts';
import {
  checkout,
  type DaemonKind,
  debian,
  isAlive,
  ours,
  startDaemon,
  type TestDaemon,
} from '../../support/daemon.ts';
import { freePortHundred, isFreePort } from '../../support/ports.ts';
import { type DebianPackage, needs } from '../../support/skips.ts';

interface Stack extends AsyncDisposable {
  readonly daemon: TestDaemon;
  readonly ports: readonly [front: number, first: number, second: number];
  /** The name of the gunicorn that answered through nginx, and its worker's pid. */
  ask(): Promise<{ name: string; worker: number }>;
  pidOf(name: string): Promise<number>;
}

async function startStack(kind: DaemonKind): Promise<Stack> {
  const hundred = await freePortHundred(3);
  const ports = [hundred * 100 + 2, hundred * 100, hundred * 100 + 1] as const;
  const [front, first, second] = ports.map(String) as [string, string, string];
  const { dir, config } = copyConfig('nginx-gunicorn', ['nginx.conf'], {
    ':20%(process_num)02d': `:${hundred}%(process_num)02d`,
    ':8080;': `:${front};`,
    ':2000 ': `:${first} `,
    ':2001 ': `:${second} `,
  });
  const daemon = await startDaemon({ kind, config, dir, socket: 'nginx-gunicorn/run/supervisor.sock' });
  return {
    daemon,
    ports,
    async ask() {
      const page = await (await fetch(`http://127.0.0.1:${front}/`)).text();
      const [, name, worker] = /^Hello from (web_0\d), worker (\d+)\n$/.exec(page) ?? [];
      if (name === undefined) throw new Error(`Expected a page of the application, got ${JSON.stringify(page)}`);
      return { name, worker: Number(worker) };
    },
    async pidOf(name) {
      const info = await daemon.rpc('supervisor.getProcessInfo', name);
      return (info as { pid: number }).pid;
    },
    [Symbol.asyncDispose]: async () => void (await daemon.stop()),
  };
}

function bothAnswer({ daemon, ask }: Stack): Promise<true> {
  const seen = new Set<string>();
  return daemon.until('both gunicorn answer through nginx', async () => seen.add((await ask()).name).size === 2);
}

async function allRun({ daemon }: Stack): Promise<void> {
  await daemon.until('all are RUNNING', async () => {
    const all = await daemon.rpc('supervisor.getAllProcessInfo');
    return (all as readonly { statename: string }[]).every(({ statename }) => statename === 'RUNNING');
  });
}

test('the shipped configuration puts nginx before gunicorn on the ports 2000 and 2001', () => {
  const shipped = (file: string) => readFileSync(join(checkout, 'etc', file), 'utf8');
  expect(shipped('nginx-gunicorn.conf')).toMatch(/^command=gunicorn .*--bind 127\.0\.0\.1:20%\(process_num\)02d /m);
  expect(shipped('nginx-gunicorn.conf')).toMatch(/^numprocs=2$/m);
  const servers = shipped('nginx-gunicorn/nginx.conf').match(/^ *server 127\.0\.0\.1:\d+/gm);
  expect(servers?.map((line) => line.trim())).toEqual(['server 127.0.0.1:2000', 'server 127.0.0.1:2001']);
});

const packages: DebianPackage[] = ['nginx', 'gunicorn', 'python3-flask'];

for (const [kind, more] of [
  [ours, []],
  [debian, ['supervisor']],
] as const) {
  needs(...packages, ...more).describe(`nginx and two gunicorn under ${kind.name}`, () => {
    test('pages come through nginx from both, and stop leaves no process and no port behind', async () => {
      await using stack = await startStack(kind);
      await bothAnswer(stack);
      await allRun(stack);
      const before = stack.daemon.descendants();
      expect(before.length).toBeGreaterThanOrEqual(9); // nginx and its 2 workers, two gunicorn with theirs
      const { stdout, code } = await stack.daemon.ctl('stop', 'all');
      expect(stdout.trim().split('\n').sort()).toEqual([
        'nginx: stopped',
        'web:web_00: stopped',
        'web:web_01: stopped',
      ]);
      expect(code).toBe(0);
      await stack.daemon.until('all have gone', () => stack.daemon.descendants().length === 0);
      for (const port of stack.ports) expect(await isFreePort(port)).toBe(true);
    });

    test('a gunicorn that ended by SIGTERM is back', async () => {
      await using stack = await startStack(kind);
      await bothAnswer(stack);
      await allRun(stack);
      const master = await stack.pidOf('web:web_00');
      process.kill(master, 'SIGTERM');
      await stack.daemon.until('it has another pid', async () => {
        const now = await stack.pidOf('web:web_00');
        return now !== 0 && now !== master;
      });
      await bothAnswer(stack);
      expect(isAlive(master)).toBe(false);
    });

    test('a worker that ended by SIGKILL is back, and its master has stayed', async () => {
      await using stack = await startStack(kind);
      await bothAnswer(stack);
      const { name, worker } = await stack.ask();
      const master = await stack.pidOf(`web:${name}`);
      process.kill(worker, 'SIGKILL');
      await stack.daemon.until('it has two workers again', () => {
        const workers = stack.daemon.descendants().filter(({ parent }) => parent === master);
        return workers.length === 2 && workers.every(({ pid }) => pid !== worker);
      });
      expect(await stack.pidOf(`web:${name}`)).toBe(master);
      await bothAnswer(stack);
    });

    test('restart brings every process anew and leaves none of the old ones', async () => {
      await using stack = await startStack(kind);
      await bothAnswer(stack);
      await allRun(stack);
      const before = stack.daemon.descendants();
      const { stdout, code } = await stack.daemon.ctl('restart', 'all');
      expect(stdout.trim().split('\n').sort()).toEqual([
        ...['nginx: started', 'nginx: stopped'],
        ...['web:web_00: started', 'web:web_00: stopped', 'web:web_01: started', 'web:web_01: stopped'],
      ]);
      expect(code).toBe(0);
      expect(before.filter(({ pid }) => isAlive(pid))).toEqual([]);
      await bothAnswer(stack);
    });
  });
}
