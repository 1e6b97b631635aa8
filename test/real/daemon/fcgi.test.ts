import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freeLowPort } from '../../support/ports.ts';
import { describeKinds, infoOf, logLines, program, untilState, withDaemon } from './support.ts';

const isRoot = process.getuid?.() === 0;

/** An `[fcgi-program:NAME]` that accepts nothing; the queue of its socket shows what it is given. */
function fcgi(name: string, socket: string, ...settings: readonly string[]): string {
  const command = settings.some((line) => line.startsWith('command=')) ? [] : ['command=sleep 600'];
  return [`[fcgi-program:${name}]`, `socket=${socket}`, ...command, ...settings, '', ''].join('\n');
}

const pool = (count: number) => [`numprocs=${count}`, 'process_name=%(program_name)s_%(process_num)d'];

/** What a process has open, by descriptor. */
function descriptors(pid: number): Record<string, string> {
  const folder = `/proc/${pid}/fd`;
  return Object.fromEntries(
    readdirSync(folder).flatMap((fd) => {
      try {
        return [[fd, readlinkSync(join(folder, fd))]];
      } catch {
        return []; // closed since it was listed
      }
    }),
  );
}

const sockets = (pid: number) => Object.values(descriptors(pid)).filter((what) => what.startsWith('socket:'));

async function pidOf(daemon: TestDaemon, name: string): Promise<number> {
  return (await untilState(daemon, name, 'RUNNING')).pid;
}

/** Connects; undefined when the connection is not taken into the queue. */
function connected(where: { path: string } | { host: string; port: number }): Promise<Socket | undefined> {
  return new Promise((settle) => {
    const client = connect(where);
    client.once('connect', () => settle(client)).once('error', () => settle(undefined));
  });
}

async function isTaken(where: Parameters<typeof connected>[0]): Promise<boolean> {
  const client = await connected(where);
  client?.destroy();
  return client !== undefined;
}

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
    server.once('error', reject).listen(port, '127.0.0.1', () => settle(server));
  });
}

/** What the daemon said of a socket, and of the processes between. */
function linesOf(daemon: TestDaemon, ...words: readonly string[]): string[] {
  return logLines(daemon).flatMap(({ text }) => (words.some((word) => text.includes(word)) ? [text] : []));
}

/** A folder that other users may enter. */
function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  chmodSync(dir, 0o755);
  return dir;
}

let port = 0;
const tested = (url: string) => [`INFO Creating socket ${url}`, `INFO Closing socket ${url}`];

describeKinds('the socket of an fcgi-program under {kind}', (kind) => {
  const config = () =>
    [
      fcgi('pool', 'unix://%(here)s/%(program_name)s.sock', ...pool(3)),
      fcgi('tcp', `tcp://LOCALHOST:${port}`, 'autostart=false', 'startsecs=0'),
      fcgi('mode', 'unix://%(here)s/mode.sock', 'socket_mode=0646', 'socket_backlog=2', 'startsecs=0'),
      fcgi('lost', 'unix://%(here)s/lost.sock', 'command=/nonexistent', 'startretries=0'),
      fcgi('quick', 'unix://%(here)s/quick.sock', 'command=sh -c "exit 3"', 'startretries=1', 'autostart=false'),
      isRoot ? fcgi('user', 'unix://%(here)s/user.sock', 'user=nobody', 'startsecs=0') : '',
      isRoot ? fcgi('owner', 'unix://%(here)s/owner.sock', 'user=nobody', 'socket_owner=games:tty') : '',
      fcgi('twin-1', 'unix://%(here)s/twin.sock', 'autostart=false', 'startsecs=0'),
      fcgi('twin-2', 'unix://%(here)s/twin.sock', 'autostart=false', 'startsecs=0'),
      program('other', 'cat'),
    ].join('');

  withDaemon(
    'in one daemon',
    async () => {
      port = await freeLowPort();
      return { kind, dir: folder(), config: config() };
    },
    (daemon) => {
      const path = (name: string) => join(daemon().dir, `${name}.sock`);

      test('is made for a test when the daemon starts, and for good when the first process starts', async () => {
        for (const name of ['pool:pool_0', 'pool:pool_1', 'pool:pool_2']) await untilState(daemon(), name, 'RUNNING');
        const url = `unix://${path('pool')}`;
        expect(linesOf(daemon(), url, 'supervisord started', 'pool_')).toEqual([
          ...tested(url),
          'INFO supervisord started with pid N',
          `INFO Creating socket ${url}`,
          ...[0, 1, 2].map((number) => `INFO spawned: 'pool_${number}' with pid N`),
          ...[0, 1, 2].map(
            (number) =>
              `INFO success: pool_${number} entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)`,
          ),
        ]);
      });

      test('is descriptor 0 of all its processes, which get no other, and of no other program', async () => {
        const found = await Promise.all(
          [0, 1, 2].map(async (number) => descriptors(await pidOf(daemon(), `pool:pool_${number}`))),
        );
        for (const each of found) {
          expect(Object.keys(each)).toEqual(['0', '1', '2']);
          expect(each['0']).toBe(found[0]?.['0']);
          expect([each['1'], each['2']].map((what) => what?.slice(0, 5))).toEqual(['pipe:', 'pipe:']);
        }
        expect(found[0]?.['0']).toMatch(/^socket:/);
        expect(sockets(await pidOf(daemon(), 'other'))).toEqual([]);
      });

      test('has mode 0700 unless socket_mode says otherwise, and a queue of socket_backlog', async () => {
        expect(lstatSync(path('pool')).mode & 0o7777).toBe(0o700);
        await untilState(daemon(), 'mode', 'RUNNING');
        expect(lstatSync(path('mode')).mode & 0o7777).toBe(0o646);
        expect(await queueLength(path('mode'))).toBe(3); // the kernel takes one more than listen(2) is told
      });

      test.runIf(isRoot)('belongs to the program’s user, or to socket_owner', async () => {
        const ids = (name: string, key: 'passwd' | 'group') =>
          Number(new RegExp(`^${name}:[^:]*:(\\d+)`, 'm').exec(readFileSync(`/etc/${key}`, 'utf8'))?.[1]);
        await untilState(daemon(), 'user', 'RUNNING');
        expect(lstatSync(path('user'))).toMatchObject({ uid: ids('nobody', 'passwd'), gid: ids('nogroup', 'group') });
        await untilState(daemon(), 'owner', 'RUNNING');
        expect(lstatSync(path('owner'))).toMatchObject({ uid: ids('games', 'passwd'), gid: ids('tty', 'group') });
      });

      test('leaves no way to write to standard input: sendProcessStdin is refused', async () => {
        await pidOf(daemon(), 'pool:pool_0');
        const call = daemon().rpc('supervisor.sendProcessStdin', 'pool:pool_0', 'x');
        await expect(call).rejects.toThrow('NO_FILE: pool:pool_0');
        await expect(call).rejects.toMatchObject({ code: 20 });
      });

      test('is no part of what getAllConfigInfo and getProcessInfo say', async () => {
        const all = (await daemon().rpc('supervisor.getAllConfigInfo')) as unknown as Record<string, unknown>[];
        const { stdout_logfile, stderr_logfile, ...plain } = all.find(({ name }) => name === 'pool_1') ?? {};
        expect(plain).toEqual({
          ...{ name: 'pool_1', group: 'pool', command: 'sleep 600', directory: 'none', uid: 'none' },
          ...{ autostart: true, inuse: true, group_prio: 999, process_prio: 999, serverurl: 'none' },
          ...{ startsecs: 1, startretries: 3, exitcodes: [0], redirect_stderr: false },
          ...{ stopsignal: 15, stopwaitsecs: 10, killasgroup: false },
          ...{ stdout_capture_maxbytes: 0, stdout_events_enabled: false, stdout_logfile_backups: 10 },
          ...{ stdout_logfile_maxbytes: 52_428_800, stdout_syslog: false },
          ...{ stderr_capture_maxbytes: 0, stderr_events_enabled: false, stderr_logfile_backups: 10 },
          ...{ stderr_logfile_maxbytes: 52_428_800, stderr_syslog: false },
        });
        const info = await infoOf(daemon(), 'pool:pool_1');
        expect(info).toMatchObject({ name: 'pool_1', group: 'pool', statename: 'RUNNING', spawnerr: '' });
      });

      test('is open as long as one process lives, and closed after the last; its file stays and refuses', async () => {
        const url = `unix://${path('pool')}`;
        const before = linesOf(daemon(), url).length;
        await daemon().rpc('supervisor.stopProcess', 'pool:pool_0');
        await daemon().rpc('supervisor.stopProcess', 'pool:pool_2');
        expect(linesOf(daemon(), url).length).toBe(before);
        expect(await isTaken({ path: path('pool') })).toBe(true);
        await daemon().rpc('supervisor.stopProcess', 'pool:pool_1');
        expect(linesOf(daemon(), url, 'stopped: pool_').slice(-2)).toEqual([
          'WARN stopped: pool_1 (terminated by SIGTERM)',
          `INFO Closing socket ${url}`,
        ]);
        expect(lstatSync(path('pool')).isSocket()).toBe(true);
        expect(await isTaken({ path: path('pool') })).toBe(false);
      });

      test('over TCP is bound by name, in lower case', async () => {
        expect(linesOf(daemon(), `${port}`)).toEqual(tested(`tcp://localhost:${port}`));
        expect(await isTaken({ host: '127.0.0.1', port })).toBe(false);
        await daemon().rpc('supervisor.startProcess', 'tcp');
        expect(await isTaken({ host: '127.0.0.1', port })).toBe(true);
        await daemon().rpc('supervisor.stopProcess', 'tcp');
        expect(await isTaken({ host: '127.0.0.1', port })).toBe(false);
        await daemon().rpc('supervisor.startProcess', 'tcp'); // at once: SO_REUSEADDR
        expect(await isTaken({ host: '127.0.0.1', port })).toBe(true);
      });

      test('at the path of another program’s takes its place there; that one’s processes keep what they have', async () => {
        // Without startsecs it is RUNNING when it has been forked; Debian's daemon gives it its socket after that.
        const socketOf = async (name: string) => {
          const pid = await pidOf(daemon(), name);
          const found = () => descriptors(pid)['0'] ?? '';
          await daemon().until(`${name} has its socket`, () => found().startsWith('socket:'));
          return found();
        };
        await daemon().rpc('supervisor.startProcess', 'twin-1');
        const first = await socketOf('twin-1');
        await daemon().rpc('supervisor.startProcess', 'twin-2');
        expect(await socketOf('twin-2')).not.toBe(first);
        expect(await socketOf('twin-1')).toBe(first);
        const url = `unix://${path('twin')}`;
        expect(linesOf(daemon(), url).slice(4)).toEqual(Array(2).fill(`INFO Creating socket ${url}`));
        await daemon().rpc('supervisor.stopProcess', 'twin-1');
        expect(await isTaken({ path: path('twin') })).toBe(true);
      });

      test('is made before the command is looked for, and closed when the start has failed', async () => {
        const url = `unix://${path('lost')}`;
        await untilState(daemon(), 'lost', 'FATAL');
        const closing = `INFO Closing socket ${url}`;
        const lines = linesOf(daemon(), url, '/nonexistent').slice(2);
        expect(lines).toEqual([
          `INFO Creating socket ${url}`,
          "INFO spawnerr: can't find command '/nonexistent'",
          closing,
        ]);
      });

      test('of a single process is closed between its end and its next start', async () => {
        const url = `unix://${path('quick')}`;
        // It may have ended before the answer to its start: then that is a SPAWN_ERROR.
        await daemon()
          .rpc('supervisor.startProcess', 'quick', false)
          .catch((error: Error) => expect(error.message).toBe('SPAWN_ERROR: quick'));
        await untilState(daemon(), 'quick', 'FATAL');
        const once = [
          `INFO Creating socket ${url}`,
          "INFO spawned: 'quick' with pid N",
          'WARN exited: quick (exit status 3; not expected)',
          `INFO Closing socket ${url}`,
        ];
        const lines = linesOf(daemon(), url, "'quick'", ': quick ').filter((line) => !line.includes('gave up'));
        expect(lines).toEqual([...tested(url), ...once, ...once]);
      });

      test('that has another URL is a change for reread; another mode, owner or backlog is none', async () => {
        const changes = async (from: string, to: string) => {
          daemon().writeConfig(config().replace(from, to));
          return (await daemon().ctl('reread')).stdout;
        };
        expect(await changes('socket_backlog=2', 'socket_backlog=3\nsocket_mode=0777')).toBe(
          'No config updates to processes\n',
        );
        expect(await changes('socket=unix://%(here)s/mode.sock', 'socket=unix://%(here)s/moved.sock')).toBe(
          'mode: changed\n',
        );
        expect((await daemon().ctl('update')).stdout).toBe('mode: stopped\nmode: updated process group\n');
        await untilState(daemon(), 'mode', 'RUNNING');
        expect(await isTaken({ path: path('moved') })).toBe(true);
        expect(await isTaken({ path: path('mode') })).toBe(false);
      });

      test('that cannot be made keeps a group from being added; the daemon says why and goes on', async () => {
        const bad = 'unix:///nonexistent/bad.sock';
        daemon().writeConfig(`${config()}${fcgi('bad', bad)}`);
        await daemon().rpc('supervisor.reloadConfig');
        const added = daemon().rpc('supervisor.addProcessGroup', 'bad');
        await expect(added).rejects.toThrow('The daemon answered 500 Internal Server Error');
        expect(daemon().log()).toContain(`Could not create FastCGI socket ${bad}: [Errno 2] No such file or directory`);
        await expect(infoOf(daemon(), 'bad')).rejects.toThrow('BAD_NAME: bad');
        daemon().writeConfig(`${config()}${fcgi('bad', 'unix://%(here)s/good.sock', 'startsecs=0')}`);
        await daemon().rpc('supervisor.reloadConfig');
        await daemon().rpc('supervisor.addProcessGroup', 'bad');
        await untilState(daemon(), 'bad', 'RUNNING');
        expect(await isTaken({ path: path('good') })).toBe(true);
      });
    },
  );
});

describe('where Supervisor loses the socket or itself', () => {
  test('members of a group keep theirs: each program its own, a program without one is named', async () => {
    const config = [
      '[group:all]\nprograms=a,b,c,plain\n',
      fcgi('a', 'unix://%(here)s/a.sock', ...pool(2), 'startsecs=0'),
      fcgi('b', 'unix://%(here)s/b.sock', 'startsecs=0'),
      '[fcgi-program:c]\ncommand=cat\nstartsecs=0\n',
      program('plain', 'cat', 'startsecs=0'),
    ];
    await using daemon = await startDaemon({ config: config.join('') });
    const zero = async (name: string) => descriptors(await pidOf(daemon, `all:${name}`))['0'];
    const [a0, a1, b, c, plain] = await Promise.all(['a_0', 'a_1', 'b', 'c', 'plain'].map(zero));
    expect(a0).toMatch(/^socket:/);
    expect(a1).toBe(a0);
    expect(b).toMatch(/^socket:/);
    expect(b).not.toBe(a0);
    expect([c, plain].map((what) => what?.slice(0, 5))).toEqual(['pipe:', 'pipe:']);
    const named = `'c' of [fcgi-program:c] is started without a socket: [fcgi-program:c] section requires a "socket" line`;
    expect(linesOf(daemon, 'without a socket')).toEqual([`WARN ${named}`]);
    await expect(daemon.rpc('supervisor.sendProcessStdin', 'all:b', 'x')).rejects.toThrow('NO_FILE: all:b');
    const url = (name: string) => `unix://${join(daemon.dir, name)}.sock`;
    await daemon.rpc('supervisor.stopProcessGroup', 'all');
    expect(linesOf(daemon, 'Closing socket').slice(2).sort()).toEqual(
      ['a', 'b'].map((name) => `INFO Closing socket ${url(name)}`),
    );
  });

  test('a port that is taken when the process starts is a spawn error, and the daemon lives', async () => {
    const at = await freeLowPort();
    const url = `tcp://127.0.0.1:${at}`;
    await using daemon = await startDaemon({
      config: fcgi('web', url, 'autostart=false', 'startsecs=0', 'startretries=100'),
    });
    const stranger = await occupied(at);
    const why = `Could not create FastCGI socket ${url}: [Errno 98] Address already in use`;
    await expect(daemon.rpc('supervisor.startProcess', 'web')).rejects.toThrow('SPAWN_ERROR: web');
    expect(await infoOf(daemon, 'web')).toMatchObject({ statename: 'BACKOFF', spawnerr: why });
    expect(linesOf(daemon, url).slice(2, 4)).toEqual([`INFO Creating socket ${url}`, `INFO spawnerr: ${why}`]);
    await new Promise((settle) => stranger.close(settle));
    await untilState(daemon, 'web', 'RUNNING');
    expect(await isTaken({ host: '127.0.0.1', port: at })).toBe(true);
  });

  test('of two programs with one port the first gets it, the other one says so', async () => {
    const at = await freeLowPort();
    const url = `tcp://127.0.0.1:${at}`;
    const config = ['a', 'b'].map((name) => fcgi(name, url, 'startsecs=0', 'startretries=0')).join('');
    await using daemon = await startDaemon({ config });
    const { spawnerr } = await untilState(daemon, 'b', 'FATAL');
    expect(spawnerr).toBe(`Could not create FastCGI socket ${url}: [Errno 98] Address already in use`);
    await untilState(daemon, 'a', 'RUNNING');
  });

  test('a socket that cannot be made ends the start with a message and status 2', async () => {
    const start = startDaemon({ config: fcgi('web', 'unix:///nonexistent/a.sock') });
    await expect(start).rejects.toThrow(
      'Error: Could not create FastCGI socket unix:///nonexistent/a.sock: [Errno 2] No such file or directory\n' +
        'For help, use ',
    );
  });

  test('a file that is no socket is not removed to make place for one', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
    const file = join(dir, 'precious.txt');
    writeFileSync(file, 'precious');
    await using daemon = await startDaemon({ dir, config: program('other', 'cat') });
    daemon.writeConfig(`${program('other', 'cat')}${fcgi('web', `unix://${file}`)}`);
    await daemon.ctl('update');
    expect(daemon.log()).toContain(`Expected a socket or nothing at '${file}', found a file, which is left as it is`);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  test('a socket that cannot be made any more at a reload does not end the daemon', async () => {
    const at = await freeLowPort();
    await using daemon = await startDaemon({
      config: `${fcgi('web', `tcp://127.0.0.1:${at}`, 'autostart=false')}${program('other', 'cat', 'startsecs=0')}`,
    });
    const stranger = await occupied(at);
    await daemon.rpc('supervisor.restart');
    const why = `Could not create FastCGI socket tcp://127.0.0.1:${at}: [Errno 98] Address already in use`;
    await daemon.until('it is back', () => linesOf(daemon, 'supervisord started').length === 2);
    expect(linesOf(daemon, why)).toEqual([`CRIT ${why}`]);
    await untilState(daemon, 'other', 'RUNNING');
    await new Promise((settle) => stranger.close(settle));
    await daemon.rpc('supervisor.startProcess', 'web');
    expect(await isTaken({ host: '127.0.0.1', port: at })).toBe(true);
  });
});
