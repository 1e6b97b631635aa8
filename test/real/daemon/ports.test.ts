/** Programs with ports of their own: what they are told, who is in their way, and what they leave behind. */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { descendants, seeProcess } from '../../support/processes.ts';
import { needs } from '../../support/skips.ts';
import { infoOf, program, script, textOf, untilState } from './support.ts';

const app = `def app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'hello']
`;

function get(port: number): Promise<string> {
  return new Promise((settle, reject) => {
    const call = request({ host: '127.0.0.1', port, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (piece: Buffer) => {
        text += piece.toString();
      });
      answer.on('end', () => settle(text));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end();
  });
}

test('each process is told its ports, in its command and its environment', async () => {
  await using daemon = await startDaemon({
    config: program(
      'web',
      'sh -c "echo %(bind)s %(port)d %(port_metrics)d $PORT $PORT_METRICS > out-%(process_num)d; exec sleep 600"',
      'process_name=%(program_name)s_%(process_num)d',
      'numprocs=2',
      'directory=%(here)s',
      'port=auto',
      'port_metrics=21000',
      'port_step=2',
    ),
  });
  const said = await daemon.until('both have said it', () => {
    const lines = [0, 1].map((number) => textOf(join(daemon.dir, `out-${number}`)).trim());
    return lines.every((line) => line !== '') && lines;
  });
  expect(said).toEqual(['127.0.0.1 20000 21000 20000 21000', '127.0.0.1 20001 21002 20001 21002']);
  expect(await daemon.rpc('supervisor.reloadConfig')).toEqual([[[], [], []]]);
});

test('PORT of the environment setting wins', async () => {
  await using daemon = await startDaemon({
    config: script(
      'web',
      'echo $PORT > out; exec sleep 600',
      'directory=%(here)s',
      'port=20100',
      'environment=PORT="7"',
    ),
  });
  await daemon.until('it has said it', () => textOf(join(daemon.dir, 'out')) === '7\n');
});

test('a stranger on the port is named, left alone, and waited out', async () => {
  const port = await freePort();
  const stranger = spawn(process.execPath, ['-e', `require('net').createServer().listen(${port}, '127.0.0.1')`]);
  try {
    await using daemon = await startDaemon({
      config: program('web', 'sleep 600', `port=${port}`, 'startretries=100', 'autostart=false'),
    });
    await daemon.until('the stranger listens', () => isTaken(port));
    await daemon.rpc('supervisor.startProcess', 'web', false).catch(() => undefined);
    await untilState(daemon, 'web', 'BACKOFF');
    const { spawnerr } = await infoOf(daemon, 'web');
    expect(spawnerr).toContain(`port ${port} is held by pid ${stranger.pid} "${process.execPath} -e`);
    expect(seeProcess(stranger.pid ?? 0)).toBeDefined();
    const { code, stdout } = await daemon.ctl('ports');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^${port} +127.0.0.1 +web +BACKOFF +pid ${stranger.pid}, .* \\(not of this daemon\\)$`, 'm'),
    );
    stranger.kill();
    await untilState(daemon, 'web', 'RUNNING');
  } finally {
    stranger.kill();
  }
});

needs('gunicorn').test('a gunicorn whose master is killed is back as soon as its workers are gone', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-ports-'));
  writeFileSync(join(dir, 'app.py'), app);
  const port = await freePort();
  await using daemon = await startDaemon({
    dir,
    config: program(
      'web',
      `gunicorn --chdir ${dir} --bind %(bind)s:%(port)d --workers 2 app:app`,
      `port=${port}`,
      'autorestart=true',
    ),
  });
  await untilState(daemon, 'web', 'RUNNING');
  await daemon.until('it answers', async () => (await get(port)) === 'hello');
  const { pid } = await infoOf(daemon, 'web');
  const workers = descendants(pid).map((one) => one.pid);
  expect(workers.length).toBeGreaterThan(0);
  process.kill(pid, 'SIGKILL');
  await daemon.until('a new one runs', async () => {
    const info = await infoOf(daemon, 'web');
    return info.statename === 'RUNNING' && info.pid !== pid;
  });
  await daemon.until('it answers again', async () => (await get(port)) === 'hello');
  expect(workers.filter((worker) => seeProcess(worker) !== undefined)).toEqual([]);
  expect(daemon.log().match(/spawned: 'web'/g)).toHaveLength(2);
  expect(daemon.log()).toContain(`web has left processes of group ${pid} behind`);
});

/** A leader that obeys SIGTERM, and a child of it that listens and does not. */
const family = `
const net = require('node:net');
const { spawn } = require('node:child_process');
if (process.argv[2] === 'child') {
  process.on('SIGTERM', () => undefined);
  net.createServer().listen(Number(process.env.PORT), '127.0.0.1');
} else {
  spawn(process.execPath, [__filename, 'child'], { stdio: 'inherit' });
  process.on('SIGTERM', () => process.exit(0));
}
`;

test('STOPPED says that the whole group is gone and the port is free', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-ports-'));
  writeFileSync(join(dir, 'family.cjs'), family);
  const port = await freePort();
  await using daemon = await startDaemon({
    dir,
    config: program('web', `${process.execPath} ${dir}/family.cjs`, `port=${port}`, 'stopwaitsecs=1'),
  });
  await daemon.until('the child listens', () => isTaken(port));
  const { pid } = await infoOf(daemon, 'web');
  await daemon.rpc('supervisor.stopProcess', 'web');
  expect((await infoOf(daemon, 'web')).statename).toBe('STOPPED');
  expect(daemon.descendants()).toEqual([]);
  expect(await isTaken(port)).toBe(false);
  expect(daemon.log()).toContain(`killing what 'web' left behind (group ${pid}) with SIGKILL`);
});

function isTaken(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((settle) => {
    server.on('error', () => settle(true));
    server.listen(port, '127.0.0.1', () => server.close(() => settle(false)));
  });
}
