/** The status page for browsers: what it does, what it refuses, and that it says what Supervisor's page says. */
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeCall } from '../../../src/rpc/xml.ts';
import { runCommand } from '../../support/command.ts';
import { type DaemonKind, debian, ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/skips.ts';
import { ask, messageOf, submit, tokenOf, type WebAnswer } from '../../support/web.ts';
import { infoOf, program, script, untilState } from './support.ts';

const inet = (port: number, ...settings: readonly string[]): string =>
  ['[inet_http_server]', `port=127.0.0.1:${port}`, ...settings, '', ''].join('\n');

const form = { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } } as const;

describe('a daemon with a port and no password', () => {
  let daemon: TestDaemon;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    daemon = await startDaemon({
      config:
        inet(port) +
        program('cat', 'cat', 'startsecs=0') +
        script(
          'slow',
          "trap 'while ! test -e go; do sleep 0.05; done; exit' TERM; echo on; while :; do sleep 0.05; done",
        ),
    });
    await untilState(daemon, 'cat', 'RUNNING');
    await untilState(daemon, 'slow', 'RUNNING');
  });
  afterAll(() => daemon.stop());

  const pid = async (): Promise<number> => (await infoOf(daemon, 'cat')).pid;

  test('a button stops and starts, and the page says so', async () => {
    const token = await tokenOf(port);
    const stopped = await submit(port, token, 'processname=cat&action=stop');
    expect([stopped.status, stopped.headers['location']]).toEqual([303, './?message=Process%20cat%20stopped']);
    expect((await infoOf(daemon, 'cat')).statename).toBe('STOPPED');
    const page = await ask(port, '/?message=Process%20cat%20stopped');
    expect(page.body).toContain('>Process cat stopped</div>');
    expect(page.body).toMatch(/<span class="statusnominal">stopped<\/span>/);
    expect(messageOf(await submit(port, token, 'processname=cat&action=start'))).toBe('Process cat started');
    expect((await infoOf(daemon, 'cat')).statename).toBe('RUNNING');
  });

  test('without the token, or by GET, nothing happens to a program', async () => {
    const before = await pid();
    const token = await tokenOf(port);
    const query = 'processname=cat&action=restart';
    const answers = [
      await ask(port, `/index.html?${query}`),
      await ask(port, `/?${query}&token=${token}`),
      await ask(port, '/', { ...form, body: query }),
      await ask(port, '/', { ...form, body: `${query}&token=${token.slice(1)}` }),
      await submit(port, 'x', query),
    ];
    expect(answers.map(({ status }) => status)).toEqual([405, 405, 403, 403, 403]);
    expect(await pid()).toBe(before);
    expect(messageOf(await ask(port, '/', { ...form, body: `${query}&token=${token}` }))).toBe('Process cat restarted');
    expect(await pid()).not.toBe(before);
  });

  test('the page of another site can link here, but neither act with the right token nor look', async () => {
    const before = await pid();
    const body = `token=${await tokenOf(port)}&action=restartall`;
    const own = `127.0.0.1:${port}`;
    for (const headers of [
      { Host: own, Origin: 'http://evil.example' },
      { Host: own, 'Sec-Fetch-Site': 'cross-site' },
      { Host: own, Referer: 'http://evil.example/' },
      { Host: `evil.example:${port}`, Origin: `http://evil.example:${port}` },
    ]) {
      expect([headers, (await ask(port, '/', { method: 'POST', body, headers })).status]).toEqual([headers, 403]);
    }
    const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    expect((await ask(port, '/', { headers: { Host: own, ...link } })).status).toBe(200);
    expect((await ask(port, '/?action=stopall', { headers: { Host: own, ...link } })).status).toBe(405);
    expect((await ask(port, '/', { method: 'POST', body, headers: { Host: own, ...link } })).status).toBe(403);
    for (const path of ['/', '/tail.html?processname=cat', '/logtail/cat', '/mainlogtail']) {
      const { status } = await ask(port, path, { headers: { Host: 'evil.example' } });
      expect([path, status]).toEqual([path, 403]);
    }
    expect(await pid()).toBe(before);
  });

  test('a name that was made to point here is refused to RPC too, ours and addresses are not', async () => {
    const rpc = async (Host: string): Promise<number> =>
      (await ask(port, '/RPC2', { method: 'POST', body: encodeCall('supervisor.getState', []), headers: { Host } }))
        .status;
    expect(await rpc(`evil.example:${port}`)).toBe(403);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, hostname(), '[::1]', '192.0.2.1']) {
      expect([host, await rpc(host)]).toEqual([host, 200]);
    }
    const refused = await ask(port, '/', { headers: { Host: 'evil.example' } });
    expect(refused.body).toContain('<p>This server has no username and password, so it answers only to localhost');
  });

  needs('python3').test("Python's ServerProxy may say localhost or the address", async () => {
    const code =
      'import sys\nfrom xmlrpc.client import ServerProxy\nfor u in sys.argv[1:]: print(ServerProxy(u).supervisor.getState())';
    const urls = ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${port}/RPC2`);
    const { stdout, stderr } = await runCommand(['/usr/bin/python3', '-c', code, ...urls]);
    expect([stdout.split('RUNNING').length - 1, stderr]).toEqual([2, '']);
  });

  test('a stop that takes its time keeps nobody else waiting, and is answered when it is done', async () => {
    const token = await tokenOf(port);
    let slow: WebAnswer | undefined;
    const answered = submit(port, token, 'processname=slow&action=stop').then((answer) => {
      slow = answer;
    });
    await untilState(daemon, 'slow', 'STOPPING');
    const page = await ask(port, '/');
    expect(page.body).toMatch(/<span class="statusnominal">stopping<\/span>/);
    expect(messageOf(await submit(port, token, 'processname=cat&action=restart'))).toBe('Process cat restarted');
    expect(messageOf(await submit(port, token, 'processname=slow&action=stop'))).toBe(
      'unexpected rpc fault [70] NOT_RUNNING: slow',
    );
    expect(slow).toBeUndefined();
    writeFileSync(join(daemon.dir, 'go'), '');
    await answered;
    expect(slow && messageOf(slow)).toBe('Process slow stopped');
  });

  test('a HEAD has the headers alone, long forms and other verbs are refused', async () => {
    const [head, page] = [await ask(port, '/ok.html', { method: 'HEAD' }), await ask(port, '/ok.html')];
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '2']);
    expect(page.body).toBe('OK');
    expect((await ask(port, '/', { ...form, body: 'x'.repeat(65_537) })).status).toBe(413);
    expect((await ask(port, '/', { method: 'PUT', body: '' })).status).toBe(400);
    expect((await ask(port, '/stylesheets/supervisor.css', { method: 'POST', body: '' })).status).toBe(400);
    expect((await ask(port, '/stylesheets/')).status).toBe(404);
    expect((await ask(port, '/../../etc/passwd')).status).toBe(404);
  });

  test('the unix socket serves the page to any name, and its token is the same', async () => {
    const token = await tokenOf(daemon.socket, { Host: 'any.example' });
    expect(token).toBe(await tokenOf(port));
    expect(messageOf(await submit(daemon.socket, token, 'action=clearlog&processname=cat'))).toBe(
      'Log for cat cleared',
    );
  });

  test('a page from before a reload cannot act any more', async () => {
    const token = await tokenOf(port);
    process.kill(daemon.pid, 'SIGHUP');
    await daemon.until('the daemon has a new token', async () => (await tokenOf(port)) !== token);
    const { status, body } = await submit(port, token, 'action=stopall');
    expect([status, body.includes('The page was older than this daemon')]).toEqual([403, true]);
  });
});

test('a port that is open to everyone may be reached by any name, but not from a browser', async () => {
  const port = await freePort();
  await using _ = await startDaemon({ config: inet(port, 'allow_unauthenticated=true') });
  const status = async (headers: Record<string, string>): Promise<number> => (await ask(port, '/', { headers })).status;
  expect(await status({ Host: 'alias.example' })).toBe(200);
  expect(await status({ Host: 'alias.example', 'Accept-Language': 'en' })).toBe(403);
  expect(await status({ Host: `127.0.0.1:${port}`, 'Accept-Language': 'en' })).toBe(200);
});

test('with a password the page asks for it on every path, under any name', async () => {
  const port = await freePort();
  await using daemon = await startDaemon({
    config: inet(port, 'username=ann', 'password=b') + script('talk', 'echo hello', 'startsecs=0', 'autorestart=false'),
  });
  for (const path of ['/', '/index.html?action=stopall', '/tail.html', '/ok.html', '/stylesheets/supervisor.css']) {
    expect([path, (await ask(port, path)).status]).toEqual([path, 401]);
  }
  await untilState(daemon, 'talk', 'EXITED');
  const headers = { Authorization: `Basic ${btoa('ann:b')}`, Host: 'sup.example' };
  const tail = await ask(port, '/tail.html?processname=talk', { headers });
  expect([tail.status, /<pre>([^<]*)<\/pre>/.exec(tail.body)?.[1]]).toEqual([200, '\nhello\n']);
});

test('events that were lost and a listener that broke the protocol are on the page', async () => {
  const pool = (name: string, text: string, ...settings: readonly string[]): string =>
    script(name, text, 'events=REMOTE_COMMUNICATION', 'startsecs=0', ...settings).replace('[program', '[eventlistener');
  await using daemon = await startDaemon({
    config:
      pool('late', 'cat', 'buffer_size=2', 'autostart=false') +
      pool('bad', 'echo nonsense; exec cat', 'process_name=%(program_name)s_0') +
      pool('good', 'echo READY; exec sleep 1000'),
  });
  for (let count = 0; count < 5; count += 1) await daemon.rpc('supervisor.sendRemoteCommEvent', 'n', 'x');
  const told = async (): Promise<string> => (await ask(daemon.socket, '/')).body.replaceAll(/<\/?bdi>/g, '');
  await daemon.until('the page tells of the bad one', async () =>
    (await told()).includes(
      'Event listeners of pool bad: bad:bad_0 broke the protocol and gets no events until it is restarted<',
    ),
  );
  expect(await told()).toContain('Event listeners of pool late: 3 events lost because too many waited<');
  expect(await told()).not.toContain('pool good');
  await daemon.rpc('supervisor.stopProcess', 'bad:bad_0');
  expect(await told()).not.toContain('pool bad');
});

describe("what Supervisor's page says", () => {
  const config = (port: number): string =>
    inet(port) +
    program('cat', 'cat', 'startsecs=0') +
    program('off', 'cat', 'autostart=false', 'startsecs=0') +
    program('none', '/nonexistent/x', 'autostart=false') +
    program('plain', '%(here)s/plain', 'autostart=false') +
    program('false', 'false', 'autostart=false', 'startretries=0') +
    program('many', 'cat', 'startsecs=0', 'numprocs=2', 'process_name=%(program_name)s_%(process_num)d') +
    script('talk', `printf 'a\\033b<&>\\"'`.replace('\\"', "'\\''"), 'startsecs=0', 'autorestart=false');

  const actions = [
    ...['start off', 'start off', 'stop off', 'stop off', 'clearlog off', 'start none', 'start plain', 'start false'],
    ...['restart cat', 'restart many:many_1', 'start many:*', 'stop nobody', 'start many:nobody', 'stop x y&<z>'],
    ...['refresh', 'stopall', 'restartall'],
  ];
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
  const decoded = (text: string): string => text.replace(/&(.*?);/g, (_, name: string) => entities[name] ?? '');

  const tails = ['talk', 'nobody', 'none', ''];

  /** Everything a daemon's page says to all of these, times masked. */
  async function said(kind: DaemonKind): Promise<unknown> {
    const port = await freePort();
    await using daemon = await startDaemon({ kind, config: config(port) });
    writeFileSync(join(daemon.dir, 'plain'), '');
    await untilState(daemon, 'talk', 'EXITED');
    await untilState(daemon, 'cat', 'RUNNING');
    const act = async (action: string): Promise<string> => {
      const [verb = '', ...name] = action.split(' ');
      const query = `action=${verb}&processname=${encodeURIComponent(name.join(' '))}`;
      const isOurs = kind === ours;
      const answer = isOurs
        ? await submit(port, await tokenOf(port), query)
        : await ask(port, `/index.html?${query}`, { headers: { Host: 'localhost' } });
      expect(answer.status).toBe(isOurs ? 303 : 301);
      return `${action}: ${messageOf(answer).replace(/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/, '<ctime>')}`;
    };
    const logs: unknown[] = [];
    for (const name of tails) {
      const { body } = await ask(port, `/tail.html?processname=${name}`);
      logs.push([
        /<title[^>]*>([^<]*)</.exec(body)?.[1],
        decoded(/<pre[^>]*>\n?([^<]*)</.exec(body)?.[1] ?? '').replace('\x1b', '\u241b'),
      ]);
    }
    const messages: string[] = [];
    for (const action of actions) messages.push(await act(action));
    await untilState(daemon, 'cat', 'RUNNING');
    await untilState(daemon, 'talk', 'EXITED');
    const { body } = await ask(port, `/?message=${encodeURIComponent('<b>&"')}`);
    const rows = body.split('<tr').slice(2);
    const table = rows.map((row) => [
      /class="(status(?:running|error|nominal))"[^>]*>(\w+)</.exec(row)?.slice(1),
      /href="(tail.html[^"]*)"[^>]*>(?:<bdi>)?([^<]*)</.exec(row)?.slice(1),
      [...row.matchAll(/>(Start|Stop|Restart|Clear Log|Tail -f \w+)</g)].map((match) => match[1]),
    ]);
    const message = decoded(/class="status_msg"[^>]*>([^<]*)</.exec(body)?.[1] ?? '');
    return { messages, logs, table, message, ok: (await ask(port, '/ok.html')).body };
  }

  needs('supervisor').test('ours says too, to every action, of every log, in every row', async () => {
    const [own, theirs] = await Promise.all([said(ours), said(debian)]);
    expect(own).toEqual(theirs);
    expect(own).toMatchObject({ message: '<b>&"', ok: 'OK' });
  });
});
