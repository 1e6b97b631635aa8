/** What dashboards ask of the built daemon: why something ended, what it costs, what has happened. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { hostname, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  EnvironmentVariable,
  ExitInfo,
  Graph,
  HostInfo,
  LastLines,
  Samples,
  Timeline,
  WhyInfo,
} from '../../../src/rpc/insight.ts';
import type { ProcessDetail } from '../../../src/rpc/own-methods.ts';
import { encodeCall } from '../../../src/rpc/xml.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { moodyProgram, setMood, writeMoodyServer } from '../../support/moody-server.ts';
import { descendants } from '../../support/processes.ts';
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
      // The capture keeps its stdout from being spliced into the log; stderr is.
      script('failing', 'echo working; echo a bad thing >&2; exit 3', ...idle, 'stdout_capture_maxbytes=1KB'),
      script('killed', 'kill -SEGV $$', ...idle),
      program('missing', '/no/such/program', 'startretries=0'),
      program('broken', 'sleep 3600', ...idle, 'directory=/no/such/folder'),
      program('blocked', 'sleep 3600', ...idle, `port=${heldPort}`, 'startretries=0'),
      script('again', 'echo run; exit 7', ...idle),
      script('silent', 'seq 1 60; exit 1', ...idle, 'stdout_logfile=NONE'),
      program('loud', 'python3 %(here)s/loud.py', ...idle),
      program('busy', 'python3 %(here)s/busy.py', ...idle, 'stopasgroup=true'),
      program('wanted', 'sleep 3600', ...idle),
      program('tagged', 'sleep 3600', ...idle, 'tags=web, paris', 'port=auto', 'port_metrics=auto'),
      program('later', 'sleep 3600', 'startsecs=0', 'depends_on=slow:ready, slower:started, wanted:started'),
      program('slow', 'sleep 3600', 'autostart=false', 'startsecs=3600'),
      program('slower', 'sleep 3600', 'autostart=false', 'depends_on=slow:ready'),
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
    expect(exit.text).toMatch(/^Not ready within 1 second: http:[\d.:]+\/healthz .+ \(terminated by SIGTERM\)$/);
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

  test('an update takes over other tags as the program runs, and forgets no ends of what it changes', async () => {
    const { pid } = await detail('tagged');
    const { exits } = await why('again');
    const config = readFileSync(daemon.file, 'utf8');
    daemon.writeConfig(config.replace('tags=web, paris', 'tags=rome').replace('exit 7', 'exit 8'));
    await call('update');
    const tagged = await daemon.until('it has the other tag', async () => {
      const now = await detail('tagged');
      return now.tags[0] === 'rome' && now;
    });
    expect(tagged).toMatchObject({ pid, tags: ['rome'], restarts: 1 });
    await start('again');
    await daemon.until('it has ended as the new file says', async () => (await why('again')).exits[0]?.status === 8);
    expect((await why('again')).exits.slice(1)).toEqual(exits.slice(0, 9));
  });

  test('a roll is a stop that says so', async () => {
    const job = await call<string>('roll', ['tagged', '1', true]);
    const exit = await lastExit('tagged', 2);
    expect(exit).toMatchObject({ cause: 'stopped', text: `stopped: it is rolled (${job}) (terminated by SIGTERM)` });
  });

  test('samples are those of a process and all below it, as /proc has them', async () => {
    await start('busy');
    const { pid } = await untilState(daemon, 'busy', 'RUNNING');
    await daemon.until('both have been busy', () => usedMs([pid, ...children(pid)]) >= 400);
    const before = usedMs([pid, ...children(pid)]);
    const { at, cpus, processes } = await call<Samples>('getSamples', [['busy', 'wanted', 'gone:gone']]);
    expect(Object.keys(processes)).toEqual(['busy:busy']);
    expect(Math.abs(at - Date.now())).toBeLessThan(60_000);
    expect(cpus).toBeGreaterThan(0);
    const [cpuMs = 0, rss = 0] = processes['busy:busy'] ?? [];
    expect(cpuMs).toBeGreaterThanOrEqual(before);
    expect(cpuMs).toBeLessThanOrEqual(usedMs([pid, ...children(pid)]));
    expect(rss / residentBytes([pid, ...children(pid)])).toBeCloseTo(1, 1);
    expect(Object.keys((await call<Samples>('getSamples')).processes)).toContain('busy:busy');
    process.kill(children(pid)[0] ?? 0);
    await daemon.until('its child has ended', () => children(pid).length === 0);
    const [later = 0] = (await call<Samples>('getSamples', [['busy']])).processes['busy:busy'] ?? [];
    expect(later).toBeGreaterThanOrEqual(cpuMs);
  });

  test('the last line of each is told', async () => {
    const lines = await daemon.until('it has said something', async () => {
      const known = await call<LastLines>('getLastLines');
      return known['busy:busy'] !== undefined && known;
    });
    expect(lines).toMatchObject({ 'busy:busy': 'both are busy', 'silent:silent': '60', 'loud:loud': 'x'.repeat(200) });
    expect(lines).not.toHaveProperty('wanted:wanted');
    expect(await call<LastLines>('getLastLines', [['silent:*']])).toEqual({ 'silent:silent': '60' });
  });

  test('the timeline goes on from a cursor, and says what it has forgotten', async () => {
    const all = await call<Timeline>('getTimeline', { limit: 1000 });
    expect(all).toMatchObject({ missed: 0, cursor: all.items.length });
    expect(all.items.map(({ name }) => name)).toContain('SUPERVISOR_STATE_CHANGE_RUNNING');
    await start('wanted');
    await untilState(daemon, 'wanted', 'RUNNING');
    const { items } = await call<Timeline>('getTimeline', [all.cursor]);
    expect(items.map(({ name, data }) => [name, data['name'], data['from']])).toEqual([
      ['PROCESS_STATE_STARTING', 'wanted', 'STOPPED'],
      ['PROCESS_STATE_RUNNING', 'wanted', 'STARTING'],
    ]);
    expect(Math.abs((items[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
    const calls = Array.from({ length: 1000 }, (_, count) => ({
      methodName: 'supervisor.sendRemoteCommEvent',
      params: ['x', String(count)],
    }));
    await daemon.rpc('system.multicall', calls);
    const { missed, items: left } = await call<Timeline>('getTimeline', [all.cursor, 5]);
    expect(left.map(({ data }) => data['data'])).toEqual(['0', '1', '2', '3', '4']);
    expect(missed).toBe(2);
  });

  test('the graph says who depends on whom, and whether that holds', async () => {
    const edge = { from: 'needing:needing', to: 'wanted:wanted', condition: 'started' };
    const { nodes, edges } = await call<Graph>('getGraph');
    const needs = ({ from }: Graph['edges'][number]) => from === 'needing:needing';
    expect(nodes).toContainEqual({ group: 'wanted', name: 'wanted', statename: 'RUNNING' });
    expect(edges.filter(needs)).toEqual([{ ...edge, ismet: true }]);
    await stop('wanted');
    expect((await call<Graph>('getGraph')).edges.filter(needs)).toEqual([{ ...edge, ismet: false }]);
  });

  test('what a process waits for is told', async () => {
    await start('later');
    expect(await why('later')).toMatchObject({
      statename: 'STOPPED',
      why: 'Waiting for slow:ready, slower:started',
      waitsfor: ['slow:ready', 'slower:started'],
    });
  });

  test('an environment is what the program gets, without its secrets', async () => {
    await start('secretive');
    const { pid } = await untilState(daemon, 'secretive', 'RUNNING');
    const variables = await call<EnvironmentVariable[]>('getEnvironment', ['secretive']);
    const known = new Map(variables.map(({ name, value, masked }) => [name, { value, masked }]));
    expect(known.get('MODE')).toEqual({ value: 'fast', masked: false });
    expect(known.get('FROM_FILE')).toEqual({ value: 'yes', masked: false });
    expect(known.get('SUPERVISOR_GROUP_NAME')).toEqual({ value: 'secretive', masked: false });
    expect(known.get('API_KEY')).toEqual({ value: '***', masked: true });
    expect(known.get('DB_PASSWORD')).toEqual({ value: '***', masked: true });
    expect(known.get('DATABASE')).toEqual({ value: 'postgres://me:***@db/x', masked: true });
    const told = await call<EnvironmentVariable[]>('getEnvironment', ['secretive', true]);
    const real = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean).sort();
    expect(told.map(({ name, value }) => `${name}=${value}`).sort()).toEqual(real);
  });

  test('secrets are told over the unix socket only', async () => {
    const refused = { message: 'FAILED: secrets are told over the unix socket only' };
    await expect(call('getEnvironment', ['secretive', true], inetPort)).rejects.toMatchObject(refused);
    const body = encodeCall('tssupervisor.getEnvironment', ['secretive', true]);
    const { body: xml } = await ask(inetPort, '/RPC2', {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml' },
      body,
    });
    expect(xml).toContain(refused.message);
    const masked = await call<EnvironmentVariable[]>('getEnvironment', ['secretive'], inetPort);
    expect(masked.find(({ name }) => name === 'API_KEY')).toMatchObject({ value: '***' });
  });

  test('the machine and the daemon, with numbers that XML-RPC has no integers for', async () => {
    const host = await call<HostInfo>('getHost');
    const text = (
      await ask(daemon.socket, '/RPC2', {
        method: 'POST',
        headers: { 'Content-Type': 'text/xml' },
        body: encodeCall('tssupervisor.getHost', []),
      })
    ).body;
    expect(host).toMatchObject({ pid: daemon.pid, identifier: 'supervisor', hostname: hostname() });
    expect(host.memtotal).toBe(totalmem());
    expect(text).toContain(`<double>${totalmem()}`);
    expect(host.rss / residentBytes([daemon.pid])).toBeCloseTo(1, 0);
    expect(host.openfiles).toBeGreaterThan(5);
    expect(host.maxfiles).toBeGreaterThanOrEqual(host.openfiles);
    expect(host.memavailable).toBeGreaterThan(0);
    expect(Math.abs(host.started - Date.now() / 1000)).toBeLessThan(120);
    expect(host.disks).toEqual([expect.objectContaining({ path: daemon.dir })]);
    expect(host.disks[0]?.logs).toBeGreaterThanOrEqual(statSync(join(daemon.dir, 'supervisord.log')).size);
  });

  test('/events tells when a program with ready serves, and why not', async () => {
    await using stream = follow('/events?name=PROCESS_SERVING');
    await daemon.until('the stream begins', () => stream.text().includes('event: hello'));
    await start('wavering');
    await untilState(daemon, 'wavering', 'RUNNING');
    setMood(daemon.dir, 'wavering', '503');
    await daemon.until('it is unready', async () => !(await detail('wavering')).serving);
    setMood(daemon.dir, 'wavering', '200');
    await daemon.until('it is ready again', async () => (await detail('wavering')).serving);
    await stop('wavering');
    const told = await daemon.until('all is told', () => {
      const lines = stream.text().match(/^data: .*"serving".*$/gm) ?? [];
      return lines.length === 4 && lines.map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
    });
    expect(told.map(({ groupname, processname, serving }) => [groupname, processname, serving])).toEqual(
      [true, false, true, false].map((serving) => ['wavering', 'wavering', serving]),
    );
    expect(told.map(({ why: reason }) => reason)).toEqual([
      '',
      expect.stringMatching(/^http:[\d.:]+\/healthz answered 503 /),
      '',
      'it is STOPPING',
    ]);
    expect(stream.text()).not.toContain('tagged');
  });
});

/** A stream of the daemon, as it has come so far. */
function follow(path: string): AsyncDisposable & { text(): string } {
  let text = '';
  const request = get({ socketPath: daemon.socket, path, agent: false }, (answer) => {
    answer.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    answer.on('error', () => undefined);
  });
  request.on('error', () => undefined);
  return {
    text: () => text,
    [Symbol.asyncDispose]: async () => void request.destroy(),
  };
}

const children = (pid: number): number[] => descendants(pid).map((one) => one.pid);

/** CPU time, children that have ended included, in milliseconds. */
function usedMs(pids: readonly number[]): number {
  return pids.flatMap(statOf).reduce((sum, { ticks }) => sum + ticks * 10, 0);
}

function residentBytes(pids: readonly number[]): number {
  return pids.flatMap(statOf).reduce((sum, { pages }) => sum + pages * 4096, 0);
}

function statOf(pid: number): { ticks: number; pages: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ').map(Number) ?? [];
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11);
  return { ticks: utime + stime + cutime + cstime, pages: fields[21] ?? 0 };
}

async function detail(name: string): Promise<ProcessDetail> {
  const found = (await call<ProcessDetail[]>('getProcesses')).find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no process ${name}`);
  return found;
}
