import { expect, test } from 'vitest';
import { timelineRows } from '../../../../../src/ctl/dashboard/views/timeline.ts';
import type { TimelineItem } from '../../../../../src/rpc/insight.ts';
import { viewText, wordsOf } from '../../../../support/view-text.ts';

const now = new Date(2026, 10, 23, 14, 5, 30).getTime();
const from = new Date(2026, 10, 23, 14, 0, 0, 7).getTime();
let serial = 0;
const item = (seconds: number, name: string, data: TimelineItem['data'] = {}): TimelineItem => {
  serial += 1;
  return { serial, at: from + seconds * 1000, name, data };
};
const state = (seconds: number, to: string, more: TimelineItem['data'] = {}, name = 'web_00') =>
  item(seconds, `PROCESS_STATE_${to}`, { group: 'web', name, to, ...more });

test('what happened is told in words, the newest first, with exact times', () => {
  const rows = timelineRows(
    {
      missed: 3,
      items: [
        item(-86_400, 'SUPERVISOR_STATE_CHANGE_RUNNING'),
        item(0, 'PROCESS_GROUP_ADDED', { group: 'web' }),
        state(1, 'STARTING', { tries: 0 }),
        state(2, 'RUNNING', { pid: 812 }),
        item(3, 'PROCESS_SERVING', { group: 'web', name: 'web_00', serving: false, why: 'connection refused' }),
        item(4, 'PROCESS_SERVING', { groupname: 'web', processname: 'web_00', serving: true, why: '' }),
        item(5, 'JOB_BEGAN', { id: 'roll-1', what: 'web:*' }),
        item(6, 'JOB_ENDED', { id: 'roll-1', state: 'failed', cursor: 4, text: 'failed: 0 of 2 run anew' }),
        state(7, 'EXITED', { expected: false, pid: 812 }),
        state(8, 'FATAL'),
        item(9, 'SOMETHING_NEW', { a: 1 }),
      ],
    },
    { now, width: 80 },
  );
  expect(viewText(rows, 80)).toMatchInlineSnapshot(`
    "
    14:00:09.007  SOMETHING_NEW a=1
    14:00:08.007  web:web_00 is FATAL: it is not tried again
    14:00:07.007  web:web_00 EXITED, which was not expected (pid 812)
    14:00:06.007  roll-1 failed: 0 of 2 run anew
    14:00:05.007  roll-1 began: web:*
    14:00:04.007  web:web_00 is ready
    14:00:03.007  web:web_00 is not ready: connection refused
    14:00:02.007  web:web_00 is RUNNING (pid 812)
    14:00:01.007  web:web_00 is STARTING
    14:00:00.007  group web was added
    2026-11-22 14:00:00.007  the daemon is up
    What was before is no longer known (3 events)
    "
  `);
  expect(rows.find(({ target }) => target !== undefined)?.target).toBe('web:web_00');
});

test('a crash loop is one row, with how often and in how long, and what came before and after stays', () => {
  const loop = [0, 10, 20, 30, 40].flatMap((at) => [
    state(at, 'EXITED', { expected: false, pid: 100 + at }),
    state(at + 1, 'STARTING'),
    state(at + 2, 'RUNNING', { pid: 101 + at }),
  ]);
  const others = state(25, 'RUNNING', { pid: 9 }, 'web_01');
  const items = [state(-5, 'RUNNING', { pid: 99 }), ...loop, others].sort((a, b) => a.at - b.at);
  const rows = timelineRows({ items, missed: 0 }, { now, width: 60 });
  expect(viewText(rows, 60)).toMatchInlineSnapshot(`
    "
    14:00:42.007  web:web_00 exited 5 times in 40 s, now RUNNING
    14:00:25.007  web:web_01 is RUNNING (pid 9)
    13:59:55.007  web:web_00 is RUNNING (pid 99)
    "
  `);
  const last = state(50, 'FATAL');
  const later = timelineRows({ items: [...items, last], missed: 0 }, { now, width: 60 });
  expect(wordsOf(later, 'bad')).toEqual(['web:web_00 exited 5 times in 40 s, now FATAL']);
  expect(later[0]?.key).toBe(rows[0]?.key);
});

test('two ends, ends a minute apart, and ends that were asked for are no crash loop', () => {
  const ends = [0, 61, 122, 183].map((at) => state(at, 'EXITED', { expected: false, pid: at }));
  expect(timelineRows({ items: ends, missed: 0 }, { now, width: 80 })).toHaveLength(4);
  const two = [0, 10].map((at) => state(at, 'EXITED', { expected: false, pid: at }));
  expect(timelineRows({ items: two, missed: 0 }, { now, width: 80 })).toHaveLength(2);
  const expected = [0, 1, 2].map((at) => state(at, 'EXITED', { expected: true, pid: at }));
  expect(timelineRows({ items: expected, missed: 0 }, { now, width: 80 })).toHaveLength(3);
  const stopped = [0, 1, 2].flatMap((at) => [
    state(at, 'EXITED', { expected: false, pid: at }),
    state(at + 0.5, 'STOPPED', { pid: at }),
  ]);
  expect(timelineRows({ items: stopped, missed: 0 }, { now, width: 80 })).toHaveLength(6);
});

test('before anything has happened it says so', () => {
  expect(viewText(timelineRows({ items: [], missed: 0 }, { now, width: 20 }), 20)).toMatchInlineSnapshot(`
    "
    Nothing has happene…
    "
  `);
});

test('an event is told for the width of the screen and the day of now, also one that was told before', () => {
  const data = { missed: 0, items: [item(0, 'PROCESS_GROUP_ADDED', { group: 'a'.repeat(50) })] };
  const shown = (width: number, at = now) =>
    timelineRows(data, { now: at, width }).map(({ line }) => line.map(({ text }) => text).join(''));
  const [wide] = shown(100);
  expect(wide).toMatch(/^14:00:00\.007 .* was added$/);
  expect(shown(40)[0]).toMatch(/a…$/);
  expect(shown(100, now + 86_400_000)[0]).toMatch(/^2026-11-23 14:00:00\.007 .* was added$/);
  expect(shown(100)).toEqual([wide]);
});
