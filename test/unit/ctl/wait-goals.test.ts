import { describe, expect, test } from 'vitest';
import type { Details } from '../../../src/ctl/process-details.ts';
import { awaitedLine, readWish, standingOf } from '../../../src/ctl/wait-goals.ts';

const process = (name: string, statename: string, more: Partial<Details> = {}): Details => ({
  group: name,
  name,
  statename,
  serving: false,
  why: '',
  tags: [],
  ...more,
});
const all = [
  process('up', 'RUNNING', { serving: true }),
  process('deaf', 'RUNNING', { why: 'Not ready yet' }),
  process('young', 'STARTING'),
  process('off', 'STOPPED'),
  process('over', 'EXITED'),
  process('bad', 'FATAL'),
];

test.each([
  ['ready', 'up'],
  ['running', 'up deaf'],
  ['stopped', 'off over bad'],
  ['exited', 'over'],
] as const)('wait --for %s waits no longer for: %s', (goal, names) => {
  const { there, awaited, unknown } = standingOf({ names: ['all'], goal }, all);
  expect(there.map(({ name }) => name).join(' ')).toBe(names);
  expect(there.length + awaited.length).toBe(all.length);
  expect(unknown).toEqual([]);
});

test('a name that there is not is told, a process that is named twice is waited for once', () => {
  const { unknown, awaited } = standingOf({ names: ['off', 'off:*', 'nobody'], goal: 'ready' }, all);
  expect([unknown, awaited.length]).toEqual([['nobody'], 1]);
});

test('who is late has the reason for its state', () => {
  const wish = { names: [], goal: 'ready', timeoutMs: 1500 } as const;
  expect(awaitedLine(wish, process('deaf', 'RUNNING', { why: 'Not ready yet' }))).toBe(
    'deaf: not ready after 1.5 s: RUNNING, Not ready yet',
  );
  expect(awaitedLine(wish, process('off', 'STOPPED'))).toBe('off: not ready after 1.5 s: STOPPED');
});

describe('the words of wait', () => {
  test('without flags mean ready, within half a minute', () => {
    expect(readWish(['web', 'g:*'])).toEqual({
      names: ['web', 'g:*'],
      goal: 'ready',
      timeoutMs: 30_000,
    });
  });

  test('may say what for, for how long, and for whom', () => {
    const wish = readWish(['--for', 'exited', 'job', '--timeout=2m']);
    expect(wish).toEqual({ names: ['job'], goal: 'exited', timeoutMs: 120_000 });
    expect(readWish(['job', '--timeout', '0'])).toMatchObject({ timeoutMs: Number.POSITIVE_INFINITY });
  });

  test.each([
    ['', 'wait requires a process name'],
    ['web --for toString', 'wait --for takes ready, running, stopped, exited, not "toString"'],
    ['web --timeout soon', 'Cannot use "soon" as a duration'],
    ['web --fr ready', "Unknown option '--fr'"],
  ])('wait %s is misused', (text, message) => {
    expect(readWish(text.split(' ').filter((word) => word !== ''))).toContain(message);
  });
});
