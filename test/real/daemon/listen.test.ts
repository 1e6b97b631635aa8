/** Sockets that the daemon holds for programs: what clients see of stops and crashes, and what programs get. */
import { existsSync, lstatSync, mkdtempSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CountingClients } from '../../support/counting-client.ts';
import { type DaemonOptions, startDaemon } from '../../support/daemon.ts';
import { gunicornFolder, restartedUnderLoad } from '../../support/held-gunicorn.ts';
import { freeLowPort, freePortHundred } from '../../support/ports.ts';
import { seeProcess } from '../../support/processes.ts';
import { needs } from '../../support/skips.ts';
import { infoOf, program, script, textOf, untilState, withDaemon } from './support.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const host = '127.0.0.1';
const PATIENCE_MS = 10_000;
const pool = ['numprocs=2', 'process_name=%(program_name)s_%(process_num)d'];

type Where = { readonly host: string; readonly port: number } | { readonly path: string };

/** Connects; undefined when nobody listens. */
function connected(where: Where): Promise<Socket | undefined> {
  return new Promise((settle) => {
    const client = connect(where);
    client.once('connect', () => settle(client)).once('error', () => settle(undefined));
  });
}

async function isTaken(where: Where): Promise<boolean> {
  const client = await connected(where);
  client?.destroy();
  return client !== undefined;
}

/** Everything that comes, until the other side closes. */
function answerOn(client: Socket): Promise<string> {
  return new Promise((settle, reject) => {
    let text = '';
    client.on('data', (bytes: Buffer) => {
      text += bytes.toString();
    });
    client.on('end', () => settle(text)).on('error', reject);
    client.setTimeout(PATIENCE_MS, () => client.destroy(new Error('no answer')));
  });
}

async function get(where: Where): Promise<string> {
  const client = await connected(where);
  if (client === undefined) return 'refused';
  client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = await answerOn(client).catch(String);
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

/** What a process has open, by descriptor; one that it closes meanwhile is not there. */
function descriptors(pid: number): Record<string, string> {
  const folder = `/proc/${pid}/fd`;
  const open = readdirSync(folder).map((fd) => [fd, linkAt(join(folder, fd))] as const);
  return Object.fromEntries(open.filter(([, what]) => what !== ''));
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

const socketsOf = (pid: number) => Object.values(descriptors(pid)).filter((what) => what.startsWith('socket:'));

/** How many connections wait until the next one is refused. */
async function queueLength(path: string): Promise<number> {
  const clients: Socket[] = [];
  for (let client = await connected({ path }); client !== undefined; client = await connected({ path })) {
    clients.push(client);
  }
  for (const client of clients) client.destroy();
  return clients.length;
}

function occupied(port: number): Promise<Server> {
  return new Promise((settle, reject) => {
    const server = createServer();
    server.once('error', reject).listen(port, host, () => settle(server));
  });
}

describe('gunicorn', () => {
  needs('gunicorn').test(
    'gunicorn is stopped and started again and again: nobody is refused, nothing is lost',
    async () => {
      const counted = await restartedUnderLoad(10);
      expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
    },
  );

  needs('gunicorn').test('two share a socket, and one that is killed is back: nobody is refused', async () => {
    const dir = gunicornFolder();
    const port = await freeLowPort();
    await using daemon = await startDaemon({
      dir,
      config: program(
        'web',
        `gunicorn --chdir ${dir} --workers 1 app:app`,
        ...pool,
        `listen=tcp://${host}:${port}`,
        'autorestart=true',
        'startsecs=0',
      ),
    });
    const seen = new Set<string>();
    await daemon.until('both answer', async () => seen.add(await get({ host, port })).size === 2);
    expect([...seen].sort()).toEqual(['web_0', 'web_1']);
    await daemon.rpc('supervisor.stopProcess', 'web:web_1');
    await using clients = new CountingClients({ host, port }, 2);
    await daemon.until('one answers alone', () => clients.answered > 10);
    const { pid } = await infoOf(daemon, 'web:web_0');
    process.kill(pid, 'SIGKILL');
    await daemon.until('a new one runs', async () => {
      const info = await infoOf(daemon, 'web:web_0');
      return info.statename === 'RUNNING' && info.pid !== pid;
    });
    const before = clients.answered;
    await daemon.until('it answers', () => clients.answered > before + 10);
    expect(await clients.stop()).toMatchObject({ refused: 0, lost: 0, troubles: [] });
    expect(daemon.log()).toContain(`web_0 has left processes of group ${pid} behind`);
  });
});

/** An HTTP server on a descriptor that it is given; it answers with the name of its process. */
const serverText = `import { createServer } from 'node:http';
const name = process.env.SUPERVISOR_PROCESS_NAME;
createServer((_, answer) => answer.end(name)).listen({ fd: Number(process.argv[2]) });
`;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-listen-'));
  writeFileSync(join(dir, 'server.mjs'), serverText);
  return dir;
}

const node = (dir: string, fd: number) => `${process.execPath} ${dir}/server.mjs ${fd}`;

needs('uwsgi', 'uwsgi-plugin-python3').test('uwsgi serves what fd://3 is', async () => {
  const dir = gunicornFolder();
  const port = await freeLowPort();
  const options = '--http-socket fd://3 --module app:app --pythonpath %(here)s --need-app --die-on-term';
  await using daemon = await startDaemon({
    dir,
    config: program(
      'web',
      `uwsgi --plugin python3 --callable app ${options}`,
      `listen=tcp://${host}:${port}`,
      'startsecs=0',
    ),
  });
  await untilState(daemon, 'web', 'RUNNING');
  expect(await get({ host, port })).toBe('web');
});

describe('what programs get', () => {
  let dir = '';
  let base = 0;
  const port = (index: number) => base + index;
  const path = (name: string) => join(dir, `${name}.sock`);
  const uid = isRoot ? NOBODY : (process.getuid?.() ?? 0);

  async function options(): Promise<DaemonOptions> {
    dir = folder();
    base = (await freePortHundred(8)) * 100;
    const three = `tcp://${host}:${port(0)},unix://${path('told')},tcp://[::1]:${port(0)}`;
    const programs = [
      script(
        'told',
        'echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES $$ > said; exec sleep 600',
        `listen=${three}`,
        'listen_names=http,local,six',
        `directory=${dir}`,
      ),
      program('node', node(dir, 3), ...pool, `port=${port(1)}`, 'listen=tcp://%(bind)s:%(port)d'),
      program('stdin', node(dir, 0), `listen=tcp://localhost:${port(3)}`, 'listen_as=stdin'),
      program('shared', 'sleep 600', ...pool, `listen=tcp://${host}:${port(4)}`),
      program('spread', node(dir, 3), ...pool, `listen=tcp://${host}:${port(5)}`, 'reuseport=true'),
      program(
        'backs-off',
        'false',
        `listen=tcp://${host}:${port(6)},unix://${path('backs-off')}`,
        'startretries=1',
        'startsecs=600',
        'autostart=false',
      ),
      program(
        'modes',
        'sleep 600',
        `listen=unix://${path('modes')}`,
        'listen_mode=0620',
        `listen_owner=${uid}`,
        'listen_backlog=3',
      ),
      `[fcgi-program:fcgi]\ncommand=sleep 600\nsocket=unix://${path('fcgi')}\nlisten=unix://${path('further')}\n`,
      script('other', 'env > other.env; exec sleep 600', `directory=${dir}`),
    ];
    return { dir, config: programs.join('\n') };
  }

  withDaemon('in one daemon', options, (daemon) => {
    const pidOf = async (name: string) => (await untilState(daemon(), name, 'RUNNING')).pid;

    test('several sockets are descriptors 3, 4, ... with LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES', async () => {
      const pid = await pidOf('told');
      expect(textOf(join(dir, 'said'))).toBe(`3 ${pid} http:local:six ${pid}\n`);
      const open = descriptors(pid);
      expect(Object.keys(open)).toEqual(['0', '1', '2', '3', '4', '5']);
      expect(new Set(['3', '4', '5'].map((fd) => open[fd])).size).toBe(3);
      for (const where of [{ host, port: port(0) }, { path: path('told') }, { host: '::1', port: port(0) }]) {
        expect(await isTaken(where)).toBe(true);
      }
    });

    test('a URL with the process’s port is a socket of its own, and that port is not in the way', async () => {
      await pidOf('node:node_1');
      expect(await get({ host, port: port(1) })).toBe('node_0');
      expect(await get({ host, port: port(2) })).toBe('node_1');
      await daemon().rpc('supervisor.stopProcess', 'node:node_1');
      await daemon().rpc('supervisor.startProcess', 'node:node_1');
      expect(await get({ host, port: port(2) })).toBe('node_1');
    });

    test('a URL that is the same for all is one socket', async () => {
      const [a, b] = await Promise.all(['shared:shared_0', 'shared:shared_1'].map(pidOf));
      expect(socketsOf(a ?? 0)).toHaveLength(1);
      expect(socketsOf(a ?? 0)).toEqual(socketsOf(b ?? 0));
    });

    test('reuseport: each process has a socket of its own', async () => {
      const pids = await Promise.all(['spread:spread_0', 'spread:spread_1'].map(pidOf));
      const own = pids.map((pid) => descriptors(pid)['3']);
      expect(own[0]).not.toBe(own[1]);
      const seen = new Set<string>();
      const where = { host, port: port(5) };
      await daemon().until('both answer', async () => seen.add(await get(where)).size === 2);
      await daemon().rpc('supervisor.stopProcess', 'spread:spread_0');
      await daemon().rpc('supervisor.startProcess', 'spread:spread_0');
      expect(descriptors(await pidOf('spread:spread_0'))['3']).toBe(own[0]);
    });

    test('listen_as=stdin: the socket is descriptor 0', async () => {
      const pid = await pidOf('stdin');
      expect(await get({ host, port: port(3) })).toBe('stdin');
      expect(descriptors(pid)['0']).toMatch(/^socket:/);
      await expect(daemon().rpc('supervisor.sendProcessStdin', 'stdin', 'x')).rejects.toThrow('NO_FILE');
    });

    test('an fcgi-program keeps its own as descriptor 0 and has the others beyond', async () => {
      const open = descriptors(await pidOf('fcgi:fcgi'));
      expect(open['0']).toMatch(/^socket:/);
      expect(open['3']).toMatch(/^socket:/);
      expect(open['3']).not.toBe(open['0']);
    });

    test('other programs get nothing of it', async () => {
      expect(Object.keys(descriptors(await pidOf('other')))).toEqual(['0', '1', '2']);
      expect(textOf(join(dir, 'other.env'))).not.toContain('LISTEN_');
    });

    test('a unix socket has its mode, owner and queue, and its file goes with it', async () => {
      await pidOf('modes');
      const { mode, uid: owner } = lstatSync(path('modes'));
      expect([mode & 0o7777, owner]).toEqual([0o620, uid]);
      expect(await queueLength(path('modes'))).toBe(4); // the kernel takes one more than listen(2) is told
      await daemon().rpc('supervisor.stopProcess', 'modes');
      expect(existsSync(path('modes'))).toBe(true);
      await daemon().rpc('supervisor.removeProcessGroup', 'modes');
      expect(existsSync(path('modes'))).toBe(false);
    });

    test('a program that is FATAL has no socket', async () => {
      const where = [{ host, port: port(6) }, { path: path('backs-off') }];
      expect(await Promise.all(where.map(isTaken))).toEqual([false, false]);
      await daemon().rpc('supervisor.startProcess', 'backs-off', false);
      await untilState(daemon(), 'backs-off', 'BACKOFF');
      const waiting = await Promise.all(where.map(connected));
      expect(waiting.map((client) => client !== undefined)).toEqual([true, true]);
      const ends = waiting.map((client) => client && answerOn(client).catch((error) => String(error)));
      await untilState(daemon(), 'backs-off', 'FATAL');
      expect(await Promise.all(where.map(isTaken))).toEqual([false, false]);
      expect((await Promise.all(ends))[0]).toContain('ECONNRESET');
      expect(daemon().log()).toContain(`Closing socket tcp://${host}:${port(6)}: 1 waiting connection is reset`);
      expect(existsSync(path('backs-off'))).toBe(false);
    });

    test('the ports command shows them, and who accepts there', async () => {
      const pid = await pidOf('node:node_0');
      const { stdout } = await daemon().ctl('ports');
      expect(stdout).toMatch(
        new RegExp(`^${port(1)} +${host} +node:node_0 +RUNNING +pid ${pid} and 1 more, [^(]*$`, 'm'),
      );
      expect(stdout).toMatch(new RegExp(`^${port(4)} +${host} +shared:shared_1 \\(listen\\) +RUNNING +pid`, 'm'));
    });
  });
});

describe('how long they are open', () => {
  test('through a stop, an update of other settings and a reload, until the shutdown', async () => {
    const dir = folder();
    const port = await freeLowPort();
    const web = (url: string, ...more: string[]) =>
      program('web', node(dir, 3), 'startsecs=0', `listen=${url}`, ...more);
    const url = `tcp://${host}:${port}`;
    await using daemon = await startDaemon({ dir, config: web(url) });
    const where = { host, port };
    await untilState(daemon, 'web', 'RUNNING');
    await daemon.rpc('supervisor.stopProcess', 'web');
    const early = get(where);
    await daemon.rpc('supervisor.startProcess', 'web');
    expect(await early).toBe('web');

    const inode = async () => descriptors((await untilState(daemon, 'web', 'RUNNING')).pid)['3'];
    const before = await inode();
    daemon.writeConfig(web(url, 'stopwaitsecs=9'));
    expect((await daemon.ctl('update')).stdout).toContain('web: updated process group');
    expect(await inode()).toBe(before);
    await daemon.ctl('reload');
    await daemon.until('it is back', () => daemon.log().split('supervisord started').length === 3);
    expect(await inode()).toBe(before);
    expect(await get(where)).toBe('web');
    expect(daemon.log()).not.toContain('Closing socket');

    daemon.writeConfig(web(url, 'listen_backlog=7'));
    expect((await daemon.ctl('reread')).stdout).toBe('web: changed\n');
    await daemon.ctl('update');
    expect(await inode()).not.toBe(before);
    const socket = join(dir, 'web.sock');
    daemon.writeConfig(web(`unix://${socket}`));
    await daemon.ctl('update');
    expect(await isTaken(where)).toBe(false);
    await daemon.until('it answers at its new place', async () => (await get({ path: socket })) === 'web');
    daemon.writeConfig(web(`unix://${socket}`, 'command=sh -c "trap : TERM; echo ready; while :; do sleep 0.1; done"'));
    await daemon.ctl('update');
    const { pid } = await untilState(daemon, 'web', 'RUNNING');
    await daemon.rpc('supervisor.shutdown');
    await daemon.until('it is closed while the program still runs', () => !existsSync(socket));
    expect(seeProcess(pid)).toBeDefined();
    process.kill(pid, 'SIGKILL');
    expect(await daemon.ended).toBe(0);
  });

  test('what cannot be made is a spawn error in words, and is made as soon as it can be', async () => {
    const dir = folder();
    const port = await freeLowPort();
    writeFileSync(join(dir, 'precious'), 'precious');
    const stranger = await occupied(port);
    await using daemon = await startDaemon({
      dir,
      config: [
        program('web', node(dir, 4), 'startretries=100', `listen=unix://${dir}/a.sock,tcp://${host}:${port}`),
        program('file', 'sleep 600', `listen=unix://${dir}/precious`, 'startretries=0'),
        program('far', 'sleep 600', 'listen=tcp://192.0.2.1:80', 'startretries=0'),
      ].join('\n'),
    });
    const { spawnerr } = await untilState(daemon, 'web', 'BACKOFF');
    expect(spawnerr).toContain(`Cannot listen on tcp://${host}:${port}: port ${port} is held by pid ${process.pid} "`);
    expect(existsSync(join(dir, 'a.sock'))).toBe(false);
    expect((await untilState(daemon, 'file', 'FATAL')).spawnerr).toBe(
      `Cannot listen on unix://${dir}/precious: Expected a socket or nothing at '${dir}/precious', found a file, which is left as it is`,
    );
    expect((await untilState(daemon, 'far', 'FATAL')).spawnerr).toBe(
      'Cannot listen on tcp://192.0.2.1:80: Cannot assign requested address',
    );
    await new Promise((settle) => stranger.close(settle));
    await untilState(daemon, 'web', 'RUNNING');
    expect(await get({ host, port })).toBe('web');
  });
});
