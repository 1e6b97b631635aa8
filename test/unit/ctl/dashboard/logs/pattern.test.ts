import { expect, test } from 'vitest';
import { matching, patternOf, places } from '../../../../../src/ctl/dashboard/logs/pattern.ts';

test('nothing is no pattern, nor is a lone "!"', () => {
  expect(patternOf('')).toBeUndefined();
  expect(patternOf('!')).toBeUndefined();
});

test('the same expression finds the same again, however often it is used', () => {
  const pattern = patternOf('a+');
  for (let time = 0; time < 3; time += 1) {
    expect(pattern && matching(pattern, ['xaax', 'none', 'A'])).toEqual([0, 2]);
    expect(pattern && places(pattern, ['xaaxa', ''])).toEqual([
      [
        [1, 3],
        [4, 5],
      ],
      [],
    ]);
  }
});

test('an expression that fits nothing at all ends', () => {
  const pattern = patternOf('x*');
  expect(pattern && places(pattern, ['axxb'])).toEqual([[[1, 3]]]);
});

test('of a huge line the beginning is looked at', () => {
  const pattern = patternOf('end');
  expect(pattern && matching(pattern, [`${'x'.repeat(1_990)}end`, `${'x'.repeat(3_000)}end`])).toEqual([0]);
});
