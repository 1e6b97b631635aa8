import { expect, test } from 'vitest';
import { TimelineCursor } from '../../../../src/ctl/dashboard/timeline-cursor.ts';
import { Feed } from '../../../../src/daemon/events/feed.ts';
import type { Timeline } from '../../../../src/rpc/insight.ts';

/** A daemon that remembers so many events, and what was asked of it. */
function daemonOf(life: string, capacity = 1000) {
  const feed = new Feed(life, capacity);
  const asked: number[] = [];
  return {
    asked,
    happen(count: number): void {
      for (let left = count; left > 0; left -= 1) feed.publish('JOB_SAID', {}, 0);
    },
    answer([cursor, limit]: readonly unknown[]): Timeline {
      asked.push(Number(cursor));
      return { life: feed.life, ...feed.after(Number(cursor), Number(limit)) };
    },
  };
}

type Daemon = ReturnType<typeof daemonOf>;

/** Asks as long as there is more. */
function caughtUp(cursor: TimelineCursor, daemon: Daemon) {
  let taken = cursor.take(daemon.answer(cursor.call.params));
  for (let turns = 0; !taken.isWhole && turns < 5; turns += 1) taken = cursor.take(daemon.answer(cursor.call.params));
  expect(taken.isWhole).toBe(true);
  const { items, missed } = taken.answer as Timeline;
  return { first: items[0]?.serial, last: items.at(-1)?.serial, count: items.length, missed };
}

test('after the first time only what is new is asked for, and all of it is shown', () => {
  const daemon = daemonOf('a');
  const cursor = new TimelineCursor();
  daemon.happen(3);
  expect(caughtUp(cursor, daemon)).toEqual({ first: 1, last: 3, count: 3, missed: 0 });
  daemon.happen(2);
  expect(caughtUp(cursor, daemon)).toEqual({ first: 1, last: 5, count: 5, missed: 0 });
  expect(caughtUp(cursor, daemon)).toEqual({ first: 1, last: 5, count: 5, missed: 0 });
  expect(daemon.asked).toEqual([0, 3, 5]);
});

test('a thousand events are kept, and how many were before them is told', () => {
  const daemon = daemonOf('a');
  const cursor = new TimelineCursor();
  daemon.happen(1200);
  expect(caughtUp(cursor, daemon)).toEqual({ first: 201, last: 1200, count: 1000, missed: 200 });
  daemon.happen(30);
  expect(caughtUp(cursor, daemon)).toEqual({ first: 231, last: 1230, count: 1000, missed: 230 });
  expect(daemon.asked).toEqual([0, 1200, 1200]);
});

test('of a daemon that remembers more than it tells at once the rest is asked for', () => {
  const daemon = daemonOf('a', 5000);
  daemon.happen(2500);
  expect(caughtUp(new TimelineCursor(), daemon)).toEqual({ first: 1501, last: 2500, count: 1000, missed: 1500 });
  expect(daemon.asked).toEqual([0, 1000, 2000]);
});

test('after more than the daemon remembers nothing older than the gap is shown', () => {
  const daemon = daemonOf('a', 10);
  const cursor = new TimelineCursor();
  daemon.happen(5);
  caughtUp(cursor, daemon);
  daemon.happen(20);
  expect(caughtUp(cursor, daemon)).toEqual({ first: 16, last: 25, count: 10, missed: 15 });
});

test('a daemon that was started anew is asked from its beginning, though it has told more or less than the old one', () => {
  for (const count of [0, 2, 9]) {
    const cursor = new TimelineCursor();
    const old = daemonOf('a');
    old.happen(5);
    caughtUp(cursor, old);
    const anew = daemonOf('b');
    anew.happen(count);
    const last = count === 0 ? undefined : count;
    expect(caughtUp(cursor, anew)).toEqual({ first: last && 1, last, count, missed: 0 });
    expect(anew.asked).toEqual([5, 0]);
  }
});

test('a refusal is told as it came, and asked again from where it was', () => {
  const daemon = daemonOf('a');
  const cursor = new TimelineCursor();
  daemon.happen(3);
  caughtUp(cursor, daemon);
  const refusal = { error: 'SHUTDOWN_STATE' };
  expect(cursor.take(refusal)).toEqual({ answer: refusal, isWhole: true });
  expect(cursor.call.params[0]).toBe(3);
});
