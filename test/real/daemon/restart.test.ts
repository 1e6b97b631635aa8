import { chmodSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { isAlive, ours } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';
import { answers, inUse, isRoot, Place, sections, started } from './place.ts';
import { program, script } from './support.ts';

/** Somebody else on a port, until it is disposed of. */
async function occupy(port: number): Promise<AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())) };
}

const inet = (port: number) => `[inet_http_server]\nport=127.0.0.1:${port}\n`;
const cat = program('cat', 'cat', 'startsecs=0');

test('a restart to an address that is taken or impossible is refused, and nothing ends', async () => {
  const port = await freePort();
  await using _other = await occupy(port);
  await using place = new Place(ours, sections + cat);
  const daemon = place.start();
  await daemon.says('cat entered RUNNING');
  const refusal = inUse.slice('Error: '.length).trimEnd();

  place.write('s.conf', sections + cat + inet(port));
  expect(await place.ctl('reload')).toEqual({ stdout: `ERROR: CANT_REREAD: ${refusal}\n`, stderr: '', code: 1 });
  daemon.kill('SIGHUP');
  await daemon.says('ERRO Ignored SIGHUP: the configuration cannot be used\n');
  expect(daemon.output).toContain(`${place.path('s.conf')}: [inet_http_server] port: ${refusal}`);

  place.write('s.conf', sections.replace('file=%(here)s/s.sock', 'file=%(here)s/none/s.sock') + cat);
  daemon.kill('SIGHUP');
  await daemon.says('socket.error reported errno.ENOENT (2)');

  place.write('s.conf', sections.replace('%(here)s/d.log', '%(here)s') + cat);
  daemon.kill('SIGHUP');
  await daemon.says(`[supervisord] logfile: Cannot open the log file "${place.dir}": EISDIR`);
  expect(daemon.output).not.toContain('stopped: cat');

  place.write('s.conf', sections + cat);
  expect((await place.ctl('pid')).stdout).toBe(`${daemon.pid}\n`);
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toBe(0);
});

test('a restart that only moves its own servers about is none of that', async () => {
  const port = await freePort();
  await using place = new Place(ours, sections + inet(port));
  const daemon = place.start();
  await daemon.says(started);
  // The same port in another section and on another address, and a file that was left behind.
  const moved = `[inet_http_server:b]\nport=localhost:${port}\n`;
  place.write('s.conf', sections + moved);
  daemon.kill('SIGHUP');
  await until('it is there again', () => daemon.output.split(started).length === 3);
  expect(await answers(port)).toBe(true);
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toBe(0);
});

test('a port that is taken while it restarts costs that server only, until the port is free', async () => {
  const port = await freePort();
  const slow = script('slow', `trap 'sleep 1; exit 0' TERM; echo up; while :; do sleep 0.1; done`, 'startsecs=0');
  await using place = new Place(ours, sections + slow + inet(port));
  expect(await place.run('-c', place.path('s.conf'))).toMatchObject({ code: 0 });
  const { pid } = place;
  await until('its program runs', () => place.text('d.log').includes('slow entered RUNNING'));
  const newPort = await freePort();
  place.write('s.conf', sections + cat + inet(newPort));
  process.kill(pid, 'SIGHUP');
  await until('it goes down', () => place.text('d.log').includes('waiting for slow to die'));
  {
    await using _other = await occupy(newPort);
    await until('it is up again', () => place.text('d.log').includes('cat entered RUNNING'));
    expect(place.text('d.log')).toMatch(
      / CRIT Another program is already listening .* Going on without server 'inet_http_server' until it can listen\n/,
    );
    expect((await place.ctl('pid')).stdout).toBe(`${pid}\n`);
  }
  await until('it listens', () => place.text('d.log').includes("WARN Server 'inet_http_server' listens now\n"));
  expect(await answers(newPort)).toBe(true);
  process.kill(pid, 'SIGTERM');
  await until('it has gone', () => !isAlive(pid));
  expect([existsSync(place.path('d.pid')), existsSync(place.path('s.sock'))]).toEqual([false, false]);
});

test.runIf(isRoot)(
  'a restart to another user, which only root could become, goes on as the one that it is',
  async () => {
    const as = (user: string) => sections.replace('[supervisord]', `[supervisord]\nuser=${user}`) + cat;
    await using place = new Place(ours, as('nobody'));
    chmodSync(place.dir, 0o777);
    const daemon = place.start();
    await daemon.says('cat entered RUNNING');
    place.write('s.conf', as('root'));
    daemon.kill('SIGHUP');
    await until('its program runs again', () => daemon.output.split('cat entered RUNNING').length === 3);
    expect(daemon.output).toContain("CRIT Cannot become user 0: Can't drop privilege as nonroot user\n");
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  },
);
