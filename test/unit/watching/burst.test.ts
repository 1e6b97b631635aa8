import { expect, test } from 'vitest';
import { Burst, changedText } from '../../../src/daemon/watching/burst.ts';
import { ManualClock } from '../logs/support/manual-clock.ts';

function setUp(delayMs: number) {
  const clock = new ManualClock();
  const told: (readonly string[])[] = [];
  return { clock, told, burst: new Burst(clock, delayMs, (paths) => told.push(paths)) };
}

test('changes that come together are one, told when it has been quiet for so long', () => {
  const { clock, told, burst } = setUp(500);
  burst.add('a');
  clock.advance(400);
  burst.add('b');
  burst.add('a');
  clock.advance(499);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([['a', 'b']]);
  burst.add('c');
  clock.advance(500);
  expect(told).toEqual([['a', 'b'], ['c']]);
  expect(clock.armed).toBe(0);
});

test('where something changes all the time it is told all the same, after ten delays or five seconds', () => {
  const { clock, told, burst } = setUp(1000);
  for (let ms = 0; ms < 10_000; ms += 500) {
    burst.add('log');
    clock.advance(500);
  }
  expect(told).toEqual([['log']]);
});

test('what was not told when it is closed never is', () => {
  const { clock, told, burst } = setUp(500);
  burst.add('a');
  burst.close();
  clock.advance(1000);
  expect(told).toEqual([]);
  expect(clock.armed).toBe(0);
});

test('the first file is named, the others are counted', () => {
  expect(changedText(['a.py'])).toBe('a.py changed');
  expect(changedText(['a.py', 'b.py', 'c.py'])).toBe('a.py and 2 more changed');
});
