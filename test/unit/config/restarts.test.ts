import { describe, expect, test } from 'vitest';
import { duration } from '../../../src/config/duration.ts';
import { differenceOf } from '../../../src/daemon/config/difference.ts';
import { nodeHost } from '../../../src/daemon/config/host.ts';
import type { LoadResult } from '../../../src/daemon/config/model.ts';
import { load as loadText } from '../../support/config-files.ts';

function load(keys: string): LoadResult {
  return loadText(`[supervisord]\n[program:a]\ncommand=a\n${keys}\n`);
}

function groups(keys = '') {
  const result = load(keys);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.config.groups;
}

function settings(keys = '') {
  const [process] = groups(keys).flatMap(({ processes }) => processes);
  const { restart, rlimits, nice, envFiles, ownVariables } = process ?? {};
  return { restart, rlimits, nice, envFiles, ownVariables };
}

function problems(keys: string): string[] {
  const result = load(keys);
  return result.ok ? [] : result.problems.map(({ key, message, got }) => `${key}: ${message} (${got})`);
}

const host = nodeHost({}, '/');

test.each([
  ['5', 5000],
  ['0.5', 500],
  ['.25', 250],
  ['500ms', 500],
  ['30s', 30_000],
  ['2m', 120_000],
  ['1.5 H', 5_400_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
])('a duration of %s is %d milliseconds', (text, ms) => {
  expect(duration.parse(text, host)).toBe(ms);
});

test.each(['', '-1', '5 apples', '1e3', 's', '1m30s', '9999d'])('%j is no duration', (text) => {
  expect(() => duration.parse(text, host)).toThrow(`Cannot use ${JSON.stringify(text)} as a duration`);
});

test('without these keys, or with their defaults, there is nothing for the core to know', () => {
  const nothing = { restart: undefined, rlimits: [], nice: undefined, envFiles: [], ownVariables: [] };
  expect(settings()).toEqual(nothing);
  expect(settings('backoff=supervisor\nbackoff_jitter=0\nbackoff_initial=7\nfatal_retry=0')).toEqual(nothing);
});

test('they are read in milliseconds, numbers of resources and bytes', () => {
  const keys = [
    'backoff=Exponential\nbackoff_initial=500ms\nbackoff_factor=1.5\nbackoff_max=2m\nbackoff_jitter=0.2',
    'backoff_after_exit=true\nbackoff_reset=90\nrestart_limit=5/60s\nfatal_retry=1h\nexit_daemon=fatal',
    'rlimit_nofile=1024:4096\nrlimit_core=unlimited\nrlimit_as=1GB\nnice=-5',
    'env_file=a.env, -b.env\nenvironment=A="1"',
  ].join('\n');
  expect(settings(keys)).toEqual({
    restart: {
      backoff: 'exponential',
      initialMs: 500,
      factor: 1.5,
      maxMs: 120_000,
      jitter: 0.2,
      afterExit: true,
      resetMs: 90_000,
      limit: { exits: 5, withinMs: 60_000 },
      fatalRetryMs: 3_600_000,
      exitDaemon: 'fatal',
    },
    rlimits: [
      [7, 1024, 4096],
      [4, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
      [9, 1024 ** 3, 1024 ** 3],
    ],
    nice: -5,
    envFiles: [
      { path: 'a.env', isOptional: false },
      { path: 'b.env', isOptional: true },
    ],
    ownVariables: ['A'],
  });
});

test('env_file may be another one for each process', () => {
  const result = loadText(
    '[supervisord]\n[program:a]\ncommand=a\nnumprocs=2\nprocess_name=a%(process_num)d\nenv_file=%(here)s/%(process_num)d.env\n',
  );
  const paths =
    result.ok && result.config.groups.flatMap((group) => group.processes).map((one) => one.envFiles[0]?.path);
  expect(paths).toEqual([expect.stringMatching(/\/0\.env$/), expect.stringMatching(/\/1\.env$/)]);
});

test.each([
  ['backoff=linear', 'Cannot use "linear" as backoff'],
  ['backoff_initial=1 s 5', 'Cannot use "1 s 5" as a duration'],
  ['backoff_factor=0.5', 'Cannot use "0.5" as a factor'],
  ['backoff_jitter=20%%', 'Cannot use "20%" as a share'],
  ['backoff_jitter=1.1', 'Cannot use "1.1" as a share'],
  ['restart_limit=5', 'Cannot use "5" as a limit of ends'],
  ['restart_limit=5/0', 'Cannot use "5/0" as a limit of ends'],
  ['fatal_retry=-1', 'Cannot use "-1" as a duration'],
  ['exit_daemon=true', 'Cannot use "true" as exit_daemon'],
  ['rlimit_nofile=1KB', 'Cannot use "1KB" as a limit'],
  ['rlimit_nofile=5:4', 'Cannot use "5:4" as a limit'],
  ['rlimit_as=1:2:3', 'Cannot use "1:2:3" as a limit'],
  ['rlimit_core=-1', 'Cannot use "-1" as a limit'],
  ['nice=20', 'Cannot use "20" as a nice value'],
  ['nice=1.5', 'Cannot use "1.5" as a nice value'],
  ['env_file=a,-', 'Cannot use "a,-" as files'],
])('%s is refused at its line', (line, message) => {
  expect(problems(line)).toEqual([expect.stringMatching(new RegExp(`^${line.split('=')[0]}: `))]);
  expect(problems(line)[0]).toContain(message);
});

describe('update', () => {
  test.each([
    'backoff=exponential',
    'restart_limit=5/60s',
    'exit_daemon=exit',
    'rlimit_nofile=100',
    'rlimit_nofile=100:unlimited',
    'nice=5',
    'env_file=a.env',
    'env_file=-a.env',
  ])('%s is a change', (line) => {
    expect(differenceOf(groups(), groups(line)).changed).toEqual(['a']);
    expect(differenceOf(groups(line), groups(line)).changed).toEqual([]);
  });

  test('a default that is written, and another text for the same, are none', () => {
    expect(differenceOf(groups(), groups('backoff=supervisor')).changed).toEqual([]);
    expect(differenceOf(groups('restart_limit=5/60s'), groups('restart_limit=5/1m')).changed).toEqual([]);
  });
});
