import { expect, test } from 'vitest';
import type { LoadResult } from '../../../src/daemon/config/model.ts';
import { load as loadText } from '../../support/config-files.ts';

function load(keys: string): LoadResult {
  return loadText(`[supervisord]\n[program:a]\ncommand=a\n${keys}\n`);
}

function settings(keys: string) {
  const result = load(keys);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  const [process] = result.config.groups.flatMap(({ processes }) => processes);
  const { autostart, autorestart, startsecs, schedule } = process ?? {};
  return { autostart, autorestart, startsecs, schedule };
}

function problems(keys: string): string[] {
  const result = load(keys);
  return result.ok ? [] : result.problems.map(({ key, message, line }) => `${line} ${key}: ${message}`);
}

test('a program without a schedule has none', () => {
  expect(settings('')).toEqual({ autostart: true, autorestart: 'unexpected', startsecs: 1, schedule: undefined });
  expect(settings('schedule_tz=UTC').autostart).toBe(true);
});

test('with one nothing else starts it, and what ends has ended', () => {
  const scheduled = settings('schedule=0 3 * * *\nautostart=true');
  expect(scheduled).toMatchObject({ autostart: false, autorestart: false, startsecs: 0 });
  expect(scheduled.schedule).toMatchObject({ cron: { minutes: [0], hours: [3] }, zone: undefined });
});

test('what is written about restarts and startsecs counts', () => {
  const keys = 'schedule=@daily\nschedule_tz=europe/berlin\nautorestart=unexpected\nstartsecs=5';
  expect(settings(keys)).toMatchObject({
    autorestart: 'unexpected',
    startsecs: 5,
    schedule: { zone: 'Europe/Berlin' },
  });
});

test('what cannot be is told where it stands', () => {
  expect(problems('schedule=0 25 * * *')).toEqual(['4 schedule: Cannot read "25" as the hour (0 to 23)']);
  expect(problems('schedule=0 0 30 2 *')).toEqual(['4 schedule: The day of this schedule never comes']);
  expect(problems('schedule=@daily\nschedule_tz=Mars/Phobos')).toEqual([
    '5 schedule_tz: Cannot find the time zone "Mars/Phobos"',
  ]);
  expect(problems('schedule=@daily\nautorestart=true')).toEqual([
    '5 autorestart: Cannot restart for ever what has a schedule',
  ]);
});
