import { describe, expect, test } from 'vitest';
import { avail } from '../../../../src/ctl/commands/avail.ts';
import { open } from '../../../../src/ctl/commands/open.ts';
import { pid } from '../../../../src/ctl/commands/pid.ts';
import { status } from '../../../../src/ctl/commands/status.ts';
import type { ProcessInfo } from '../../../../src/ctl/supervisor.ts';
import { Fault } from '../../../../src/rpc/faults.ts';
import { processInfo, run, systemError } from '../fake-context.ts';

const cat = processInfo('cat', 'RUNNING', { description: 'pid 8874, uptime 0:00:02', pid: 8874 });
const infos = [
  cat,
  processInfo('many_00', 'BACKOFF', { group: 'g', description: 'Exited too quickly (process log may have details)' }),
  processInfo('many_01', 'STARTING', { group: 'g' }),
  processInfo('off', 'STOPPED', { description: 'Not started' }),
];
const leaving = processInfo('leaving', 'STOPPING');
const script = { getAllProcessInfo: infos };

const shown = (rows: readonly ProcessInfo[]) => ({ getVersionAndAllProcessInfo: ['3.0', rows] });

describe('status', () => {
  test('is the table that people and scripts read', async () => {
    const { printed } = await run(status, '', shown(infos));
    expect(printed.join('\n')).toBe(
      [
        'cat                              RUNNING   pid 8874, uptime 0:00:02',
        'g:many_00                        BACKOFF   Exited too quickly (process log may have details)',
        'g:many_01                        STARTING  ',
        'off                              STOPPED   Not started',
      ].join('\n'),
    );
  });

  test('status exits with 0: STOPPING counts as running', async () => {
    expect((await run(status, 'leaving cat', shown([cat, leaving]))).code).toBe(0);
  });

  test.each([
    ['cat g:*', 0, 'BACKOFF and STARTING count as running'],
    ['cat off', 3, 'one is stopped'],
    ['nobody', 4, 'one is unknown'],
    ['off nobody', 3, 'stopped counts for more than unknown'],
    ['', 3, 'all are asked for, and one is stopped'],
  ])('status %s exits with %d: %s', async (names, code) => {
    expect((await run(status, names, shown(infos))).code).toBe(code);
  });

  test('the column of names is as wide as the longest shown', async () => {
    const long = processInfo('x'.repeat(40), 'RUNNING');
    const { printed } = await run(status, '', shown([cat, long]));
    expect(printed[0]?.split('\n').map((line) => line.indexOf('RUNNING'))).toEqual([43, 43]);
    const { printed: one } = await run(status, 'cat', shown([cat, long]));
    expect(one[0]?.indexOf('RUNNING')).toBe(33);
  });

  test('names outside the ASCII characters keep the columns straight', async () => {
    const { printed } = await run(status, '', shown([processInfo('na\u{1f600}ve', 'RUNNING')]));
    expect(Array.from(printed[0] ?? '').indexOf('R')).toBe(33);
  });

  test.each([
    [systemError('ECONNREFUSED'), 'unix:///s.sock refused connection'],
    [systemError('ENOENT'), 'unix:///s.sock no such file'],
    [new Fault('UNKNOWN_METHOD'), 'Sorry, supervisord responded but did not recognize'],
  ])('exits with 4 when the daemon cannot be asked: %s', async (error, text) => {
    const ran = await run(status, '', { getVersionAndAllProcessInfo: error });
    expect(ran.code).toBe(4);
    expect(ran.printed[0]).toContain(text);
  });
});

test.each([
  ['ECONNREFUSED', 4],
  ['ENOENT', 7],
])('a command that finds no daemon (%s) exits with %d', async (code, expected) => {
  expect((await run(pid, '', { getVersion: systemError(code) })).code).toBe(expected);
});

test('a server with another API version is refused with 5', async () => {
  const ran = await run(pid, '', { getVersion: '4.0' });
  expect(ran.code).toBe(5);
  expect(ran.printed[0]).toBe(
    'Sorry, this version of supervisorctl expects to talk to a server with API version 3.0, but the remote version is 4.0.',
  );
});

test('pid of a dead process is 0 and exits with 7; among all it does not', async () => {
  expect(await run(pid, 'off', { getProcessInfo: infos[3] })).toMatchObject({ code: 7, printed: ['0'] });
  expect(await run(pid, 'all', script)).toMatchObject({ code: 0, printed: ['8874', '0', '0', '0'] });
});

test('open goes to the other server, and its exit code is 0 whatever status finds there', async () => {
  const ran = await run(open, 'http://there:9001', {
    getVersionAndAllProcessInfo: systemError('ECONNREFUSED'),
  });
  expect(ran).toEqual({
    code: 0,
    calls: ['open http://there:9001'],
    printed: ['http://there:9001 refused connection'],
  });
});

test('avail shows what is configured, in use or not', async () => {
  const info = { name: 'many_00', group: 'g', inuse: true, autostart: true, group_prio: 999, process_prio: 7 };
  const ran = await run(avail, '', {
    getAllConfigInfo: [info, { ...info, group: 'many_00', inuse: false, autostart: false }],
  });
  expect(ran.printed).toEqual([
    'g:many_00                        in use    auto      999:7',
    'many_00                          avail     manual    999:7',
  ]);
});
