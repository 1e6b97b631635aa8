import { expect, test } from 'vitest';
import { readCron } from '../../../../src/daemon/schedules/cron.ts';
import { nextRun } from '../../../../src/daemon/schedules/next-run.ts';
import { zoneOf } from '../../../../src/daemon/schedules/zone.ts';

/** The next `count` runs, in UTC. */
function runs(schedule: string, zone: string, after: string, count: number): string[] {
  const found: string[] = [];
  let moment = Date.parse(after);
  while (found.length < count) {
    moment = nextRun(readCron(schedule), zoneOf(zone), moment) ?? Number.NaN;
    found.push(Number.isNaN(moment) ? 'never' : new Date(moment).toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
}

test('the next run is after the moment, never at it', () => {
  expect(runs('0 3 * * *', 'UTC', '2026-11-23T03:00:00Z', 2)).toEqual(['2026-11-24T03:00Z', '2026-11-25T03:00Z']);
  expect(runs('0 3 * * *', 'UTC', '2026-11-23T02:59:59.999Z', 1)).toEqual(['2026-11-23T03:00Z']);
  expect(runs('* * * * *', 'UTC', '2026-12-31T23:59:30Z', 2)).toEqual(['2027-01-01T00:00Z', '2027-01-01T00:01Z']);
});

test('times are those of the zone', () => {
  expect(runs('0 3 * * *', 'Europe/Berlin', '2026-11-23T00:00:00Z', 1)).toEqual(['2026-11-23T02:00Z']);
  expect(runs('30 9 * * MON', 'Asia/Kolkata', '2026-11-23T04:00:00Z', 1)).toEqual(['2026-11-30T04:00Z']);
  // There it is another day already.
  expect(runs('0 1 24 * *', 'Pacific/Auckland', '2026-11-23T00:00:00Z', 1)).toEqual(['2026-11-23T12:00Z']);
});

test('a time that spring skips is due in the first minute after the gap, once', () => {
  // 02:00 became 03:00 on the 29th of March, at 01:00 UTC.
  const spring = '2026-03-28T12:00:00Z';
  expect(runs('30 2 * * *', 'Europe/Berlin', spring, 2)).toEqual(['2026-03-29T01:00Z', '2026-03-30T00:30Z']);
  expect(runs('*/20 2 * * *', 'Europe/Berlin', spring, 2)).toEqual(['2026-03-29T01:00Z', '2026-03-30T00:00Z']);
  // Where the day begins with the gap it is due at 01:00 of the same day.
  expect(runs('30 0 * * *', 'Africa/Cairo', '2026-04-23T12:00:00Z', 2)).toEqual([
    '2026-04-23T22:00Z',
    '2026-04-24T21:30Z',
  ]);
  // A day that a country left out altogether: due as soon as the next begins.
  expect(runs('0 12 30 12 *', 'Pacific/Apia', '2011-12-01T00:00:00Z', 1)).toEqual(['2011-12-30T10:00Z']);
});

test('a time that autumn has twice is due the first time only', () => {
  // 03:00 became 02:00 on the 25th of October, at 01:00 UTC.
  expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
    '2026-10-25T00:30Z',
    '2026-10-26T01:30Z',
  ]);
  expect(runs('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10:00Z', 1)).toEqual(['2026-10-26T01:30Z']);
});

test('every half hour is every half hour, also when clocks change', () => {
  expect(runs('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:10:00Z', 4)).toEqual([
    '2026-10-25T00:30Z',
    '2026-10-25T01:00Z',
    '2026-10-25T01:30Z',
    '2026-10-25T02:00Z',
  ]);
  expect(runs('30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 3)).toEqual([
    '2026-03-29T00:30Z',
    '2026-03-29T01:30Z',
    '2026-03-29T02:30Z',
  ]);
  // Half an hour less, there.
  expect(runs('15 * * * *', 'Australia/Lord_Howe', '2026-10-03T14:00:00Z', 3)).toEqual([
    '2026-10-03T14:45Z',
    '2026-10-03T16:15Z',
    '2026-10-03T17:15Z',
  ]);
});

test('the rarest day is found at once', () => {
  expect(runs('0 0 29 2 *', 'UTC', '2096-03-01T00:00:00Z', 1)).toEqual(['2104-02-29T00:00Z']);
  // A 29th of February that is a Sunday.
  expect(runs('0 0 29 2 */7', 'UTC', '2088-03-01T00:00:00Z', 1)).toEqual(['2128-02-29T00:00Z']);
});

test('a zone that nobody knows is an error', () => {
  expect(() => zoneOf('Mars/Phobos')).toThrow(RangeError);
});
