import { mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { isAlive } from '../../support/daemon.ts';
import {
  describeKinds,
  infoOf,
  linesOf,
  logLines,
  program,
  script,
  textOf,
  untilState,
  withDaemon,
} from './support.ts';

const success = (name: string, seconds = 0) =>
  `INFO success: ${name} entered RUNNING state, process has stayed up for > than ${seconds} seconds (startsecs)`;
const spawned = (name: string) => `INFO spawned: '${name}' with pid N`;

/** Ends as `how` says when it runs for the first time, stays from then on. */
const endsOnce = (name: string, how: string, ...settings: string[]) =>
  script(name, `[ -e ${name}.ran ] && exec cat; : > ${name}.ran; ${how}`, 'directory=%(here)s', ...settings);

const long = `/${'x'.repeat(300)}`;

const lives = [
  program('steady', 'cat'),
  program('instant', 'cat', 'startsecs=0'),
  script('crash', 'exit 3', 'startsecs=20', 'startretries=2'),
  script('quick-zero', 'exit 0', 'startsecs=20', 'startretries=0'),
  endsOnce('unexpected', 'sleep 1; exit 3', 'startsecs=0'),
  endsOnce('always', 'sleep 1; exit 0', 'startsecs=0', 'autorestart=true'),
  script('expected', 'sleep 1; exit 0', 'startsecs=0'),
  script('codes', 'sleep 1; exit 7', 'startsecs=0', 'exitcodes=0,7'),
  script('never', 'sleep 1; exit 3', 'startsecs=0', 'autorestart=false'),
  script('killed', 'sleep 1; kill -KILL $$', 'startsecs=0', 'autorestart=false'),
  program('many', 'cat', 'numprocs=3', 'numprocs_start=7', 'process_name=%(program_name)s_%(process_num)02d'),
  program('missing', '/does/not/exist', 'startretries=0'),
  program('missing-in-path', 'no-such-program -x', 'startretries=0'),
  program('directory', '/etc', 'startretries=0'),
  program('plain', '%(here)s/plain', 'startretries=0'),
  program('quotes', "cat 'oops", 'startretries=0'),
  program('nothing', "''", 'startretries=0', "environment=PATH='/none::%(here)s/bin'"),
  program('long', long, 'startretries=0'),
  program('chdir', 'cat', 'directory=%(here)s/none', 'startsecs=20', 'startretries=1'),
  program('interpreter', '%(here)s/bad-interpreter', 'startsecs=20', 'startretries=0'),
  program('vanished', 'cat', 'autostart=false', 'startretries=0', 'stdout_logfile=%(here)s/logs/vanished.log'),
].join('');

/** The folder of the daemon with the files that its programs want. */
function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  writeFileSync(join(dir, 'plain'), 'no program\n', { mode: 0o644 });
  writeFileSync(join(dir, 'bad-interpreter'), '#!/no/such/interpreter\n', { mode: 0o755 });
  mkdirSync(join(dir, 'logs'));
  mkdirSync(join(dir, 'bin'));
  return dir;
}

describeKinds('how programs live under {kind}', (kind, isOurs) => {
  withDaemon(
    'from start to end',
    () => ({ kind, dir: folder(), config: lives }),
    (daemon) => {
      test('a program is RUNNING once it has been up for startsecs', async () => {
        await untilState(daemon(), 'steady', 'RUNNING');
        expect(linesOf(daemon(), 'steady')).toEqual([spawned('steady'), success('steady', 1)]);
      });

      test('startsecs=0 counts as RUNNING at once', async () => {
        await untilState(daemon(), 'instant', 'RUNNING');
        expect(linesOf(daemon(), 'instant')).toEqual([spawned('instant'), success('instant')]);
      });

      test('numprocs makes as many, with their own names', async () => {
        for (const name of ['many_07', 'many_08', 'many_09']) await untilState(daemon(), `many:${name}`, 'RUNNING');
        await expect(infoOf(daemon(), 'many:many_10')).rejects.toThrow('BAD_NAME');
      });

      test('an end with a code that is in exitcodes is expected', async () => {
        await untilState(daemon(), 'expected', 'EXITED');
        expect(linesOf(daemon(), 'expected').at(-1)).toBe('INFO exited: expected (exit status 0; expected)');
        expect(await untilState(daemon(), 'codes', 'EXITED')).toMatchObject({ exitstatus: 7, spawnerr: '' });
        expect(linesOf(daemon(), 'codes').at(-1)).toBe('INFO exited: codes (exit status 7; expected)');
      });

      test('autorestart=false leaves a bad end alone and shows its code', async () => {
        const info = await untilState(daemon(), 'never', 'EXITED');
        expect(info).toMatchObject({ exitstatus: 3, spawnerr: 'Bad exit code 3', pid: 0 });
        expect(linesOf(daemon(), 'never')).toEqual([
          spawned('never'),
          success('never'),
          'WARN exited: never (exit status 3; not expected)',
        ]);
      });

      test('a death by signal is exit status -1', async () => {
        const info = await untilState(daemon(), 'killed', 'EXITED');
        expect(info).toMatchObject({ exitstatus: -1, spawnerr: 'Bad exit code -1' });
        expect(linesOf(daemon(), 'killed').at(-1)).toBe('WARN exited: killed (terminated by SIGKILL; not expected)');
      });

      test.each([
        ['unexpected', 'WARN exited: unexpected (exit status 3; not expected)'],
        ['always', 'INFO exited: always (exit status 0; expected)'],
      ])('%s: what is to be restarted is restarted at once', async (name, exited) => {
        await daemon().until(`${name} runs again`, () => linesOf(daemon(), name).length >= 5);
        expect(linesOf(daemon(), name)).toEqual([spawned(name), success(name), exited, spawned(name), success(name)]);
        const at = (text: string) =>
          logLines(daemon())
            .filter((line) => line.text === text)
            .at(-1)?.atMs ?? 0;
        expect(at(spawned(name)) - at(exited)).toBeLessThan(isOurs ? 500 : 2500);
      });

      test('even exit status 0 within startsecs is too quick', async () => {
        const info = await untilState(daemon(), 'quick-zero', 'FATAL');
        expect(info.spawnerr).toBe('Exited too quickly (process log may have details)');
        expect(info.description).toBe(info.spawnerr);
        expect(linesOf(daemon(), 'quick-zero')).toEqual([
          spawned('quick-zero'),
          'WARN exited: quick-zero (exit status 0; not expected)',
          'INFO gave up: quick-zero entered FATAL state, too many start retries too quickly',
        ]);
      });

      test('startretries=2 is three attempts, with 1 and 2 seconds between', async () => {
        await untilState(daemon(), 'crash', 'FATAL');
        const again = [spawned('crash'), 'WARN exited: crash (exit status 3; not expected)'];
        const gaveUp = 'INFO gave up: crash entered FATAL state, too many start retries too quickly';
        expect(linesOf(daemon(), 'crash')).toEqual([...again, ...again, ...again, gaveUp]);
        const times = logLines(daemon())
          .filter(({ text }) => again.includes(text))
          .map(({ atMs }) => atMs);
        const [, firstEnd = 0, second = 0, secondEnd = 0, third = 0] = times;
        // Supervisor looks once a second, and only then notices that the wait is over.
        const latenessMs = isOurs ? 500 : 2000;
        for (const [waited, wanted] of [
          [second - firstEnd, 1000],
          [third - secondEnd, 2000],
        ] as const) {
          expect(waited).toBeGreaterThanOrEqual(wanted - 10);
          expect(waited).toBeLessThan(wanted + latenessMs);
        }
      });

      test.each([
        ['missing', "can't find command '/does/not/exist'"],
        ['missing-in-path', "can't find command 'no-such-program'"],
        ['directory', "command at '/etc' is a directory"],
        ['plain', "command at '{here}/plain' is not executable"],
        ['quotes', 'can\'t parse command "cat \'oops": No closing quotation'],
        ['nothing', "command at '{here}/bin/' is a directory"],
        ['long', `can't find command '${long}'`],
      ])('%s: a program that cannot be started says why', async (name, why) => {
        const text = why.replaceAll('{here}', daemon().dir);
        expect(await untilState(daemon(), name, 'FATAL')).toMatchObject({ spawnerr: text, pid: 0, description: text });
        expect(daemon().log()).toContain(
          `INFO gave up: ${name} entered FATAL state, too many start retries too quickly`,
        );
        expect(daemon().log()).toContain(`INFO spawnerr: ${text}\n`);
      });

      test('a log whose folder has vanished is why a program cannot start', async () => {
        rmdirSync(join(daemon().dir, 'logs'));
        await expect(daemon().rpc('supervisor.startProcess', 'vanished')).rejects.toThrow('SPAWN_ERROR: vanished');
        expect((await infoOf(daemon(), 'vanished')).spawnerr).toBe(
          "unknown error making dispatchers for 'vanished': ENOENT",
        );
      });

      test.each([
        ['chdir', "couldn't chdir to {here}/none: ENOENT", 2],
        ['interpreter', "couldn't exec {here}/bad-interpreter: ENOENT", 1],
      ])('%s: a child that gets no further says why on its stderr and exits 127', async (name, why, attempts) => {
        const info = await untilState(daemon(), name, 'FATAL');
        const words = `supervisor: ${why.replace('{here}', daemon().dir)}\nsupervisor: child process was not spawned\n`;
        expect(textOf(info.stderr_logfile)).toBe(words.repeat(attempts));
        expect(info.spawnerr).toBe('Exited too quickly (process log may have details)');
        expect(linesOf(daemon(), name).slice(0, 2)).toEqual([
          spawned(name),
          `WARN exited: ${name} (exit status 127; not expected)`,
        ]);
      });

      test('too few file descriptors are why a program cannot start, and then it can again', async () => {
        await daemon().rpc('supervisor.stopProcess', 'instant');
        const { pid } = daemon();
        const limit = (soft: number) => runCommand(['prlimit', '--pid', String(pid), `--nofile=${soft}:`]);
        // Two numbers stay free: one for the connection that asks, too few for three pipes.
        const used = new Set((await runCommand(['ls', `/proc/${pid}/fd`])).stdout.split('\n').map(Number));
        let least = 0;
        for (let free = 0; free < 2; least += 1) if (!used.has(least)) free += 1;
        expect(await limit(least)).toMatchObject({ stderr: '', code: 0 });
        await expect(daemon().rpc('supervisor.startProcess', 'instant')).rejects.toThrow('SPAWN_ERROR: instant');
        expect((await infoOf(daemon(), 'instant')).spawnerr).toBe("too many open files to spawn 'instant'");
        await limit(1024);
        await untilState(daemon(), 'instant', 'RUNNING');
      });
    },
  );
});

const stops = [
  script('stubborn', "trap '' TERM; echo up; while :; do sleep 0.05; done", 'startsecs=0', 'stopwaitsecs=1'),
  script('polite', "trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done", 'startsecs=0'),
  program('usr1', 'cat', 'startsecs=0', 'stopsignal=USR1'),
  script('alone', 'sleep 1000 & echo $!; exec cat', 'startsecs=0'),
  script('as-group', 'sleep 1000 & echo $!; exec cat', 'startsecs=0', 'stopasgroup=true'),
  script(
    'kill-group',
    "sleep 1000 & echo $!; trap '' TERM; while :; do sleep 0.05; done",
    'startsecs=0',
    'stopwaitsecs=1',
    'killasgroup=true',
  ),
  script('slow-start', 'echo up; exec cat', 'startsecs=3600'),
  program('lost', '/does/not/exist', 'startretries=100'),
].join('');

describeKinds('how programs are stopped under {kind}', (kind) => {
  withDaemon(
    'one by one',
    () => ({ kind, config: stops }),
    (daemon) => {
      const output = async (name: string) => textOf((await infoOf(daemon(), name)).stdout_logfile);
      const says = (name: string, words: RegExp) =>
        daemon().until(`${name} says ${words}`, async () => words.exec(await output(name)) ?? undefined);
      const stop = (name: string) => daemon().rpc('supervisor.stopProcess', name);

      test('a program that ignores its stop signal is killed after stopwaitsecs', async () => {
        await says('stubborn', /up/);
        await untilState(daemon(), 'stubborn', 'RUNNING');
        const stopping = stop('stubborn');
        await untilState(daemon(), 'stubborn', 'STOPPING');
        await expect(stop('stubborn')).rejects.toThrow('NOT_RUNNING: stubborn');
        await expect(daemon().rpc('supervisor.startProcess', 'stubborn')).rejects.toThrow(
          'ABNORMAL_TERMINATION: stubborn',
        );
        expect(await stopping).toBe(true);
        expect(await infoOf(daemon(), 'stubborn')).toMatchObject({ statename: 'STOPPED', exitstatus: -1, pid: 0 });
        expect(linesOf(daemon(), 'stubborn').filter((line) => !line.startsWith('INFO waiting'))).toEqual([
          spawned('stubborn'),
          success('stubborn'),
          "WARN process 'stubborn' already running",
          "WARN killing 'stubborn' (N) with SIGKILL",
          'WARN stopped: stubborn (terminated by SIGKILL)',
        ]);
      });

      test('how it ended while it was stopped is told, expected or not', async () => {
        await says('polite', /up/);
        await untilState(daemon(), 'polite', 'RUNNING');
        expect(await stop('polite')).toBe(true);
        expect(await infoOf(daemon(), 'polite')).toMatchObject({ statename: 'STOPPED', exitstatus: 5, spawnerr: '' });
        expect(linesOf(daemon(), 'polite').at(-1)).toBe('WARN stopped: polite (exit status 5)');
      });

      test('stopsignal is what it is stopped with', async () => {
        await untilState(daemon(), 'usr1', 'RUNNING');
        await stop('usr1');
        expect(linesOf(daemon(), 'usr1').at(-1)).toBe('WARN stopped: usr1 (terminated by SIGUSR1)');
      });

      test('a grandchild lives on unless stopasgroup or killasgroup says otherwise', async () => {
        const grandchildren = new Map<string, number>();
        for (const name of ['alone', 'as-group', 'kill-group']) {
          const [pid = ''] = await says(name, /\d+(?=\n)/);
          grandchildren.set(name, Number(pid));
          await untilState(daemon(), name, 'RUNNING');
          await stop(name);
        }
        const pidOf = (name: string) => grandchildren.get(name) ?? 0;
        await daemon().until('the groups are gone', () => !isAlive(pidOf('as-group')) && !isAlive(pidOf('kill-group')));
        expect(isAlive(pidOf('alone'))).toBe(true);
        process.kill(pidOf('alone'), 'SIGKILL');
        expect(linesOf(daemon(), 'kill-group').slice(-2)).toEqual([
          "WARN killing 'kill-group' (N) with SIGKILL",
          'WARN stopped: kill-group (terminated by SIGKILL)',
        ]);
      });

      test('a STARTING program is stopped, and its start is told as abnormal', async () => {
        await says('slow-start', /up\n/);
        await stop('slow-start');
        const starting = daemon().rpc('supervisor.startProcess', 'slow-start').catch(String);
        await untilState(daemon(), 'slow-start', 'STARTING');
        await says('slow-start', /up\nup\n/);
        expect(await stop('slow-start')).toBe(true);
        expect(await starting).toContain('ABNORMAL_TERMINATION: slow-start');
      });

      test('a program in BACKOFF is stopped without a signal', async () => {
        await untilState(daemon(), 'lost', 'BACKOFF');
        expect(await stop('lost')).toBe(true);
        expect(await infoOf(daemon(), 'lost')).toMatchObject({ statename: 'STOPPED', pid: 0 });
      });

      test('a signal leaves the state alone, and a death by it is an ordinary end', async () => {
        await daemon().rpc('supervisor.startProcess', 'polite');
        await daemon().until('polite is up again', async () => (await output('polite')) === 'up\nup\n');
        expect(await daemon().rpc('supervisor.signalProcess', 'polite', 'KILL')).toBe(true);
        await daemon().until(
          'polite was restarted',
          () =>
            linesOf(daemon(), 'polite').slice(-2).join() === [spawned('polite'), success('polite')].join() &&
            linesOf(daemon(), 'polite').at(-3) === 'WARN exited: polite (terminated by SIGKILL; not expected)',
        );
      });
    },
  );

  // `last` is told first and the others wait for it; among equals everything is told before anything has ended.
  const slowEnd = "trap 'sleep 0.3; exit 0' TERM; echo up; while :; do sleep 0.05; done";
  const ordered = [
    script('first', slowEnd, 'startsecs=0', 'priority=1'),
    script('twin-a', slowEnd, 'startsecs=0', 'priority=50'),
    script('twin-b', slowEnd, 'startsecs=0', 'priority=50'),
    script('last', slowEnd, 'startsecs=0', 'priority=900'),
    script('in-group', slowEnd, 'startsecs=0', 'priority=950'),
    '[group:g]\nprograms=in-group\npriority=20\n\n',
    '[group:other]\nprograms=in-group\npriority=2\n\n',
    program('lost', '/does/not/exist', 'startretries=100', 'priority=3'),
  ].join('');

  withDaemon(
    'all at the end',
    () => ({ kind, config: ordered }),
    (daemon) => {
      test('programs start in the order of their priority, and stop in the opposite one, lower ones waiting', async () => {
        const names = ['first', 'other:in-group', 'g:in-group', 'twin-a', 'twin-b', 'last'];
        for (const name of names) await untilState(daemon(), name, 'RUNNING');
        await daemon().until('all are up', async () => {
          const infos = await Promise.all(names.map((name) => infoOf(daemon(), name)));
          return infos.every((info) => textOf(info.stdout_logfile) === 'up\n');
        });
        const started = logLines(daemon()).flatMap(({ text }) => /spawned: '(\S+)'/.exec(text)?.[1] ?? []);
        expect(started).toEqual(['first', 'in-group', 'in-group', 'twin-a', 'twin-b', 'last']);
        await untilState(daemon(), 'lost', 'BACKOFF');

        process.kill(daemon().pid, 'SIGTERM');
        expect(await daemon().ended).toBe(0);
        const stopped = logLines(daemon()).filter(({ text }) => text.includes('stopped: '));
        expect(stopped.map(({ text }) => text.replace(/twin-[ab]/, 'twin'))).toEqual([
          'INFO stopped: last (exit status 0)',
          'INFO stopped: twin (exit status 0)',
          'INFO stopped: twin (exit status 0)',
          'INFO stopped: in-group (exit status 0)',
          'INFO stopped: in-group (exit status 0)',
          'INFO stopped: first (exit status 0)',
        ]);
        const [last = 0, twin = 0, , inGroup = 0] = stopped.map(({ atMs }) => atMs);
        expect(twin - last).toBeGreaterThanOrEqual(290);
        expect(inGroup - twin).toBeGreaterThanOrEqual(290);
        const [line] = logLines(daemon()).filter(({ text }) => text.startsWith('INFO waiting for '));
        expect(line?.text.replace('INFO waiting for ', '').replace(' to die', '').split(', ').sort()).toEqual([
          'first',
          'in-group',
          'in-group',
          'last',
          'lost',
          'twin-a',
          'twin-b',
        ]);
      });
    },
  );
});
