import { expect, test } from 'vitest';
import { whyRows } from '../../../../../src/ctl/dashboard/views/why.ts';
import type { ExitInfo, WhyInfo } from '../../../../../src/rpc/insight.ts';
import { viewText, wordsOf } from '../../../../support/view-text.ts';

const now = new Date(2026, 10, 23, 14, 5, 30).getTime();
const at = (ago: number) => now / 1000 - ago;
const none = { signal: '', stdout: [], stderr: [] };
const exits: ExitInfo[] = [
  {
    ...none,
    at: at(12),
    pid: 812,
    ran: 2,
    cause: 'exit',
    text: 'exit status 3; not expected',
    status: 3,
    expected: false,
    stdout: ['listening', 'bye'],
    stderr: ['Traceback:', '\u001b[31mKeyError: \u001b]0;x\u0007DATABASE_URL'],
  },
  { ...none, at: at(90_000), pid: 700, ran: 3700, cause: 'stopped', text: '', status: 0, expected: true },
  {
    ...none,
    at: at(90_010),
    pid: 0,
    ran: 0,
    cause: 'port',
    text: 'port 2000 is held by pid 9 "nc"',
    status: -1,
    expected: false,
  },
];
const why: WhyInfo = {
  group: 'web',
  name: 'web_00',
  statename: 'BACKOFF',
  why: 'Exited too quickly, tried again in 2 s',
  since: at(12),
  waitsfor: ['redis:ready'],
  exits,
};

test('the cause comes first, then the last bad end with what was said before it, then all ends', () => {
  const rows = whyRows(why, { now, width: 90 });
  expect(viewText(rows, 90)).toMatchInlineSnapshot(`
    "
    web:web_00 is BACKOFF for 12 s
      Exited too quickly, tried again in 2 s
      waits for redis:ready
    Last bad end, 12 s ago: exit status 3; not expected, pid 812, after 2 s
      stderr, its last 2 lines:
        Traceback:
        KeyError: DATABASE_URL
      stdout, its last 2 lines:
        listening
        bye
    Its last 3 ends, the newest first
      14:05:18  exit status 3; not expected, pid 812, after 2 s
      2026-11-22 13:05:30  was stopped, pid 700, after 1 h 1 min
      2026-11-22 13:05:20  port 2000 is held by pid 9 "nc"
    "
  `);
  expect(wordsOf(rows, 'stderr').join()).not.toMatch(/[\u0000-\u001f]/);
});

test('on a narrow screen nothing of it is lost', () => {
  expect(viewText(whyRows(why, { now, width: 40 }), 40)).toMatchInlineSnapshot(`
    "
    web:web_00 is BACKOFF for 12 s
      Exited too quickly, tried again in 2 s
      waits for redis:ready
    Last bad end, 12 s ago: exit status 3;
    not expected, pid 812, after 2 s
      stderr, its last 2 lines:
        Traceback:
        KeyError: DATABASE_URL
      stdout, its last 2 lines:
        listening
        bye
    Its last 3 ends, the newest first
      14:05:18  exit status 3; not expected,
      pid 812, after 2 s
      2026-11-22 13:05:30  was stopped, pid
      700, after 1 h 1 min
      2026-11-22 13:05:20  port 2000 is held
      by pid 9 "nc"
    "
  `);
});

test('of a process that is well there is nothing to say', () => {
  const well = { ...why, statename: 'RUNNING', why: '', waitsfor: [], exits: [] };
  expect(viewText(whyRows(well, { now, width: 80 }), 80)).toMatchInlineSnapshot(`
    "
    web:web_00 is RUNNING for 12 s
      Nothing keeps it from what it is to do
    It has not ended since the daemon started
    "
  `);
});
