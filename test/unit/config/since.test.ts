import { expect, test } from 'vitest';
import { momentOf } from '../../../src/config/since.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const at = (text: string) => {
  const moment = momentOf(text, now);
  return moment === undefined ? undefined : new Date(moment).toISOString();
};

test.each([
  ['10m', '2026-11-22T11:50:00.000Z'],
  ['90', '2026-11-22T11:58:30.000Z'],
  ['2d', '2026-11-20T12:00:00.000Z'],
  ['1763780400', '2025-11-22T03:00:00.000Z'],
  ['2026-11-22T03:00:00Z', '2026-11-22T03:00:00.000Z'],
  ['2026-11-22 03:00:00+01:00', '2026-11-22T02:00:00.000Z'],
])('%s is %s at noon', (text, moment) => {
  expect(at(text)).toBe(moment);
});

test.each(['', 'soon', '10 minutes', '-5', '12:00', '2026-13-40'])('%s is no moment', (text) => {
  expect(at(text)).toBeUndefined();
});
