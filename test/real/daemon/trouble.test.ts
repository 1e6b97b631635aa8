import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, unlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadPosix } from '../../../src/daemon/os/posix.ts';
import { unixAddress } from '../../../src/daemon/os/sockaddr.ts';
import { plainEnvironment } from '../../support/command.ts';
import { type DaemonKind, ours } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';
import { isRoot, Place, sections, started } from './place.ts';
import { describeKinds, program, script } from './support.ts';

const cat = program('cat', 'cat', 'startsecs=0');

/** A daemon behind a shell that does something to its descriptors, or leaves it a child, before it becomes it. */
const behind = (shell: string, kind: DaemonKind = ours): DaemonKind => ({
  ...kind,
  daemon: ['sh', '-c', `${shell}exec "$@"`, 'sh', ...kind.daemon],
});

const withRedirection = (redirection: string): DaemonKind => ({
  ...ours,
  daemon: ['sh', '-c', `exec "$@" ${redirection}`, 'sh', ...ours.daemon],
});

describe('whatever becomes of its log and its output, tssupervisord goes on and ends with 0', () => {
  test.each([
    ['all three are closed', '<&- >&- 2>&-'],
    ['its stdout is full', '>/dev/full'],
  ])('%s', async (_, redirection) => {
    await using place = new Place(withRedirection(redirection), sections + cat);
    const daemon = place.start();
    await until('its program runs', () => place.text('d.log').includes('cat entered RUNNING'));
    expect((await place.ctl('pid')).stdout).toBe(`${daemon.pid}\n`);
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(place.text('d.log')).toMatch(/WARN stopped: cat .*\n$/);
  });

  test('its log is full, or its folder has been removed', async () => {
    await using place = new Place(ours, sections + cat);
    const full = place.start('-l', '/dev/full');
    await full.says('cat entered RUNNING');
    full.kill('SIGTERM');
    expect(await full.ended).toBe(0);
    expect(full.output).toContain('WARN Cannot write log file "/dev/full": ENOSPC');
    mkdirSync(place.path('logs'));
    const daemon = place.start('-l', place.path('logs/d.log'));
    await daemon.says('cat entered RUNNING');
    rmSync(place.path('logs'), { recursive: true });
    daemon.kill('SIGUSR2');
    await daemon.says(`WARN Cannot reopen log file "${place.path('logs/d.log')}": ENOENT`);
    mkdirSync(place.path('logs'));
    daemon.kill('SIGUSR2');
    await until('the log is there again', () => existsSync(place.path('logs/d.log')));
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(place.text('logs/d.log')).toMatch(/WARN stopped: cat .*\n$/);
  });

  test('nobody reads its stdout, and there is a lot of it', async () => {
    const flood = script('flood', 'while :; do echo 0123456789012345678901234567890123456789; done', 'startsecs=0');
    await using place = new Place(ours, sections + flood);
    const [file = '', ...words] = ours.daemon;
    const child: ChildProcess = spawn(file, [...words, '-n', '-e', 'debug', '-c', place.path('s.conf')], {
      cwd: place.dir,
      env: plainEnvironment(place.env),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise((settle) => child.once('exit', settle));
    // A pipe holds 64 KiB, and the daemon 1 MiB behind it.
    await until('there is more than can wait', () => place.text('d.log').length > 4 * 1024 * 1024);
    expect((await place.ctl('stop', 'flood')).stdout).toBe('flood: stopped\n');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

// Supervisor cannot open a /dev/stdout that is a socket, which is what this test gives to a child.
test('logfile=/dev/stdout says everything twice, and once if it is silent too', async () => {
  await using place = new Place(ours, sections + cat);
  const daemon = place.start('-l', '/dev/stdout', '-y', '0');
  await daemon.says('cat entered RUNNING');
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toBe(0);
  const times = (words: string) => daemon.output.split(words).length - 1;
  expect([started, 'spawned', 'stopped: cat'].map(times)).toEqual([2, 2, 2]);
  const silent = place.start('-l', '/dev/stdout', '-y', '0', '-s');
  await silent.says('cat entered RUNNING');
  silent.kill('SIGTERM');
  expect(await silent.ended).toBe(0);
  expect(silent.output.split('\n').filter((line) => line.includes('stopped: cat'))).toHaveLength(1);
});

describeKinds('{kind} without a pidfile', (kind) => {
  test('says that it could not write it, and runs', async () => {
    await using place = new Place(kind, sections + cat);
    const daemon = place.start('-j', '/proc/none');
    await daemon.says('cat entered RUNNING');
    expect(daemon.output).toContain('CRIT could not write pidfile /proc/none\n');
    expect(daemon.output).not.toContain(started);
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  });
});

describeKinds('a child that its start script left to {kind}', (kind) => {
  test('is reaped even if it ended before anything was there to reap it', async () => {
    await using place = new Place(behind('sh -c "exit 7" & ', kind));
    const daemon = place.start();
    await daemon.says('(exit status 7)');
    expect(daemon.output).toMatch(/INFO reaped unknown pid \d+ \(exit status 7\)\n/);
    daemon.kill('SIGTERM');
    expect(await daemon.ended).toBe(0);
  });
});

/** Whoever has a syslog of its own keeps it. */
describe.runIf(isRoot && !existsSync('/dev/log'))('logfile=syslog and stdout_syslog=true', () => {
  describeKinds('under {kind}', (kind) => {
    test('send lines as syslog(3) does', async () => {
      const posix = loadPosix();
      const socket = posix.socket(1, 2 | 2048);
      expect(posix.bind(socket, unixAddress('/dev/log'))).toBe(0);
      try {
        chmodSync('/dev/log', 0o666);
        const lines = script(
          'a',
          'echo one; echo two >&2; exec cat',
          'startsecs=0',
          'stdout_syslog=true',
          'stderr_syslog=true',
        );
        await using place = new Place(kind, sections + lines);
        const daemon = place.start('-l', 'syslog');
        let received = '';
        const buffer = new Uint8Array(8192);
        const has = (words: string) => () => {
          for (let size = posix.read(socket, buffer, 0, 8192); size > 0; size = posix.read(socket, buffer, 0, 8192)) {
            received += `${Buffer.from(buffer.subarray(0, size)).toString().trimEnd()}\n`;
          }
          return received.includes(words);
        };
        for (const words of [started, 'a entered RUNNING', ': a one\n', ': a two\n']) {
          await until(`syslog has ${words}`, has(words), { evidence: () => received });
        }
        const head = '^<14>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d supervisord: ';
        expect(received).toMatch(new RegExp(`${head}a one$`, 'm'));
        expect(received).toMatch(new RegExp(`${head}[-\\d]{10} [\\d:]{8},\\d{3} INFO ${started} ${daemon.pid}$`, 'm'));
        daemon.kill('SIGTERM');
        expect(await daemon.ended).toBe(0);
        expect(existsSync(place.path('d.log'))).toBe(false);
      } finally {
        posix.close(socket);
        unlinkSync('/dev/log');
      }
    });
  });
});
