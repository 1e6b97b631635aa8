/** When a program is started again, when the daemon goes with it, what it may use, and variables out of files. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { infoOf, linesOf, logLines, program, script, textOf, untilState, withDaemon } from './support.ts';

/** Milliseconds between the ends of a program and the starts that follow, as the log shows them. */
function waitsOf(daemon: TestDaemon, name: string): number[] {
  const lines = logLines(daemon);
  const ends = lines.filter(({ text }) => text.includes(` exited: ${name} `));
  return ends.flatMap((end) => {
    const after = lines.slice(lines.indexOf(end)).find(({ text }) => text.includes(` spawned: '${name}'`));
    return after === undefined ? [] : [after.atMs - end.atMs];
  });
}

/** Under load a start may be late, and the line of an end may be written well after the wait has begun. */
const lateMs = 1500;
const earlyMs = 300;

withDaemon(
  'programs that do not stay up',
  () => ({
    config: [
      program(
        'steep',
        'false',
        'backoff=exponential',
        'backoff_initial=100ms',
        'backoff_factor=3',
        'backoff_max=0.5',
        'startretries=-1',
      ),
      script('ends', 'exit 3', 'startsecs=0', 'autorestart=true', 'backoff_after_exit=true', 'exitcodes=3'),
      script('often', 'exit 3', 'startsecs=0', 'autorestart=true', 'restart_limit=4/60s'),
      script('again', 'test -e mended && exec sleep 600; exit 1', 'directory=%(here)s', 'startsecs=0', 'startretries=0')
        .trimEnd()
        .concat('\nautorestart=true\nrestart_limit=0/1h\nfatal_retry=300ms\n\n'),
      script('stays', 'exit 1', 'startretries=0', 'fatal_retry=1h'),
    ].join(''),
  }),
  (daemon) => {
    test('backoff=exponential: the log shows the waits', async () => {
      const waits = await daemon().until('it has been started six times', () => {
        const all = waitsOf(daemon(), 'steep');
        return all.length >= 5 && all.slice(0, 5);
      });
      for (const [index, expected] of [100, 300, 500, 500, 500].entries()) {
        expect(waits[index]).toBeGreaterThanOrEqual(expected - earlyMs);
        expect(waits[index]).toBeLessThan(expected + lateMs);
      }
      const announced = linesOf(daemon(), 'steep').flatMap((line) => /again in (.*) seconds?$/.exec(line)?.[1] ?? []);
      expect(announced.slice(0, 5)).toEqual(['0.1', '0.3', '0.5', '0.5', '0.5']);
    });

    test('backoff_after_exit: an end after RUNNING is followed by a wait, which says how long', async () => {
      await daemon().until('it has been started three times', () => waitsOf(daemon(), 'ends').length >= 2);
      const [first = 0, second = 0] = waitsOf(daemon(), 'ends');
      expect(first).toBeGreaterThanOrEqual(1000 - earlyMs);
      expect(second).toBeGreaterThanOrEqual(2000 - earlyMs);
      const { spawnerr, description } = await untilState(daemon(), 'ends', 'BACKOFF');
      expect(spawnerr).toMatch(/^Exited \(exit status 3\), is started again in \d seconds$/);
      expect(description).toBe(spawnerr);
    });

    test('restart_limit: one end too many is FATAL, and says why', async () => {
      const { spawnerr, description } = await untilState(daemon(), 'often', 'FATAL');
      expect(spawnerr).toBe('Exited 5 times within 60 seconds (restart_limit)');
      expect(description).toBe(spawnerr);
      expect(linesOf(daemon(), 'often').filter((line) => line.includes('spawned'))).toHaveLength(5);
      expect(linesOf(daemon(), 'often').at(-1)).toBe(
        'INFO gave up: often entered FATAL state, it exited 5 times within 60 seconds (restart_limit)',
      );
    });

    test('fatal_retry: FATAL is left after so long, unless it is told to stop', async () => {
      await daemon().until('it has been tried again', () => {
        return linesOf(daemon(), 'again').filter((line) => line.includes('spawned')).length > 2;
      });
      writeFileSync(join(daemon().dir, 'mended'), '');
      await untilState(daemon(), 'again', 'RUNNING');
      await untilState(daemon(), 'stays', 'FATAL');
      expect((await daemon().ctl('stop', 'stays')).stdout).toBe('stays: stopped\n');
      expect((await infoOf(daemon(), 'stays')).statename).toBe('FATAL');
      expect(linesOf(daemon(), 'stays').at(-1)).toBe('INFO stays stays in FATAL state: told to stop');
      expect((await daemon().ctl('stop', 'stays')).stdout).toBe('stays: ERROR (not running)\n');
    });
  },
);

describe('exit_daemon: the daemon ends as its program did', () => {
  test.each([
    ['an expected end', 0, script('main', 'exit 0', 'startsecs=0', 'exit_daemon=exit')],
    ['an exit status', 3, script('main', 'exit 3', 'startsecs=0', 'autorestart=false', 'exit_daemon=exit')],
    ['a signal', 128 + 9, script('main', 'kill -9 $$', 'startsecs=0', 'autorestart=false', 'exit_daemon=exit')],
    [
      'a program that cannot be started',
      1,
      program('main', 'sleep 600', 'env_file=no.env', 'startretries=0', 'exit_daemon=exit'),
    ],
    ['FATAL', 4, script('main', 'exit 4', 'startretries=0', 'exit_daemon=fatal')],
  ])('%s', async (_, status, main) => {
    // It waits for the test to be there, and the other one has to be stopped first.
    const config = `${main.replace('[program:main]', '[program:main]\nautostart=false')}${program('other', 'sleep 600', 'startsecs=0')}`;
    await using daemon = await startDaemon({ config });
    await untilState(daemon, 'other', 'RUNNING');
    await daemon.rpc('supervisor.startProcess', 'main', false).catch(() => undefined);
    expect(await daemon.ended).toBe(status);
    expect(daemon.log()).toContain(`shutting down with exit status ${status} (exit_daemon)`);
    expect(daemon.log()).toContain('waiting for other to die');
    expect(daemon.log()).toContain('stopped: other (terminated by SIGTERM)');
  });
});

test('rlimit_* and nice are what the program sees', async () => {
  const nice = getPriority() + 3;
  await using daemon = await startDaemon({
    config: [
      program(
        'small',
        'sleep 600',
        'startsecs=0',
        'rlimit_nofile=100:200',
        'rlimit_core=0',
        'rlimit_as=512MB',
        `nice=${nice}`,
      ),
      program('plain', 'sleep 600', 'startsecs=0'),
      program('greedy', 'sleep 600', 'startretries=0', 'nice=19', 'rlimit_as=1:unlimited', 'redirect_stderr=true'),
    ].join(''),
  });
  const limitsOf = async (name: string): Promise<Record<string, string>> => {
    const { pid } = await untilState(daemon, name, 'RUNNING');
    const lines = readFileSync(`/proc/${pid}/limits`, 'utf8').split('\n').slice(1, -1);
    const pairs = lines.map((line) => [line.slice(0, 26).trim(), line.slice(26, 66).trim().replace(/ +/, ':')]);
    return { ...Object.fromEntries(pairs), nice: getPriority(pid) };
  };
  expect(await limitsOf('small')).toMatchObject({
    'Max open files': '100:200',
    'Max core file size': '0:0',
    'Max address space': `${512 * 1024 ** 2}:${512 * 1024 ** 2}`,
    nice,
  });
  const own = readFileSync('/proc/self/limits', 'utf8');
  const plain = await limitsOf('plain');
  expect(own).toMatch(new RegExp(`^Max address space +${plain['Max address space']?.replace(':', ' +')} `, 'm'));
  expect(plain['nice']).toBe(getPriority());
  // No program can be loaded into one byte of memory.
  expect((await untilState(daemon, 'greedy', 'FATAL')).spawnerr).toContain('Exited too quickly');
});

test('env_file: literal values, below its own environment, read at every start', async () => {
  await using daemon = await startDaemon({
    config: [
      '[supervisord]\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nchildlogdir=%(here)s\n',
      'environment=COMMON="daemon",BELOW="daemon"\n\n',
      program(
        'web',
        'env',
        'directory=%(here)s',
        'startsecs=0',
        'autorestart=false',
        'autostart=false',
        'stdout_logfile=%(here)s/web.log',
        'env_file=a.env, -%(program_name)s.env,-none.env',
        'environment=OWN="section"',
      ),
    ].join(''),
  });
  const seen = async (): Promise<string[]> => {
    writeFileSync(join(daemon.dir, 'web.log'), '');
    await daemon.rpc('supervisor.startProcess', 'web');
    await untilState(daemon, 'web', 'EXITED');
    return textOf(join(daemon.dir, 'web.log'))
      .split('\n')
      .filter((line) => /^(LITERAL|OWN|COMMON|BELOW|LATER|EMPTY|SUPERVISOR_PROCESS_NAME)=/.test(line))
      .sort();
  };
  const a = '# a comment\n\nLITERAL= "a" $HOME %(here)s = #x\\n \r\nOWN=file\nBELOW=file\nLATER=a\nEMPTY=\n';
  writeFileSync(join(daemon.dir, 'a.env'), a);
  writeFileSync(join(daemon.dir, 'web.env'), '\uFEFFLATER=b');
  expect(await seen()).toEqual([
    'BELOW=file',
    'COMMON=daemon',
    'EMPTY=',
    'LATER=b',
    'LITERAL= "a" $HOME %(here)s = #x\\n ',
    'OWN=section',
    'SUPERVISOR_PROCESS_NAME=web',
  ]);
  writeFileSync(join(daemon.dir, 'a.env'), 'LATER=new\n');
  rmSync(join(daemon.dir, 'web.env'));
  expect(await seen()).toEqual([
    'BELOW=daemon',
    'COMMON=daemon',
    'LATER=new',
    'OWN=section',
    'SUPERVISOR_PROCESS_NAME=web',
  ]);
});

test('env_file: a file that is missing is a spawn error in words, unless it may be', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-env-'));
  writeFileSync(join(dir, 'bad.env'), 'A=1\nexport B=2\nC: 3\n');
  await using daemon = await startDaemon({
    dir,
    config: [
      program('missing', 'sleep 600', 'env_file=%(here)s/no.env', 'startretries=0'),
      program('bad', 'sleep 600', 'env_file=%(here)s/bad.env', 'startretries=0'),
      program('folder', 'sleep 600', 'env_file=-%(here)s', 'startretries=0'),
      program('may', 'sleep 600', 'env_file=-%(here)s/no.env', 'startsecs=0'),
    ].join(''),
  });
  await untilState(daemon, 'may', 'RUNNING');
  const errorOf = async (name: string) => (await untilState(daemon, name, 'FATAL')).spawnerr;
  expect(await errorOf('missing')).toBe(`cannot read env_file "${dir}/no.env": there is no such file`);
  expect(await errorOf('bad')).toBe(`cannot read env_file "${dir}/bad.env": line 2 is not KEY=value`);
  expect(await errorOf('folder')).toBe(`cannot read env_file "${dir}": not a plain file`);
  expect(existsSync(join(dir, 'no.env'))).toBe(false);
});
