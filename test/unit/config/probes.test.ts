import { describe, expect, test } from 'vitest';
import { differenceOf } from '../../../src/daemon/config/difference.ts';
import type { ProcessConfig } from '../../../src/daemon/config/model.ts';
import { load } from '../../support/config-files.ts';

function read(keys: string, section = 'program:a') {
  return load(`[supervisord]\n[${section}]\ncommand=a\n${keys}\n`);
}

function processes(keys: string, section?: string): readonly ProcessConfig[] {
  const result = read(keys, section);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.config.groups.flatMap((group) => group.processes);
}

function problems(keys: string): string[] {
  const result = read(keys);
  return result.ok ? [] : result.problems.map(({ key, message, expected }) => `${key}: ${message} (${expected})`);
}

describe('where a probe asks that names no address', () => {
  test.each([
    ['at its port', 'port=8000\nready=http:/healthz', 'http:127.0.0.1:8000:/healthz'],
    ['on this machine if it listens everywhere', 'port=8000\nbind=0.0.0.0\nready=tcp', 'tcp:127.0.0.1:8000'],
    ['at its held socket', 'port=8000\nlisten=unix:///run/a.sock\nready=uwsgi', 'uwsgi:unix:/run/a.sock'],
    ['where it says', 'port=8000\nready=redis:127.0.0.1:6379', 'redis:127.0.0.1:6379'],
  ])('%s', (_, keys, text) => {
    expect(processes(keys)[0]?.ready?.text).toBe(text);
  });

  test('each process at its own', () => {
    const keys =
      'numprocs=2\nprocess_name=%(process_num)d\nport=2000\nport_step=2\nready=tcp\nlive=http:/%(process_num)d';
    expect(processes(keys).map(({ ready, live }) => [ready?.text, live?.text])).toEqual([
      ['tcp:127.0.0.1:2000', 'http:127.0.0.1:2000:/0'],
      ['tcp:127.0.0.1:2002', 'http:127.0.0.1:2002:/1'],
    ]);
  });

  test('of FastCGI at the socket of its section', () => {
    const [unix] = processes('socket=unix:///run/php.sock\nready=fastcgi', 'fcgi-program:a');
    const [tcp] = processes('socket=tcp://127.0.0.1:9000\nready=fastcgi:/ping', 'fcgi-program:a');
    expect([unix?.ready?.text, tcp?.ready?.text]).toEqual([
      'fastcgi:unix:/run/php.sock',
      'fastcgi:127.0.0.1:9000:/ping',
    ]);
  });
});

test('what is not written is not there, and an empty probe is none', () => {
  const [process] = processes('ready_timeout=5\nready=\nlive=');
  expect([process?.ready, process?.live, process?.rollBatch]).toEqual([undefined, undefined, undefined]);
});

test('times and counts', () => {
  const [process] = processes(
    'port=1\nready=tcp\nready_timeout=1m\nready_interval=500ms\nready_failures=4\nready_successes=2\n' +
      'live=tcp\nlive_interval=2\nlive_timeout=1\nlive_failures=5\nlive_successes=3\nlive_action=event\nroll_batch=25%',
  );
  expect(process?.ready).toMatchObject({
    timeoutMs: 60_000,
    rhythm: { intervalMs: 500, timeoutMs: 3000, failures: 4, successes: 2 },
  });
  expect(process?.live).toMatchObject({
    action: 'event',
    rhythm: { intervalMs: 2000, timeoutMs: 1000, failures: 5, successes: 3 },
  });
  expect(process?.rollBatch).toBe('25%');
});

test.each([
  ['ready=htp:/x', /^ready: Cannot use "htp:\/x" as a probe \(a probe that begins with .*did you mean "http"\?/],
  ['ready=tcp', /^ready: Cannot ask "tcp": the file does not say where the program listens \(port=8000 /],
  ['ready=log:(a', /^ready: Cannot use "log:\(a" as a probe/],
  [
    'port=1\nlive=log:ok',
    /^live: Cannot tell from a line of the log .*\(log:REGEX in ready, or another probe in live\)/,
  ],
  ['port=1\nlive=tcp\nlive_interval=0', /^live_interval: Cannot ask every 0 ms \(at least 10ms\)/],
  ['port=1\nready=tcp\nready_failures=0', /^ready_failures: .*a whole number from 1 to 1000/],
  ['port=1\nlive=tcp\nlive_action=kill', /^live_action: .*restart or event/],
  ['roll_batch=0', /^roll_batch: Cannot roll "0" at a time/],
])('%s is refused in words', (keys, message) => {
  expect(problems(keys)[0]).toMatch(message);
});

test('other probes are no reason to restart anything', () => {
  const before = read('port=1\nready=tcp\nlive=tcp');
  const after = read('port=1\nready=http:/\nlive_interval=5\nroll_batch=2');
  if (!before.ok || !after.ok) throw new Error('Cannot read');
  expect(differenceOf(before.config.groups, after.config.groups).changed).toEqual([]);
});
