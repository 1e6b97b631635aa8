import { expect, test } from 'vitest';
import { Jobs } from '../../../src/daemon/jobs.ts';

function begun(jobs: Jobs, what = 'web', holds: readonly string[] = ['web:a']) {
  const begun = jobs.begin('roll', what, holds);
  if ('busy' in begun) throw new Error(`busy with ${begun.busy.id}`);
  return begun.job;
}

test('who works on a process is named to whoever wants to as well', () => {
  const jobs = new Jobs(() => 7);
  const job = begun(jobs);
  expect(jobs.begin('roll', 'all', ['web:b', 'web:a'])).toEqual({ busy: job });
  expect(jobs.begin('roll', 'other', ['web:b'])).toHaveProperty('job');
  job.end('done', 'done');
  expect(jobs.begin('roll', 'web', ['web:a'])).toHaveProperty('job');
});

test('a watcher is told what it has not seen, at once or when it is said', async () => {
  const job = begun(new Jobs(() => 7));
  job.say('one');
  expect(await job.next(0)).toMatchObject({ cursor: 1, lines: [{ at: 7, text: 'one' }], state: 'running' });
  const later = job.next(1);
  job.say('two');
  expect(await later).toMatchObject({ cursor: 2, lines: [{ text: 'two' }] });
  job.end('failed', 'three');
  expect(await job.next(3)).toMatchObject({ cursor: 3, lines: [], state: 'failed' });
});

test('its beginning, what it says and its end are news; what comes in a rush is told of by the first', () => {
  const told: unknown[] = [];
  let now = 0;
  const job = begun(
    new Jobs(
      () => now,
      (name, data) => told.push([name, data]),
    ),
  );
  for (const text of ['one', 'two', 'three']) job.say(text);
  now = 100;
  job.say('four');
  job.end('failed', 'over');
  expect(told).toEqual([
    ['JOB_BEGAN', { id: 'roll-1', what: 'web' }],
    ['JOB_SAID', { id: 'roll-1', cursor: 1, text: 'one' }],
    ['JOB_SAID', { id: 'roll-1', cursor: 4, text: 'four' }],
    ['JOB_ENDED', { id: 'roll-1', state: 'failed', cursor: 5, text: 'over' }],
  ]);
});

test('the last twenty are remembered, and those that go on', () => {
  const jobs = new Jobs();
  const first = begun(jobs, 'first', ['x']);
  for (let i = 0; i < 30; i += 1) begun(jobs, `job ${i}`, [`web:${i}`]).end('done', 'done');
  expect(jobs.list()).toHaveLength(20);
  expect(jobs.get(first.id)).toBe(first);
  expect(jobs.get('roll-2')).toBeUndefined();
});
