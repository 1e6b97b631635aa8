/** What dashboards ask of the built daemon: why something ended, what it costs, what has happened. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExitInfo, WhyInfo } from '../../../src/rpc/insight.ts';
import type { ProcessDetail } from '../../../src/rpc/own-methods.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { moodyProgram, setMood, writeMoodyServer } from '../../support/moody-server.ts';
import { ask } from '../../support/web.ts';
import { program, script, untilState } from './support.ts';

let daemon: TestDaemon;
let inetPort = 0;
let heldPort = 0;
const stranger = createServer();

/** Two cores are shared with other suites: it uses some CPU time, then rests, and so does its child. */
const busy = `import os, time
end = time.process_time() + 0.2
while time.process_time() < end: pass
if os.fork() == 0:
    end = time.process_time() + 0.2
    while time.process_time() < end: pass
    time.sleep(3600)
print('both are busy', flush=True)
time.sleep(3600)
`;

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  writeMoodyServer(dir);
  writeFileSync(join(dir, 'busy.py'), busy);
  writeFileSync(join(dir, 'loud.py'), 'import sys\nsys.exit("x" * 700)\n');
  writeFileSync(join(dir, 'secrets.env'), 'FROM_FILE=yes\nDB_PASSWORD=hunter2\n');
  for (const [name, mood] of [
    ['never', '503'],
    ['wavering', '200'],
    ['hanging', '200'],
  ] as const)
    setMood(dir, name, mood);
  await new Promise<void>((settle) => void stranger.listen(0, '127.0.0.1', settle));
  heldPort = (stranger.address() as { port: number }).port;
  inetPort = await freePort();
  const idle = ['autostart=false', 'autorestart=false', 'startsecs=0'];
  const moody = async (name: string, keys: string) =>
    `${moodyProgram(name, await freePort())}autostart=false\nautorestart=false\nready=http:/healthz\n${keys}\n\n`;
  daemon = await startDaemon({
    dir,
    config: [
      `[inet_http_server]\nport=127.0.0.1:${inetPort}\n\n`,
      script('failing', 'echo working; echo a bad thing >&2; exit 3', ...idle),
      script('killed', 'kill -SEGV $$', ...idle),
      program('missing', '/no/such/program', 'startretries=0'),
      program('broken', 'sleep 3600', ...idle, 'directory=/no/such/folder'),
      program('blocked', 'sleep 3600', ...idle, `port=${heldPort}`, 'startretries=0'),
      script('again', 'echo run; exit 7', ...idle),
      script('silent', 'seq 1 60; exit 1', ...idle, 'stdout_logfile=NONE'),
      program('loud', 'python3 %(here)s/loud.py', ...idle),
      program('busy', 'python3 %(here)s/busy.py', ...idle),
      program('wanted', 'sleep 3600', ...idle),
      program('tagged', 'sleep 3600', ...idle, 'tags=web, paris', 'port=auto', 'port_metrics=auto'),
      program('needing', 'sleep 3600', ...idle, 'depends_on=wanted:started'),
      program(
        'secretive',
        'sleep 3600',
        ...idle,
        'env_file=secrets.env',
        'directory=%(here)s',
        'environment=API_KEY="abc",MODE="fast",DATABASE="postgres://me:pw@db/x"',
      ),
      await moody('never', 'ready_timeout=1s\nstartretries=0\n'),
      await moody('wavering', 'ready_interval=50ms\nready_failures=1\n'),
      await moody('hanging', 'live=http:/healthz\nlive_interval=50ms\nlive_failures=1\n'),
    ].join(''),
  });
}, 60_000);

afterAll(async () => {
  await daemon?.stop();
  await new Promise((settle) => stranger.close(settle));
});

/** By JSON-RPC, to the unix socket or a port. */
async function call<Answer>(
  method: string,
  params: unknown = [],
  to: number | string = daemon.socket,
): Promise<Answer> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: `tssupervisor.${method}`, params });
  const answer = await ask(to, '/rpc', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  const { result, error } = JSON.parse(answer.body) as { result?: Answer; error?: { message: string } };
  if (result === undefined) throw new Error(error?.message);
  return result;
}

const start = (name: string) => daemon.rpc('supervisor.startProcess', name, false);
const stop = (name: string) => daemon.rpc('supervisor.stopProcess', name);
const why = (name: string) => call<WhyInfo>('getWhy', [name]);

/** The newest end, once there are so many. */
async function lastExit(name: string, count = 1): Promise<ExitInfo> {
  return daemon.until(`${name} has ended ${count} times`, async () => {
    const { exits } = await why(name);
    return exits.length >= count ? exits[0] : undefined;
  });
}

describe('why', () => {
  test('an exit code that is not expected comes with the last lines of both streams', async () => {
    await start('failing');
    const exit = await lastExit('failing');
    expect(exit).toMatchObject({ cause: 'exit', text: 'exit status 3; not expected', status: 3, expected: false });
    expect(exit).toMatchObject({ stdout: ['working'], stderr: ['a bad thing'] });
    expect(exit.pid).toBeGreaterThan(0);
    expect(Math.abs(exit.at - Date.now() / 1000)).toBeLessThan(60);
    const { statename, since } = await why('failing');
    expect(statename).toBe('EXITED');
    expect(Math.abs(since - exit.at)).toBeLessThanOrEqual(1);
  });

  test('a signal is named', async () => {
    await start('killed');
    const exit = await lastExit('killed');
    expect(exit).toMatchObject({ cause: 'signal', signal: 'SIGSEGV', status: -1, expected: false });
    expect(exit.text).toMatch(/^terminated by SIGSEGV/);
  });

  test('what cannot be started says why, as the log does', async () => {
    await expect(start('broken')).rejects.toThrow('SPAWN_ERROR');
    const missing = await lastExit('missing');
    expect(missing).toMatchObject({
      cause: 'spawn',
      text: "can't find command '/no/such/program'",
      pid: 0,
      status: -1,
    });
    expect(daemon.log()).toContain(`spawnerr: ${missing.text}`);
    const broken = await lastExit('broken');
    expect(broken).toMatchObject({ cause: 'spawn', text: "couldn't chdir to /no/such/folder: ENOENT", status: 127 });
    expect(broken.stderr).toContain('supervisor: child process was not spawned');
  });

  test('a port in the hands of a stranger is named with its holder', async () => {
    await expect(start('blocked')).rejects.toThrow('SPAWN_ERROR');
    const exit = await lastExit('blocked');
    expect(exit).toMatchObject({ cause: 'port', pid: 0, status: -1, expected: false });
    expect(exit.text).toMatch(new RegExp(`^port ${heldPort} is held by pid ${process.pid} "`));
    expect(daemon.log()).toContain(exit.text);
  });

  test('one that does not get ready in time has what its probe said', async () => {
    await start('never');
    const exit = await lastExit('never');
    expect(exit).toMatchObject({ cause: 'probe', expected: false });
    expect(exit.text).toMatch(
      /^Not ready within 1 second: http:[\d.:]+\/healthz answered 503 .* \(terminated by SIGTERM\)$/,
    );
  });

  test('one that is not alive any more has what its probe said, and one that is stopped has not', async () => {
    await start('hanging');
    await untilState(daemon, 'hanging', 'RUNNING');
    setMood(daemon.dir, 'hanging', '503');
    const hung = await lastExit('hanging');
    expect(hung).toMatchObject({ cause: 'probe', expected: false });
    expect(hung.text).toMatch(/^restarted: it is not alive: http:[\d.:]+\/healthz answered 503 /);
    setMood(daemon.dir, 'hanging', '200');
    await untilState(daemon, 'hanging', 'RUNNING');
    const { length } = (await why('hanging')).exits;
    await stop('hanging');
    const stopped = await lastExit('hanging', length + 1);
    expect(stopped).toMatchObject({ cause: 'stopped', text: 'stopped (terminated by SIGTERM)', expected: true });
    expect(stopped).toMatchObject({ stdout: [], stderr: [] });
  });

  test('ten ends are remembered, each with the lines of its own run', async () => {
    for (let run = 1; run <= 12; run += 1) {
      await start('again');
      await untilState(daemon, 'again', 'EXITED');
    }
    const { exits } = await why('again');
    expect(exits.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 10 }, () => ['run']));
    expect(exits.map(({ pid }) => pid)).toEqual([...exits].map(({ pid }) => pid).sort((a, b) => b - a));
  });

  test('what is logged nowhere has last lines all the same, 50 at most', async () => {
    await start('silent');
    const { stdout } = await lastExit('silent');
    expect(stdout).toEqual(Array.from({ length: 50 }, (_, index) => String(index + 11)));
  });

  test('a line has at most 500 characters', async () => {
    await start('loud');
    expect((await lastExit('loud')).stderr).toEqual(['x'.repeat(500)]);
  });
});

describe('what is', () => {
  test('tags: words by which programs can be chosen, told with ports and restarts', async () => {
    await start('tagged');
    await untilState(daemon, 'tagged', 'RUNNING');
    const once = await detail('tagged');
    expect(once).toMatchObject({ tags: ['web', 'paris'], restarts: 0, stop: 0 });
    expect(once.ports).toHaveLength(2);
    expect(Math.abs(once.start - Date.now() / 1000)).toBeLessThan(60);
    expect(once.description).toMatch(/^pid \d+, uptime 0:00:/);
    await stop('tagged');
    await start('tagged');
    await untilState(daemon, 'tagged', 'RUNNING');
    const twice = await detail('tagged');
    expect(twice.restarts).toBe(1);
    expect(twice.stop).toBeGreaterThanOrEqual(once.start);
    expect(await detail('wanted')).toMatchObject({ tags: [], ports: [], start: 0, stop: 0 });
  });
});

async function detail(name: string): Promise<ProcessDetail> {
  const found = (await call<ProcessDetail[]>('getProcesses')).find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no process ${name}`);
  return found;
}
