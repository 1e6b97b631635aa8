/** Probes of real servers, each started once: healthy, held up, asked in another's protocol. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { freeLowPort } from '../../support/ports.ts';
import { needs } from '../../support/skips.ts';
import { until } from '../../support/until.ts';
import { ask, leftovers, Servers } from './support.ts';

const wsgi = `def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'Hello']
`;

const nodeServer = `require('http').createServer((request, response) => {
  response.writeHead(request.url === '/healthz' ? 200 : 503).end('Hello');
}).listen(Number(process.argv[1]), '127.0.0.1')`;

const nginx = (port: number) => `daemon off;
pid nginx.pid;
error_log errors.log;
events { worker_connections 64; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path temp/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    location = /healthz { return 200; }
    location = /moved { return 301 /healthz; }
    location = /down { return 503; }
    location / { return 404; }
  }
}
`;

const isRoot = process.getuid?.() === 0;
const packages = [
  ...(['redis-server', 'memcached', 'uwsgi', 'uwsgi-plugin-python3'] as const),
  ...(['php-cgi', 'fcgiwrap', 'gunicorn', 'nginx'] as const),
];

needs(...packages).describe('probes of real servers', () => {
  const { test } = needs(...packages);
  let servers: Servers;
  /** How each server is asked in its own protocol. */
  const own: Record<string, string> = {};
  const port = {} as Record<'redis' | 'memcached' | 'uwsgi' | 'http' | 'php' | 'gunicorn' | 'nginx' | 'node', number>;

  beforeAll(async () => {
    servers = new Servers();
    const { dir } = servers;
    for (const name of ['redis', 'memcached', 'uwsgi', 'http', 'php', 'gunicorn', 'nginx', 'node'] as const) {
      port[name] = await freeLowPort();
    }
    const tcp = (name: keyof typeof port) => `127.0.0.1:${port[name]}`;
    writeFileSync(join(dir, 'app.py'), wsgi);
    writeFileSync(join(dir, 'nginx.conf'), nginx(port.nginx));
    mkdirSync(join(dir, 'temp'));
    writeFileSync(join(dir, 'ping.php'), "<?php header('Content-Type: text/plain'); echo 'pong';");
    writeFileSync(join(dir, 'down.php'), "<?php header('Status: 503 Service Unavailable');");
    writeFileSync(join(dir, 'ping.sh'), '#!/bin/sh\necho Content-Type: text/plain\necho\necho pong\n', { mode: 0o755 });
    chmodSync(dir, 0o755);

    const redis = [
      'redis-server',
      '--bind',
      '127.0.0.1',
      '--port',
      `${port.redis}`,
      '--unixsocket',
      `${dir}/redis.sock`,
    ];
    servers.start('redis', [...redis, '--save', '', '--dir', dir]);
    const user = isRoot ? ['-u', 'nobody'] : [];
    servers.start('memcached', ['memcached', '-l', '127.0.0.1', '-p', `${port.memcached}`, '-U', '0', ...user]);
    const uwsgi = ['uwsgi', '--master', '--die-on-term', '--need-app', '--plugin'];
    const app = ['--wsgi-file', 'app.py'];
    const sockets = ['--socket', tcp('uwsgi'), '--socket', `${dir}/uwsgi.sock`, '--http-socket', tcp('http')];
    servers.start('uwsgi', [...uwsgi, 'python3,ping', ...app, ...sockets]);
    servers.start('pingless', [...uwsgi, 'python3', ...app, '--socket', `${dir}/pingless.sock`]);
    servers.start('php', ['php-cgi', '-b', tcp('php')]);
    servers.start('fcgiwrap', ['/usr/sbin/fcgiwrap', '-s', `unix:${dir}/fcgiwrap.sock`]);
    servers.start('gunicorn', [
      'gunicorn',
      '-w1',
      '-b',
      tcp('gunicorn'),
      '-b',
      `unix:${dir}/gunicorn.sock`,
      'app:application',
    ]);
    servers.start('nginx', ['/usr/sbin/nginx', '-e', 'stderr', '-p', dir, '-c', 'nginx.conf']);
    servers.start('node', [process.execPath, '-e', nodeServer, `${port.node}`]);
    Object.assign(own, {
      redis: `redis:${tcp('redis')}`,
      memcached: `memcached:${tcp('memcached')}`,
      uwsgi: `uwsgi:${tcp('uwsgi')}`,
      php: `fastcgi:${tcp('php')}`,
      fcgiwrap: `fastcgi:unix:${dir}/fcgiwrap.sock`,
      gunicorn: `http:${tcp('gunicorn')}:/`,
      nginx: `http:${tcp('nginx')}:/healthz`,
      node: `http:${tcp('node')}:/healthz`,
    });
    for (const [name, probe] of Object.entries(own)) await servers.untilGood(name, probe);
    await servers.untilGood('pingless', `tcp:unix:${dir}/pingless.sock`);
  });

  afterAll(async () => {
    try {
      await until('no probe has left a socket', () => leftovers().length === 0, { evidence: () => leftovers().join() });
    } finally {
      await servers?.[Symbol.asyncDispose]();
    }
  });

  test('each is good over TCP and over its unix socket', async () => {
    const { dir } = servers;
    expect(await ask(own['redis']!)).toEqual({ ok: true });
    expect(await ask(`redis:unix:${dir}/redis.sock`)).toEqual({ ok: true });
    expect(await ask(own['memcached']!)).toEqual({ ok: true, detail: expect.stringMatching(/^\d+\.\d+/) });
    expect(await ask(own['uwsgi']!)).toEqual({ ok: true });
    expect(await ask(`uwsgi:unix:${dir}/uwsgi.sock`)).toEqual({ ok: true });
    expect(await ask(`http:127.0.0.1:${port.http}:/`)).toEqual({ ok: true, detail: '200' });
    expect(await ask(own['gunicorn']!)).toEqual({ ok: true, detail: '200' });
    expect(await ask(`http:unix:${dir}/gunicorn.sock:/`)).toEqual({ ok: true, detail: '200' });
    for (const probe of Object.values(own)) {
      const [, where = ''] = /^[a-z]+:(unix:.*|.*?:\d+)/.exec(probe) ?? [];
      expect(await ask(`tcp:${where}`)).toEqual({ ok: true });
    }
  });

  test('an HTTP status is said as it is', async () => {
    const { nginx, node } = port;
    expect(await ask(`http:127.0.0.1:${nginx}:/moved`)).toEqual({ ok: true, detail: '301' });
    const down = { ok: false, why: 'answered 503 Service Temporarily Unavailable' };
    expect(await ask(`http:127.0.0.1:${nginx}:/down`)).toEqual(down);
    expect(await ask(`http:127.0.0.1:${nginx}:/x`)).toEqual({ ok: false, why: 'answered 404 Not Found' });
    expect(await ask(`http:127.0.0.1:${node}:/`)).toEqual({ ok: false, why: 'answered 503 Service Unavailable' });
    expect(await ask(`http:localhost:${nginx}:/healthz`)).toEqual({ ok: true, detail: '200' });
  });

  test('a FastCGI program is asked for a page of its own', async () => {
    const { dir } = servers;
    const php = (page: string) => ask(`fastcgi:127.0.0.1:${port.php}:${dir}/${page}`);
    expect(await php('ping.php?full=1')).toEqual({ ok: true, detail: '200' });
    expect(await php('down.php')).toEqual({ ok: false, why: 'answered 503 Service Unavailable' });
    expect(await php('none.php')).toEqual({ ok: false, why: 'answered 404 Not Found' });
    const shell = (page: string) => ask(`fastcgi:unix:${dir}/fcgiwrap.sock:${dir}/${page}`);
    expect(await shell('ping.sh')).toEqual({ ok: true, detail: '200' });
    expect(await shell('none.sh')).toMatchObject({ ok: false, why: expect.stringMatching(/^answered 40[34]/) });
  });

  test('a redis with a password is alive', async () => {
    const client = connect(port.redis, '127.0.0.1').resume();
    client.write('CONFIG SET requirepass secret\r\n');
    await until('redis has a password', async () => {
      const verdict = await ask(own['redis']!);
      return verdict.ok && verdict.detail === 'asks for a password';
    });
    client.destroy();
  });

  test('a uWSGI without its ping plugin says which', async () => {
    const why = 'closed the connection without an answer (Debian\'s uWSGI needs "plugin = ping")';
    expect(await ask(`uwsgi:unix:${servers.dir}/pingless.sock`)).toEqual({ ok: false, why });
  });

  test('one that is held up (SIGSTOP) does not answer within the time limit, and is good again when it goes on', async () => {
    const names = Object.keys(own);
    for (const name of names) servers.signal(name, 'SIGSTOP');
    try {
      const verdicts = await Promise.all(names.map((name) => ask(own[name]!, 1_000)));
      for (const verdict of verdicts) expect(verdict).toEqual({ ok: false, why: 'did not answer within 1 s' });
    } finally {
      for (const name of names) servers.signal(name, 'SIGCONT');
    }
    for (const name of names) await servers.untilGood(name, own[name]!);
  });

  test('asked in the protocol of another none is good', async () => {
    const kinds = ['http', 'redis', 'memcached', 'uwsgi', 'fastcgi'];
    const asked = Object.entries(own).flatMap(([name, probe]) => {
      const [, kind, where] = /^([a-z]+):(unix:.*|.*?:\d+)/.exec(probe) ?? [];
      return kinds.filter((other) => other !== kind).map((other) => [name, `${other}:${where}`] as const);
    });
    const verdicts = await Promise.all(asked.map(([, probe]) => ask(probe, 1_000)));
    for (const [index, verdict] of verdicts.entries()) {
      const what = `${asked[index]?.join(' asked by ')}: ${JSON.stringify(verdict)}`;
      expect(verdict.ok, what).toBe(false);
      expect(verdict.ok ? '' : verdict.why, what).toMatch(
        /^(answered garbage: "|answered the error "|did not (answer|finish its answer) within 1 s$|closed the connection|reset the connection)/,
      );
    }
  });

  test('nobody there, no such socket, no such host', async () => {
    const free = await freeLowPort();
    expect(await ask(`http:127.0.0.1:${free}:/`)).toEqual({ ok: false, why: 'refused the connection' });
    const missing = join(servers.dir, 'missing.sock');
    expect(await ask(`redis:unix:${missing}`)).toEqual({ ok: false, why: `has no socket at "${missing}"` });
    const file = join(servers.dir, 'app.py');
    expect(await ask(`redis:unix:${file}`)).toEqual({ ok: false, why: 'refused the connection' });
    const why = 'has a host name that cannot be looked up: "no-such-host.invalid"';
    expect(await ask('tcp:no-such-host.invalid:80')).toEqual({ ok: false, why });
  });
});
