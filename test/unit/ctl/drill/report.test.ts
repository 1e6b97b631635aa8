import { expect, test } from 'vitest';
import { type Drilled, exitCodeOf, reportLines } from '../../../../src/ctl/drill/report.ts';
import { type Action, Tally } from '../../../../src/ctl/drill/tally.ts';

const kill: Action = {
  name: 'kill 1',
  beganAt: 1_000,
  endedAt: 1_500,
  news: [{ at: 1_000, text: 'SIGKILL to web_0' }],
};

function drilled(tally: Tally, more: Partial<Drilled> = {}): Drilled {
  return {
    name: 'web:*',
    url: 'http://127.0.0.1:8080/',
    tookMs: 2_000,
    summary: tally.summary([kill]),
    actions: [kill],
    failures: [],
    interrupted: undefined,
    ...more,
  };
}

function threeFine(): Tally {
  const tally = new Tally();
  for (const at of [0, 10, 20]) tally.add(at, at + 4, { type: 'answered', status: 200 });
  return tally;
}

test('a drill without losses says how many, how fast and what was done, and ends with 0', () => {
  const one = drilled(threeFine());
  expect(reportLines(one)).toEqual([
    'requests  3 in 2.0 s (1.5/s)',
    'answered  3 (200: 3)',
    'lost      0',
    'waits     p50 4.0 ms, p99 4.0 ms, longest 4.0 ms',
    'actions   kill 1',
  ]);
  expect(exitCodeOf(one)).toBe(0);
});

test('what was lost is told by kind, and under each kind near what', () => {
  const tally = threeFine();
  tally.add(1_001, 1_002, { type: 'lost', kind: 'refused', detail: 'ECONNREFUSED' });
  tally.add(1_003, 1_004, { type: 'lost', kind: 'refused', detail: 'ECONNREFUSED' });
  tally.add(0, 500, { type: 'lost', kind: '5xx', detail: '502' });
  tally.holdBack();
  const one = drilled(tally);
  expect(reportLines(one)).toEqual([
    'requests  6 in 2.0 s (3.0/s), 1 more not sent: all connections were busy',
    'answered  3 (200: 3)',
    'lost      3',
    '          refused 2',
    '            2 near kill 1, after "SIGKILL to web_0" (ECONNREFUSED)',
    '          5xx 1',
    '            1 near no action (502)',
    'waits     p50 4.0 ms, p99 4.0 ms, longest 500 ms',
    'actions   kill 1',
  ]);
  expect(exitCodeOf(one)).toBe(1);
});

test('an action that did not go well, and Ctrl-C, are told, and end with 1 though nothing was lost', () => {
  const failed = drilled(threeFine(), { failures: [{ action: 'roll 1', why: 'only one process runs' }] });
  expect(reportLines(failed).at(-1)).toBe('          roll 1 did not go well: only one process runs');
  const interrupted = drilled(threeFine(), { interrupted: { cutOff: 1, leftOver: ['roll-1 goes on'] } });
  expect(reportLines(interrupted).slice(-2)).toEqual([
    'ended     before its time was up; 1 request was cut off',
    '          roll-1 goes on',
  ]);
  expect([exitCodeOf(failed), exitCodeOf(interrupted)]).toEqual([1, 1]);
});
