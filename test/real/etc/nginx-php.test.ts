import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyConfig } from '../../support/config-copy.ts';
import { checkout, type DaemonKind, debian, ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePortHundred, isFreePort } from '../../support/ports.ts';
import { needs } from '../../support/skips.ts';

interface Stack extends AsyncDisposable {
  readonly daemon: TestDaemon;
  readonly ports: readonly [front: number, back: number];
  /** The name and the pid of the PHP process that answered through nginx. */
  ask(): Promise<{ name: string; pid: number }>;
}

const names = ['php_00', 'php_01', 'php_02'];

async function startStack(kind: DaemonKind): Promise<Stack> {
  const front = (await freePortHundred(2)) * 100;
  const back = front + 1;
  const { dir, config } = copyConfig('nginx-php', ['nginx.conf'], {
    ':8081;': `:${front};`,
    '127.0.0.1:9000': `127.0.0.1:${back}`,
  });
  const daemon = await startDaemon({ kind, config, dir, socket: 'nginx-php/run/supervisor.sock' });
  return {
    daemon,
    ports: [front, back],
    async ask() {
      const page = await (await fetch(`http://127.0.0.1:${front}/any/page`)).text();
      const [, name, pid] = /^Hello from (php_0\d), process (\d+)\n$/.exec(page) ?? [];
      if (name === undefined) throw new Error(`Expected a page of the application, got ${JSON.stringify(page)}`);
      return { name, pid: Number(pid) };
    },
    [Symbol.asyncDispose]: async () => void (await daemon.stop()),
  };
}

/** Asks, several at a time, until all have answered; who they were. */
async function allAnswer({ daemon, ask }: Stack): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  await daemon.until('all three PHP answer through nginx', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, ask));
    for (const { name, pid } of answers) seen.set(name, pid);
    return seen.size === names.length;
  });
  return seen;
}

test('the shipped configuration puts nginx before PHP on port 9000', () => {
  const shipped = (file: string) => readFileSync(join(checkout, 'etc', file), 'utf8');
  expect(shipped('nginx-php.conf')).toMatch(/^socket=tcp:\/\/127\.0\.0\.1:9000$/m);
  expect(shipped('nginx-php.conf')).toMatch(/^numprocs=3$/m);
  expect(shipped('nginx-php/nginx.conf')).toMatch(/^ *fastcgi_pass 127\.0\.0\.1:9000;$/m);
});

for (const [kind, more] of [
  [ours, []],
  [debian, ['supervisor']],
] as const) {
  needs('nginx', 'php-cgi', ...more).test(
    `pages come through nginx from three PHP under ${kind.name}; restart brings all anew, stop leaves nothing`,
    async () => {
      await using stack = await startStack(kind);
      const before = await allAnswer(stack);
      await stack.daemon.until('all are RUNNING', async () => {
        const all = await stack.daemon.rpc('supervisor.getAllProcessInfo');
        return (all as readonly { statename: string }[]).every(({ statename }) => statename === 'RUNNING');
      });
      expect((await stack.daemon.ctl('restart', 'php:*')).code).toBe(0);
      const after = await allAnswer(stack);
      for (const name of names) expect(after.get(name)).not.toBe(before.get(name));
      const { stdout, code } = await stack.daemon.ctl('stop', 'all');
      expect(stdout.trim().split('\n').sort()).toEqual([
        'nginx: stopped',
        ...names.map((name) => `php:${name}: stopped`),
      ]);
      expect(code).toBe(0);
      await stack.daemon.until('all have gone', () => stack.daemon.descendants().length === 0);
      for (const port of stack.ports) expect(await isFreePort(port)).toBe(true);
    },
  );
}
