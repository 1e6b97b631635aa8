import { expect, test } from 'vitest';
import { Feed } from '../../../src/daemon/events/feed.ts';

function feedOf(count: number, capacity = 3): Feed {
  const feed = new Feed('life', capacity);
  for (let i = 1; i <= count; i += 1) feed.publish(`N${i}`, {}, i);
  return feed;
}

const names = (feed: Feed, cursor: number, limit = 10) => feed.after(cursor, limit).items.map(({ name }) => name);

test('a reader is given what came after its cursor, oldest first', () => {
  expect(names(feedOf(2), 0)).toEqual(['N1', 'N2']);
  expect(names(feedOf(2), 1)).toEqual(['N2']);
  expect(feedOf(2).after(2, 10)).toEqual({ items: [], missed: 0, cursor: 2 });
  expect(feedOf(0).after(0, 10)).toEqual({ items: [], missed: 0, cursor: 0 });
});

test('what has left the memory is counted', () => {
  const page = feedOf(5).after(1, 10);
  expect(page.items.map(({ serial }) => serial)).toEqual([3, 4, 5]);
  expect(page).toMatchObject({ missed: 1, cursor: 5 });
});

test('a page is no longer than asked for, and the next one goes on where it ended', () => {
  const feed = feedOf(3);
  const { cursor } = feed.after(0, 2);
  expect(cursor).toBe(2);
  expect(names(feed, cursor)).toEqual(['N3']);
});

test('a cursor of the future is the newest item', () => {
  expect(feedOf(2).after(99, 10)).toMatchObject({ items: [], missed: 0, cursor: 2 });
});

test('readers are woken at each item until they stop', () => {
  const feed = feedOf(0);
  let woken = 0;
  const stop = feed.watch(() => {
    woken += 1;
  });
  feed.publish('a', {}, 0);
  stop();
  feed.publish('b', {}, 0);
  expect(woken).toBe(1);
});
