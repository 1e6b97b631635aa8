/** nginx in front of three servers: what its clients see, and what it is told, while they come and go. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answeringProgram, writeAnsweringServer } from '../../support/answering-server.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePortHundred } from '../../support/ports.ts';
import { needs } from '../../support/skips.ts';
import { infoOf, untilState } from '../daemon/support.ts';
import { pageOf, states, underLoad, untilStates, upstreamOf } from './support.ts';

const nginxConf = (front: number, retrying: number) => `pid nginx.pid;
error_log error.log;
daemon off;
worker_processes 2;
events {}
http {
  access_log off;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  include web.conf;
  server { listen 127.0.0.1:${front}; location / { proxy_next_upstream off; proxy_pass http://web; } }
  server { listen 127.0.0.1:${retrying}; location / { proxy_next_upstream error timeout; proxy_pass http://web; } }
}
`;

const nginx = 'nginx -e %(here)s/error.log -p %(here)s/ -c %(here)s/nginx.conf';

const programs = (port: number) =>
  `[program:nginx]\ncommand=${nginx}\nstartsecs=0\nstopsignal=QUIT\nstopwaitsecs=1\n\n` +
  answeringProgram('web', 3, port, 'stopsignal=KILL');

const upstream = (...settings: string[]) =>
  ['[upstream:web]', 'programs=web', 'driver=nginx', 'file=%(here)s/web.conf', 'reload=nginx', ...settings, ''].join(
    '\n',
  );

const tested = ['options=max_fails=1 fail_timeout=1s', `test=${nginx} -t`];

needs('nginx').describe('nginx in front of three processes', () => {
  let daemon: TestDaemon;
  let port: number;
  const front = () => port + 4;
  const retrying = () => port + 5;
  const file = () => readFileSync(join(daemon.dir, 'web.conf'), 'utf8');
  const servers = () =>
    file()
      .match(/^ +server .*;/gm)
      ?.map((line) => line.trim().replace(/:\d+(\d) /, ':$1 '));
  const config = (section: string) => programs(port) + section;

  beforeAll(async () => {
    port = (await freePortHundred(6)) * 100;
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-nginx-'));
    writeAnsweringServer(dir);
    writeFileSync(join(dir, 'nginx.conf'), nginxConf(front(), retrying()));
    daemon = await startDaemon({ dir, config: config(upstream(...tested, 'drain=20')) });
    await untilStates(daemon, 'in in in');
    await untilState(daemon, 'nginx', 'RUNNING');
  });
  afterAll(async () => void (await daemon?.stop()));

  test('its file is there before it starts, with nobody in it who is not ready', () => {
    const log = daemon.log();
    const [wrote, spawned, ready, all] = ['(0 of 3 in)', "spawned: 'nginx'", 'success: web_', '(3 of 3 in)'].map(
      (text) => log.indexOf(text),
    );
    expect([wrote, spawned, ready, all]).toEqual([wrote, spawned, ready, all].sort((a = 0, b = 0) => a - b));
    expect(wrote).toBeGreaterThan(0);
    expect(log).not.toMatch(/exited: nginx/);
    expect(servers()).toEqual([0, 1, 2].map((number) => `server 127.0.0.1:${number} max_fails=1 fail_timeout=1s;`));
  });

  test('one that is stopped under load is out first, and no request fails', async () => {
    const counted = await underLoad(daemon, front(), async () => {
      await daemon.rpc('supervisor.stopProcess', 'web:web_1');
      expect(await states(daemon)).toBe('in out in');
      expect(servers()?.[1]).toBe('server 127.0.0.1:1 max_fails=1 fail_timeout=1s down;');
      await daemon.rpc('supervisor.startProcess', 'web:web_1');
      await untilStates(daemon, 'in in in');
    });
    expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
  });

  test('a rolling restart under load loses nothing, and each is in again before the next one leaves', async () => {
    const begun = daemon.log().length;
    const counted = await underLoad(daemon, front(), async () => {
      const { code, stdout } = await daemon.ctl('roll', 'web:*');
      expect(code).toBe(0);
      expect(stdout).toContain('web:web_0: stopping (out of its upstream first)\n');
      expect(stdout).toContain('web:web_0: starting (until it is ready)\n');
      expect(stdout).toContain('web:web_0: joining its upstream\n');
    });
    expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
    const told = [
      ...daemon
        .log()
        .slice(begun)
        .matchAll(/\((\d) of 3 in\)/g),
    ].map(([, count]) => count);
    expect(told.join(' ')).toBe('2 3 2 3 2 3');
  });

  test('one that is killed is seen by no client of an nginx that may ask the next one', async () => {
    const { pid } = await infoOf(daemon, 'web:web_2');
    const counted = await underLoad(daemon, retrying(), async () => {
      process.kill(pid, 'SIGKILL');
      await daemon.until('it has another pid', async () => {
        const now = await infoOf(daemon, 'web:web_2');
        return now.statename === 'RUNNING' && now.pid !== pid;
      });
      await untilStates(daemon, 'in in in');
    });
    expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
  });

  test('a client that never ends holds a stop up for drain seconds, and no longer', async () => {
    daemon.writeConfig(config(upstream(...tested, 'drain=2')));
    await daemon.ctl('update');
    const client = connect(port, '127.0.0.1');
    await new Promise((settle) => client.once('connect', settle));
    const begun = performance.now();
    await daemon.rpc('supervisor.stopProcess', 'web:web_0');
    const took = performance.now() - begun;
    client.destroy();
    expect(took).toBeGreaterThan(1990);
    expect(took).toBeLessThan(15_000);
    expect(daemon.log()).toContain('upstream web: web:web_0 still has connections, drain is over');
    daemon.writeConfig(config(upstream(...tested, 'drain=20')));
    await daemon.ctl('update');
    await daemon.rpc('supervisor.startProcess', 'web:web_0');
    await untilStates(daemon, 'in in in');
  });

  test('a file that nginx refuses is taken back, its words are in the log, and what serves goes on serving', async () => {
    const before = file();
    writeFileSync(join(daemon.dir, 'nginx.conf'), `${nginxConf(front(), retrying())}garbage on;\n`);
    await daemon.rpc('supervisor.stopProcess', 'web:web_1');
    expect(file()).toBe(before);
    const { error, servers: seats } = await upstreamOf(daemon, 'web');
    expect(error).toContain('unknown directive "garbage"');
    expect(seats[1]).toMatchObject({ state: 'in', why: 'STOPPED' });
    expect(daemon.log()).toMatch(/ERRO upstream web: The new \S+web\.conf was refused, the old one is back .*garbage/);
    const { code, stdout } = await daemon.ctl('upstreams');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^web: nginx, .*ERROR \(.*unknown directive/)]);
    expect(['web_0', 'web_2']).toContain(await pageOf(retrying()));
    const { pid } = await infoOf(daemon, 'web:web_2');
    const rolled = await daemon.ctl('roll', 'web:*');
    expect(rolled.stdout).toMatch(/^web:web_0: not in upstream web: .*garbage/m);
    expect([rolled.code, (await infoOf(daemon, 'web:web_2')).pid]).toEqual([1, pid]);
    writeFileSync(join(daemon.dir, 'nginx.conf'), nginxConf(front(), retrying()));
    await daemon.rpc('supervisor.startProcess', 'web:web_1');
    await daemon.until('it is right again', async () => (await upstreamOf(daemon, 'web')).error === '');
  });

  test('an nginx that is stopped is told nothing, and knows everything when it is back', async () => {
    await daemon.rpc('supervisor.stopProcess', 'nginx');
    await daemon.rpc('supervisor.stopProcess', 'web:web_0');
    await daemon.rpc('supervisor.stopProcess', 'web:web_1');
    expect(await states(daemon)).toBe('out out in');
    await daemon.rpc('supervisor.startProcess', 'nginx');
    expect(await daemon.until('it answers', async () => await pageOf(front()))).toBe('web_2');
    await daemon.rpc('supervisor.startProcessGroup', 'web');
    await untilStates(daemon, 'in in in');
  });

  test('scaling puts new ones in when they are ready, and takes the highest out before it is told to stop', async () => {
    const counted = await underLoad(daemon, front(), async () => {
      expect((await daemon.ctl('scale', 'web=4')).code).toBe(0);
      await untilStates(daemon, 'in in in in');
      expect((await daemon.ctl('scale', 'web=3')).code).toBe(0);
      await untilStates(daemon, 'in in in');
    });
    expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
    expect(servers()).toHaveLength(3);
  });

  test('changed upstreams are taken over by update, and nothing is restarted', async () => {
    const pids = () => Promise.all([0, 1, 2].map(async (one) => (await infoOf(daemon, `web:web_${one}`)).pid));
    const before = await pids();
    daemon.writeConfig(config(upstream('options=weight=3', 'drain=1')));
    expect((await daemon.ctl('update')).code).toBe(0);
    await daemon.until('it has the new options', () => servers()?.[2] === 'server 127.0.0.1:2 weight=3;');
    daemon.writeConfig(config(''));
    expect((await daemon.ctl('update')).code).toBe(0);
    await daemon.until('it is gone', async () =>
      (await daemon.ctl('upstreams')).stdout.startsWith('There is no upstream'),
    );
    expect(await pids()).toEqual(before);
    daemon.writeConfig(config(upstream(...tested)));
    expect((await daemon.ctl('update')).code).toBe(0);
    await untilStates(daemon, 'in in in');
    expect(await pids()).toEqual(before);
  });
});

needs('nginx').test('an nginx that is still starting has been told of a server before that counts as in', async () => {
  const port = (await freePortHundred(6)) * 100;
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-nginx-'));
  writeAnsweringServer(dir);
  writeFileSync(join(dir, 'nginx.conf'), nginxConf(port + 4, port + 5));
  const slow = programs(port).replace('startsecs=0', 'startsecs=60');
  await using daemon = await startDaemon({ dir, config: slow + upstream(...tested) });
  await untilStates(daemon, 'in in in');
  expect(await pageOf(port + 4)).toMatch(/^web_/);
  expect(await infoOf(daemon, 'nginx')).toMatchObject({ statename: 'STARTING' });
});
