import { expect, test } from 'vitest';
import { LogTimes } from '../../../src/daemon/logs/log-times.ts';
import { seededRandom } from '../../support/random.ts';

test('all that was written since then is behind the offset, and at most a quarter of that time more', () => {
  const random = seededRandom(11);
  for (let round = 0; round < 8; round += 1) {
    const times = new LogTimes();
    const writes: { at: number; begin: number }[] = [];
    let [at, size] = [1_700_000_000_000, 0];
    for (let count = 0; count < 400; count += 1) {
      at += Math.floor(random() ** 6 * 3_600_000);
      writes.push({ at, begin: size });
      size += 1 + Math.floor(random() * 500);
      times.note(at, size);
    }
    const now = at + 60_000;
    for (let ask = 0; ask < 200; ask += 1) {
      const since = now - Math.floor(random() ** 4 * (now - 1_700_000_000_000));
      const offset = times.offsetAt(since);
      const first = writes.find((one) => one.at >= since);
      expect(offset).toBeLessThanOrEqual(first?.begin ?? size);
      const told = writes.find(({ begin }) => begin >= offset);
      if (told !== undefined) expect(since - told.at).toBeLessThanOrEqual(Math.max(1000, (now - since) * 0.25));
    }
  }
});

test('a week of writing is a hundred notes or so', () => {
  const times = new LogTimes();
  for (let minute = 0; minute < 7 * 24 * 60; minute += 1) times.note(minute * 60_000, minute);
  expect(times.count).toBeGreaterThan(20);
  expect(times.count).toBeLessThan(130);
});

test('of what is not known the whole file is told, and of nothing new nothing', () => {
  const times = new LogTimes();
  expect(times.offsetAt(5000)).toBe(0);
  times.note(5000, 100);
  expect([times.offsetAt(5000), times.offsetAt(5001)]).toEqual([0, 100]);
});

test('a file that begins anew has no past', () => {
  const times = new LogTimes();
  for (const at of [1000, 2000, 3000]) times.note(at, at);
  times.note(4000, 7);
  times.note(6000, 9);
  expect([2500, 4500, 6500].map((at) => times.offsetAt(at))).toEqual([0, 7, 9]);
});

test('a clock that is set back makes nothing disappear', () => {
  const times = new LogTimes();
  for (const at of [1000, 3000, 5000, 7000]) times.note(at, at);
  times.note(4000, 8000);
  times.note(6000, 9000);
  expect([2000, 3500, 4500, 6500].map((at) => times.offsetAt(at))).toEqual([1000, 3000, 8000, 9000]);
});
