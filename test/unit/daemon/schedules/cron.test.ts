import { describe, expect, test } from 'vitest';
import { isDue, readCron } from '../../../../src/daemon/schedules/cron.ts';

const minutes = (text: string) => readCron(`${text} 0 1 1 *`).minutes;
const weekdays = (text: string) => readCron(`0 0 * * ${text}`).weekdays;

test.each([
  ['5', [5]],
  ['1-4', [1, 2, 3, 4]],
  ['*/15', [0, 15, 30, 45]],
  ['10-30/10', [10, 20, 30]],
  ['50,5,5-7', [5, 6, 7, 50]],
  ['00,09', [0, 9]],
])('%s is the minutes %j', (text, expected) => {
  expect(minutes(text)).toEqual(expected);
});

test('months and days of the week have names, in either case, also in ranges', () => {
  expect(readCron('0 0 1 JAN,mar-May *').months).toEqual([1, 3, 4, 5]);
  expect(weekdays('MON-fri')).toEqual([1, 2, 3, 4, 5]);
});

test('Sunday is 0 and 7, at the end of a range too', () => {
  expect(weekdays('7')).toEqual([0]);
  expect(weekdays('5-7')).toEqual([0, 5, 6]);
  expect(weekdays('*')).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test.each([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@Midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
])('%s is %s', (word, fields) => {
  expect(readCron(word)).toEqual(readCron(fields));
});

describe('which days', () => {
  // The 13th of November 2026 is a Friday.
  const days = (text: string) =>
    Array.from({ length: 30 }, (_, index) => index + 1).filter((date) => isDue(readCron(text), 2026, 11, date));

  test('with both fields for days one of them is enough', () => {
    expect(days('0 0 1 * 5')).toEqual([1, 6, 13, 20, 27]);
  });

  test('with a star before one of them both must fit', () => {
    expect(days('0 0 13 * *')).toEqual([13]);
    expect(days('0 0 * * 5')).toEqual([6, 13, 20, 27]);
    expect(days('0 0 */2 * 5')).toEqual([13, 27]);
  });

  test('another month has none', () => {
    expect(days('0 0 * 10,12 *')).toEqual([]);
  });
});

test.each([
  ['', /five fields.*this has 0/],
  ['* * * *', /five fields.*this has 4/],
  ['0 0 3 * * *', /five fields.*this has 6/],
  ['@reboot', /autostart=true/],
  ['@often', /five fields/],
  ['60 * * * *', /"60" as the minute \(0 to 59\)/],
  ['* 24 * * *', /"24" as the hour/],
  ['* * 0 * *', /"0" as the day of the month/],
  ['* * * 13 *', /"13" as the month \(1 to 12, or jan, feb/],
  ['* * * * 8', /"8" as the day of the week/],
  ['* * * * FRI-MON', /"fri-mon".*runs backwards/],
  ['*/0 * * * *', /"0" as a step/],
  ['*/ * * * *', /"" as a step/],
  ['5/15 * * * *', /write "5-59\/15" for the minute/],
  ['1-2-3 * * * *', /"1-2-3" as the minute/],
  ['1,,2 * * * *', /"" as the minute/],
  ['-1 * * * *', /"" as the minute/],
  ['* * L * *', /"l" as the day of the month/],
  ['* * * * 1#2', /"1#2" as the day of the week/],
])('%j is refused', (text, message) => {
  expect(() => readCron(text)).toThrow(message);
});

test('a day that never comes is refused, a 29th of February and a day of the week are not', () => {
  expect(() => readCron('0 0 30 2 *')).toThrow('The day of this schedule never comes');
  expect(() => readCron('0 0 31 2,4,6 *')).toThrow('never comes');
  expect(readCron('0 0 29 2 *').days).toEqual([29]);
  expect(readCron('0 0 30 2 MON').isEitherDay).toBe(true);
});
