import { expect, test } from 'vitest';
import { whyLines } from '../../../src/ctl/why-text.ts';
import type { ExitInfo, WhyInfo } from '../../../src/rpc/insight.ts';

const now = 1_795_405_600_000;
const exit = (more: Partial<ExitInfo>): ExitInfo => ({
  at: now / 1000 - 20,
  pid: 7,
  ran: 3,
  cause: 'exit',
  text: 'exit status 3',
  status: 3,
  signal: '',
  expected: false,
  stdout: [],
  stderr: [],
  ...more,
});
const info = (more: Partial<WhyInfo>): WhyInfo => ({
  group: 'web',
  name: 'web',
  statename: 'FATAL',
  why: '',
  since: now / 1000 - 20,
  waitsfor: [],
  exits: [],
  ...more,
});
const told = (more: Partial<WhyInfo>, width = 200) =>
  whyLines(info(more), now, width).map((line) => line.map(({ text }) => text).join(''));

test('the cause is in the first line, in the words of the last end where these say more', () => {
  const why = 'Exited too quickly (process log may have details)';
  expect(told({ why, exits: [exit({})] })[0]).toBe('web is FATAL for 20 s: exit status 3');
  expect(told({ why: 'Port 80 is held by nginx' })[0]).toBe('web is FATAL for 20 s: Port 80 is held by nginx');
  expect(told({ statename: 'RUNNING', since: 0 })[0]).toBe('web is RUNNING: nothing is wrong with it');
});

test('control sequences of a program reach no terminal', () => {
  const lines = told({ exits: [exit({ stderr: ['\u001b]0;title\u0007\u001b[2Jbad'] })] });
  expect(lines.join('\n')).not.toContain('\u001b');
  expect(lines.join('\n')).toContain('bad');
});

test('what to type next goes with the cause', () => {
  const next = (more: Partial<WhyInfo>) =>
    told(more)
      .filter((line) => line.startsWith('  tssupervisorctl'))
      .join('\n');
  expect(next({ exits: [exit({ cause: 'port', pid: 0 })] })).toMatch(/tssupervisorctl ports /);
  expect(next({ exits: [exit({ cause: 'spawn', pid: 0 })] })).toMatch(/tssupervisorctl doctor /);
  expect(next({ exits: [exit({})] })).toMatch(/logs web --lines 200 .*\n.*env web .*\n.*start web /);
  expect(next({ statename: 'STOPPED', why: 'Waiting for db:db_00:ready', waitsfor: ['db:db_00:ready'] })).toMatch(
    /why db:db_00 .*\n.*graph /,
  );
  expect(next({ statename: 'RUNNING' })).toBe('');
});

test('long lines are broken where the terminal ends, and nothing of them is lost', () => {
  const lines = told({ exits: [exit({ stderr: ['x'.repeat(100)] })] }, 40);
  expect(
    Math.max(
      ...lines
        .slice(1)
        .filter((line) => /^ +x/.test(line))
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(40);
  expect(
    lines
      .filter((line) => /^ +x/.test(line))
      .join('')
      .replace(/ /g, ''),
  ).toHaveLength(100);
});
