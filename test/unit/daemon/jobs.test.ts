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

test('the last twenty are remembered, and those that go on', () => {
  const jobs = new Jobs();
  const first = begun(jobs, 'first', ['x']);
  for (let i = 0; i < 30; i += 1) begun(jobs, `job ${i}`, [`web:${i}`]).end('done', 'done');
  expect(jobs.list()).toHaveLength(20);
  expect(jobs.get(first.id)).toBe(first);
  expect(jobs.get('roll-2')).toBeUndefined();
});
