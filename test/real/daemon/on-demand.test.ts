/** Programs that the first connection starts and that are stopped when nobody is connected any more. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { gunicornFolder } from '../../support/held-gunicorn.ts';
import { freePortHundred } from '../../support/ports.ts';
import { needs } from '../../support/skips.ts';
import { infoOf, program, script, untilState, withDaemon } from './support.ts';

const host = '127.0.0.1';
let base = 0;
let config = '';
let path = '';
const pool = ['numprocs=2', 'process_name=%(program_name)s_%(process_num)d'];

/** An HTTP server on descriptor 3 that answers with the name of its process. */
const serverText = `import { createServer } from 'node:http';
const name = process.env.SUPERVISOR_PROCESS_NAME;
createServer((_, answer) => answer.end(name)).listen({ fd: 3 });
`;

/** Connects; undefined when nobody listens. */
function connected(where: NetConnectOpts): Promise<Socket | undefined> {
  return new Promise((settle) => {
    const client = connect(where);
    client.once('connect', () => settle(client)).once('error', () => settle(undefined));
  });
}

async function isRefused(where: NetConnectOpts): Promise<boolean> {
  const client = await connected(where);
  client?.destroy();
  return client === undefined;
}

/** The body of an answer, or what went wrong. */
async function get(where: NetConnectOpts): Promise<string> {
  const client = await connected(where);
  if (client === undefined) return 'refused';
  return new Promise((settle) => {
    let text = '';
    client.on('data', (bytes: Buffer) => {
      text += bytes.toString();
    });
    client.on('error', (error) => settle(error.message));
    client.on('close', () => settle(text.slice(text.indexOf('\r\n\r\n') + 4)));
    client.setTimeout(20_000, () => client.destroy(new Error('no answer')));
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  });
}

const untilWaiting = (daemon: TestDaemon, name: string) =>
  daemon.until(`${name} waits`, async () => /^Waiting for a connection/.test((await infoOf(daemon, name)).description));

needs('nginx', 'gunicorn').test(
  'gunicorn behind nginx sleeps until it is asked, and again: each first request is served',
  async () => {
    const dir = gunicornFolder();
    mkdirSync(join(dir, 'tmp'));
    const base = (await freePortHundred(2)) * 100;
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    writeFileSync(
      join(dir, 'nginx.conf'),
      `daemon off; pid ${dir}/nginx.pid; error_log stderr; worker_processes 1;
events { worker_connections 64; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${dir}/tmp/${name};`).join(' ')}
  include ${dir}/web.upstream.conf;
  server { listen ${host}:${base}; location / { proxy_pass http://web; } }
}
`,
    );
    await using daemon = await startDaemon({
      dir,
      config:
        program(
          'web',
          `gunicorn --chdir ${dir} --workers 1 app:app`,
          `listen=tcp://${host}:${base + 1}`,
          'on_demand=true',
          'idle_stop=1s',
          'startsecs=0',
        ) +
        program('nginx', `/usr/sbin/nginx -e stderr -p ${dir} -c nginx.conf`, 'stopsignal=QUIT') +
        `[upstream:web]\nprograms=web\ndriver=nginx\nfile=${dir}/web.upstream.conf\nreload=nginx\n`,
    });
    await daemon.until('nginx listens', async () => !(await isRefused({ host, port: base })));
    const upstream = () => readFileSync(join(dir, 'web.upstream.conf'), 'utf8');
    expect(upstream()).not.toContain(' down;');
    for (let round = 1; round <= 2; round += 1) {
      await untilWaiting(daemon, 'web');
      expect(await get({ host, port: base })).toBe('web');
      expect((await infoOf(daemon, 'web')).statename).toBe('RUNNING');
      expect(await get({ host, port: base + 1 })).toBe('web');
    }
    await untilWaiting(daemon, 'web');
    expect((await daemon.ctl('status', 'web')).stdout).toBe(
      `web                              STOPPED   Waiting for a connection on tcp://${host}:${base + 1}\n`,
    );
    expect(daemon.log()).toContain('web is stopped: no connection for 1 second (idle_stop)');
    expect(upstream()).not.toContain(' down;');
    await daemon.rpc('supervisor.stopProcess', 'web');
    await daemon.until('it is out of its upstream', () => upstream().includes(' down;'));
  },
);

withDaemon(
  'in one daemon',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-demand-'));
    writeFileSync(join(dir, 'server.mjs'), serverText);
    base = (await freePortHundred(8)) * 100;
    path = join(dir, 'held.sock');
    const node = `${process.execPath} ${dir}/server.mjs`;
    const url = (index: number) => `listen=tcp://${host}:${base + index}`;
    const programs = [
      program('both', node, ...pool, url(0), 'on_demand=true', 'startsecs=0'),
      program('own', node, ...pool, `port=${base + 1}`, 'listen=tcp://%(bind)s:%(port)d', 'on_demand=true'),
      program('held', node, `listen=unix://${path}`, 'on_demand=true', 'idle_stop=1', 'startsecs=0'),
      program('alone', node, url(3), 'on_demand=true', 'idle_stop=1', 'startsecs=0'),
      program('plain', node, url(4), 'startsecs=0'),
      script('store', 'exec sleep 600', 'autostart=false', 'startsecs=0'),
      program('needy', node, url(7), 'on_demand=true', 'depends_on=store', 'startsecs=0'),
      script('quick', 'exit 0', url(5), 'on_demand=true', 'startsecs=0'),
      script('fails', 'exit 1', url(6), 'fatal_retry=1', 'startretries=0', 'startsecs=9', 'autostart=false'),
    ];
    config = programs.join('');
    return { dir, config };
  },
  (daemon) => {
    const at = (index: number) => ({ host, port: base + index });

    test('the first connection starts all processes that share the socket, and nothing else', async () => {
      await untilWaiting(daemon(), 'both:both_0');
      expect(await get(at(0))).toMatch(/^both_[01]$/);
      await untilState(daemon(), 'both:both_0', 'RUNNING');
      await untilState(daemon(), 'both:both_1', 'RUNNING');
      expect(await get(at(2))).toBe('own_1');
      expect((await infoOf(daemon(), 'own:own_0')).statename).toBe('STOPPED');
      expect(await get(at(1))).toBe('own_0');
    });

    test('what the program depends on is started before it', async () => {
      await untilWaiting(daemon(), 'needy');
      expect((await infoOf(daemon(), 'store')).statename).toBe('STOPPED');
      expect(await get(at(7))).toBe('needy');
      expect((await infoOf(daemon(), 'store')).statename).toBe('RUNNING');
    });

    test('a stop closes the socket, of one that waits too, and a start opens it again', async () => {
      await untilWaiting(daemon(), 'alone');
      expect(await daemon().rpc('supervisor.stopProcess', 'alone')).toBe(true);
      expect(await isRefused(at(3))).toBe(true);
      await expect(daemon().rpc('supervisor.stopProcess', 'alone')).rejects.toThrow('NOT_RUNNING');
      await daemon().rpc('supervisor.startProcess', 'alone');
      await daemon().rpc('supervisor.stopProcess', 'alone');
      await daemon().until('its socket is closed', () => isRefused(at(3)));
      await daemon().rpc('supervisor.startProcess', 'alone');
      expect(await get(at(3))).toBe('alone');
    });

    test('a restart refuses nobody', async () => {
      await daemon().rpc('supervisor.stopProcess', 'both:both_0');
      await daemon().rpc('supervisor.stopProcess', 'both:both_1');
      const early = get(at(0));
      await daemon().rpc('supervisor.startProcess', 'both:both_0');
      expect(await early).toBe('both_0');
    });

    test('idle_stop: one with a client stays, one without is stopped, on a unix socket as on a port', async () => {
      await daemon()
        .rpc('supervisor.startProcess', 'alone')
        .catch(() => undefined);
      await untilState(daemon(), 'alone', 'RUNNING');
      const client = await connected({ path });
      const { pid } = await untilState(daemon(), 'held', 'RUNNING');
      await untilWaiting(daemon(), 'alone');
      await daemon().rpc('supervisor.startProcess', 'alone');
      await untilWaiting(daemon(), 'alone');
      expect(await infoOf(daemon(), 'held')).toMatchObject({ statename: 'RUNNING', pid });
      client?.destroy();
      await untilWaiting(daemon(), 'held');
      expect(await get({ path })).toBe('held');
    });

    test('stop --close closes what a stop leaves open, until the next start', async () => {
      await untilState(daemon(), 'plain', 'RUNNING');
      await expect(daemon().rpc('tssupervisor.closeSockets', 'plain')).rejects.toThrow('plain is RUNNING');
      await daemon().rpc('supervisor.stopProcess', 'plain');
      expect(await isRefused(at(4))).toBe(false);
      const { stdout, code } = await daemon().ctl('stop', '--close', 'plain');
      expect([stdout, code]).toEqual([`plain: ERROR (not running)\nplain: closed tcp://${host}:${base + 4}\n`, 0]);
      expect(await isRefused(at(4))).toBe(true);
      await daemon().rpc('supervisor.startProcess', 'plain');
      expect(await get(at(4))).toBe('plain');
    });

    test('one that ends without accepting is started once a second, not in a loop', async () => {
      const client = await connected(at(5));
      const starts = () => daemon().log().split("spawned: 'quick'").length - 1;
      await daemon().until('it has been started again', () => starts() >= 2);
      client?.destroy();
      const times = daemon()
        .log()
        .split('\n')
        .filter((line) => line.includes("spawned: 'quick'"))
        .map((line) => Date.parse(line.slice(0, 23).replace(',', '.')));
      for (const [index, time] of times.entries()) {
        if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThan(900);
      }
      await daemon()
        .rpc('supervisor.stopProcess', 'quick')
        .catch(() => undefined);
    });

    test('fatal_retry: FATAL closes the socket, and the retry opens it again', async () => {
      await daemon().rpc('supervisor.startProcess', 'fails', false);
      await untilState(daemon(), 'fails', 'FATAL');
      expect(await isRefused(at(6))).toBe(true);
      const client = await daemon().until('it is open again', () => connected(at(6)));
      client.destroy();
      await daemon().until('and closed', () => isRefused(at(6)));
      await daemon()
        .rpc('supervisor.stopProcess', 'fails')
        .catch(() => undefined);
    });

    test('a reload keeps the sockets, and an update of other settings too: it waits again', async () => {
      await daemon().ctl('reload');
      await daemon().until('it is back', () => daemon().log().split('supervisord started').length === 3);
      await untilWaiting(daemon(), 'own:own_0');
      await untilWaiting(daemon(), 'own:own_1');
      expect(await get(at(1))).toBe('own_0');
      daemon().writeConfig(config.replaceAll('%(bind)s:%(port)d', '%(bind)s:%(port)d\nstopwaitsecs=9'));
      expect((await daemon().ctl('update')).stdout).toContain('own: updated process group');
      await untilWaiting(daemon(), 'own:own_1');
      expect(daemon().log()).not.toContain(`Closing socket tcp://${host}:${base + 1}`);
      expect(await get(at(2))).toBe('own_1');
      await untilState(daemon(), 'own:own_0', 'RUNNING');
    });
  },
);
