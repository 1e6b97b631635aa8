import { existsSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { isAlive, ours } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { descendants, processesWith } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { answers, inUse, isRoot, Place, sections, started } from './place.ts';
import { describeKinds, program } from './support.ts';

describeKinds('the life of {kind}', (kind, isOurs) => {
  test('in the background: its command ends with 0, and it has a session of its own and no terminal', async () => {
    await using place = new Place(kind, `${sections}${program('cat', 'cat', 'startsecs=0')}`);
    expect(await place.run('-c', place.path('s.conf'))).toEqual({ stdout: '', stderr: '', code: 0 });
    // Supervisor's parent does not wait; ours ends only when the daemon can be asked.
    if (isOurs) expect(await place.ctl('pid')).toMatchObject({ code: 0 });
    const pid = await until('it has written its pid', () => place.pid > 0 && place.pid);
    await until('it answers', async () => (await place.ctl('pid')).stdout === `${pid}\n`);
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Supervisor calls setsid after its fork, so it leads the session as ours does.
    expect(Number(session)).toBe(pid);
    for (const fd of [0, 1, 2]) expect(readlinkSync(`/proc/${pid}/fd/${fd}`)).toBe('/dev/null');
    expect(place.text('d.log')).toMatch(
      /INFO daemonizing the supervisord process\n.* INFO supervisord started with pid/,
    );
    await until('the program runs', async () => (await place.ctl('status')).stdout.includes('RUNNING'));
    expect(place.text('d.pid')).toBe(`${pid}\n`);
    expect(statSync(place.path('s.sock')).mode & 0o777).toBe(0o700);

    process.kill(pid, 'SIGTERM');
    await until('it has gone', () => !isAlive(pid));
    expect(existsSync(place.path('d.pid'))).toBe(false);
    expect(existsSync(place.path('s.sock'))).toBe(false);
  });

  test('directory and umask are those of the background only', async () => {
    const config = sections.replace('[supervisord]', '[supervisord]\ndirectory=/\numask=077');
    await using place = new Place(kind, config);
    await place.run('-c', place.path('s.conf'));
    const pid = await until('it has written its pid', () => place.pid > 0 && place.pid);
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Umask:\t0077$/m);
    expect(place.text('d.log')).toContain("INFO set current directory: '/'\n");
    process.kill(pid, 'SIGTERM');
    await until('it has gone', () => !isAlive(pid));
    const foreground = place.start();
    await foreground.says(started);
    expect(readlinkSync(`/proc/${foreground.pid}/cwd`)).toBe(place.dir);
    foreground.kill('SIGTERM');
    expect(await foreground.ended).toBe(0);
  });

  test('a pidfile that somebody else has written stays', async () => {
    await using place = new Place(kind);
    place.write('d.pid', '1\n');
    const daemon = place.start();
    await daemon.says(started);
    await until('the stale pidfile is its own', () => place.pid === daemon.pid);
    rmSync(place.path('d.pid'));
    place.write('d.pid', 'somebody else\n');
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    if (isOurs) expect(place.text('d.pid')).toBe('somebody else\n');
  });

  test('a second one on the same socket says so, ends with 2, and leaves the first alone', async () => {
    await using place = new Place(kind);
    const first = place.start();
    await first.says(started);
    for (const mode of [['-n'], []]) {
      const second = await place.run('-c', place.path('s.conf'), ...mode);
      expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining(inUse) });
    }
    expect(place.pid).toBe(first.pid);
    expect((await place.ctl('pid')).stdout).toBe(`${first.pid}\n`);
  });

  test('a port that is taken is told alike', async () => {
    const port = await freePort();
    await using place = new Place(kind, `${sections}[inet_http_server]\nport=127.0.0.1:${port}\n`);
    const first = place.start();
    await first.says(started);
    place.write('other.conf', `[supervisord]\nnodaemon=true\n[inet_http_server]\nport=127.0.0.1:${port}\n`);
    const second = await place.run(
      '-c',
      place.path('other.conf'),
      '-l',
      place.path('other.log'),
      '-j',
      place.path('o'),
    );
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining(inUse) });
    expect(await answers(port)).toBe(true);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)('%s ends it in order, with 0', async (signal) => {
    await using place = new Place(kind, `${sections}${program('cat', 'cat', 'startsecs=0')}`);
    const daemon = place.start();
    await daemon.says('cat entered RUNNING');
    daemon.kill(signal);
    expect(await daemon.ended).toBe(0);
    expect(daemon.output).toContain(`WARN received ${signal} indicating exit request\n`);
    expect(daemon.output).toMatch(/INFO waiting for cat to die\n.* WARN stopped: cat \(terminated by SIGTERM\)\n$/);
  });

  test('a hang-up while it goes down is ignored', async () => {
    const config = `${sections}${program('slow', 'sh -c "trap \'sleep 2; exit 0\' TERM; echo up; while :; do sleep 0.1; done"', 'startsecs=0', 'stdout_logfile=%(here)s/slow.log')}`;
    await using place = new Place(kind, config);
    const daemon = place.start();
    await until('it is up', () => place.text('slow.log') === 'up\n');
    daemon.kill('SIGINT');
    await daemon.says('waiting for slow to die');
    daemon.kill('SIGHUP');
    expect(await daemon.ended).toBe(0);
    expect(daemon.output).toContain('WARN ignored SIGHUP indicating restart request (shutdown in progress)\n');
  });

  test('after kill -9 its programs live on, and the next start copes with the socket and the pidfile', async () => {
    await using place = new Place(kind, `${sections}${program('cat', 'sleep 1000', 'startsecs=0')}`);
    const first = place.start();
    await first.says('cat entered RUNNING');
    const [child] = descendants(first.pid);
    first.kill('SIGKILL');
    await first.ended;
    expect(isAlive(child?.pid ?? 0)).toBe(true);
    expect([existsSync(place.path('s.sock')), place.pid]).toEqual([true, first.pid]);
    const second = place.start();
    await second.says('cat entered RUNNING');
    expect(second.output).toContain(`Unlinking stale socket ${place.path('s.sock')}\n`);
    expect(place.pid).toBe(second.pid);
    second.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  test('what cannot be read is told on stderr, with exit status 2', async () => {
    await using place = new Place(kind, `${sections}[program:x]\nstartsecs=1.5\n`);
    const bad = await place.run('-c', place.path('s.conf'));
    expect(bad).toMatchObject({ stdout: '', code: 2 });
    expect(bad.stderr).toMatch(/^Error: .*program:x/);
    expect(bad.stderr).toMatch(/\nFor help, use \S+ -h\n$/);
    const missing = await place.run('-c', place.path('none.conf'));
    expect(missing).toMatchObject({ stdout: '', code: 2 });
    expect(missing.stderr).toMatch(/^Error: could not find config file .*none\.conf\nFor help, use \S+ -h\n$/);
    expect(existsSync(place.path('d.pid'))).toBe(false);
  });

  test('minfds raises the limit of open files, which programs inherit', async () => {
    const config = `${sections.replace('[supervisord]', '[supervisord]\nminfds=1500')}${program('limit', 'sh -c "ulimit -n; exec cat"', 'startsecs=0', 'stdout_logfile=%(here)s/limit.log')}`;
    await using place = new Place(kind, config);
    const argv = ['prlimit', '--nofile=1024:4096', ...kind.daemon, '-n', '-c', place.path('s.conf')];
    const running = runCommand(argv, { cwd: place.dir, env: place.env });
    await until('the program has said its limit', () => place.text('limit.log').endsWith('\n'));
    const raised = place.text('d.log').includes('INFO Increased RLIMIT_NOFILE limit to 1500\n');
    process.kill(place.pid, 'SIGTERM');
    expect((await running).code).toBe(0);
    // Node raises the soft limit to the hard one before anything else, so there is less to raise.
    expect([place.text('limit.log'), raised]).toEqual(
      isOurs ? [expect.stringMatching(/^(1500|4096)\n$/), raised] : ['1500\n', true],
    );
  });

  test.runIf(isRoot)('user= makes the daemon itself that user, with its groups', async () => {
    const config = `${sections.replace('[supervisord]', '[supervisord]\nuser=nobody')}${program('root', 'cat', 'user=root', 'startsecs=20', 'startretries=0', 'stderr_logfile=%(here)s/root.err')}`;
    await using place = new Place(kind, config);
    await runCommand(['chown', 'nobody', place.dir]);
    const daemon = place.start();
    await daemon.says('gave up: root');
    const [uid] = (await runCommand(['id', '-u', 'nobody'])).stdout.split('\n');
    const groups = (await runCommand(['id', '-G', 'nobody'])).stdout.trim();
    const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
    expect(status).toMatch(new RegExp(`^Uid:\t${uid}\t${uid}\t${uid}\t${uid}$`, 'm'));
    expect(/^Groups:\t(.*?) *$/m.exec(status)?.[1]).toBe(groups);
    expect(daemon.output).toContain(`INFO Set uid to user ${uid} succeeded\n`);
    expect(place.text('root.err')).toBe(
      "supervisor: couldn't setuid to 0: Can't drop privilege as nonroot user\nsupervisor: child process was not spawned\n",
    );
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  });
});

describe('the life of tssupervisord alone', () => {
  test('an error at its start in the background is shown by the command, with exit status 2', async () => {
    await using place = new Place(ours, sections.replace('file=%(here)s/s.sock', 'file=%(here)s/none/s.sock'));
    const result = await place.run('-c', place.path('s.conf'));
    expect(result).toMatchObject({ stdout: '', code: 2, stderr: expect.stringMatching(/^Error: .*ENOENT/) });
    await until(
      'nothing runs',
      () => processesWith(`TSSUPERVISOR_TEST=${place.env['TSSUPERVISOR_TEST']}`).length === 0,
    );
  });

  test('a signal at any moment of the start ends it, or ends it in order', async () => {
    await using place = new Place(ours, `${sections}${program('cat', 'cat', 'startsecs=0')}`);
    for (const waitMs of [0, 20, 40, 60, 80, 100, 130, 160]) {
      const daemon = place.start();
      await new Promise((settle) => setTimeout(settle, waitMs));
      daemon.kill('SIGTERM');
      expect([0, 'SIGTERM'], daemon.output).toContain(await daemon.ended);
      expect(daemon.output).not.toMatch(/Bug|Error/);
      expect(processesWith(`TSSUPERVISOR_TEST=${place.env['TSSUPERVISOR_TEST']}`)).toEqual([]);
      expect([existsSync(place.path('s.sock')), existsSync(place.path('d.pid'))]).toEqual([false, false]);
    }
  });

  test('whoever reads "started" can connect', async () => {
    const port = await freePort();
    await using place = new Place(ours, `${sections}[inet_http_server]\nport=127.0.0.1:${port}\n`);
    const daemon = place.start();
    const seen = new Promise<boolean>((settle) => {
      const look = setInterval(() => {
        if (!daemon.output.includes(started)) return;
        clearInterval(look);
        settle(answers(port));
      }, 1);
    });
    expect(await seen).toBe(true);
  });

  test('a port for everyone is a port for this machine unless it asks for a name, or everyone is allowed', async () => {
    const own = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    for (const [more, isOpen] of [
      ['', false],
      ['allow_unauthenticated=true\n', true],
      ['username=a\npassword=b\n', true],
    ] as const) {
      const port = await freePort();
      await using place = new Place(ours, `${sections}[inet_http_server]\nport=0.0.0.0:${port}\n${more}`);
      const daemon = place.start();
      await daemon.says(started);
      expect(await answers(port)).toBe(true);
      if (own !== undefined) expect(await answers(port, own)).toBe(isOpen);
      expect(
        readFileSync('/proc/net/tcp', 'utf8').includes(
          `${isOpen ? '00000000' : '0100007F'}:${port.toString(16).toUpperCase().padStart(4, '0')} `,
        ),
      ).toBe(true);
      expect(daemon.output.includes(`Server 'inet_http_server' listens on 127.0.0.1:${port} only`)).toBe(!isOpen);
      daemon.kill('SIGTERM');
      await daemon.ended;
    }
  });

  test('without a name and password nothing is shown, on any path', async () => {
    const port = await freePort();
    await using place = new Place(
      ours,
      `${sections}[inet_http_server]\nport=127.0.0.1:${port}\nusername=a\npassword=b:c\n`,
    );
    const daemon = place.start();
    await daemon.says(started);
    const status = async (path: string, credentials?: string) => {
      const headers = credentials === undefined ? {} : { Authorization: `Basic ${btoa(credentials)}` };
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers,
        method: path === '/RPC2' ? 'POST' : 'GET',
        signal: AbortSignal.timeout(5000),
      });
      await answer.body?.cancel();
      return answer.status;
    };
    for (const path of [
      '/',
      '/index.html',
      '/RPC2',
      '/mainlogtail',
      '/logtail/x',
      '/tail.html',
      '/ok.html',
      '/none',
      '/stylesheets/x.css',
    ]) {
      expect([path, await status(path)]).toEqual([path, 401]);
      expect([path, await status(path, 'a:b')]).toEqual([path, 401]);
    }
    expect(await status('/mainlogtail', 'a:b:c')).toBe(200);
  });

  test('SIGUSR1, which ends Supervisor, is ignored, and the log says so', async () => {
    await using place = new Place(ours);
    const daemon = place.start();
    await daemon.says(started);
    daemon.kill('SIGUSR1');
    await daemon.says('WARN received SIGUSR1 indicating nothing\n');
    expect(await place.ctl('pid')).toMatchObject({ stdout: `${daemon.pid}\n`, code: 0 });
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  });

  test('--test says all that is wrong, with 2, or that nothing is, with 0, and starts nothing', async () => {
    await using place = new Place(
      ours,
      `${sections}[program:x]\nstartsecs=1.5\n[program:y]\ncommand=cat\nstopsignal=NOPE\n`,
    );
    const bad = await place.run('--test', '-c', place.path('s.conf'));
    expect(bad).toMatchObject({ stdout: '', code: 2 });
    expect(bad.stderr).toMatch(/s\.conf:\d+/);
    for (const words of ['program:x', 'startsecs', '1.5', 'program:y', 'NOPE']) expect(bad.stderr).toContain(words);
    place.write('s.conf', `${sections}${program('cat', 'cat')}`);
    expect(await place.run('--test', '-c', place.path('s.conf'))).toMatchObject({ stderr: '', code: 0 });
    expect([existsSync(place.path('d.log')), existsSync(place.path('s.sock'))]).toEqual([false, false]);
  });
});
