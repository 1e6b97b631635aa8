import { expect, test } from 'vitest';
import { job, jobs } from '../../../../src/ctl/commands/jobs.ts';
import { roll } from '../../../../src/ctl/commands/roll.ts';
import { Fault } from '../../../../src/rpc/faults.ts';
import { run } from '../fake-context.ts';

const info = { id: 'roll-1', what: 'web:*', state: 'running', cursor: 1, lines: ['web:a: stopping'] };
const ended = { ...info, state: 'done', cursor: 2, lines: ['done: all 1 run anew'] };

test('a roll is followed to its end', async () => {
  const answers = [info, ended];
  const { code, printed, calls } = await run(roll, 'web:* --batch 25%', {
    roll: 'roll-1',
    waitJob: () => answers.shift(),
  });
  expect(calls).toEqual(['roll web:* 25% false', 'waitJob roll-1 0', 'waitJob roll-1 1']);
  expect(printed).toEqual(['web:a: stopping', 'done: all 1 run anew']);
  expect(code).toBe(0);
});

test('a roll that failed is exit status 1', async () => {
  expect((await run(roll, 'web:*', { roll: 'roll-1', waitJob: { ...ended, state: 'failed' } })).code).toBe(1);
});

test('Ctrl-C leaves it alone and says how to look again', async () => {
  const { code, printed } = await run(
    roll,
    'web:*',
    { roll: 'roll-1', waitJob: info },
    { orInterrupted: async () => undefined },
  );
  expect(printed).toEqual(['\nroll-1 goes on; to look at it again: job roll-1']);
  expect(code).toBe(0);
});

test('several rolls follow each other, until one does not get there', async () => {
  const idOf = (name: string) => `roll-${name}`;
  const good = await run(roll, 'a b', { roll: idOf, waitJob: ended });
  expect(good).toMatchObject({
    code: 0,
    calls: ['roll a  false', 'waitJob roll-a 0', 'roll b  false', 'waitJob roll-b 0'],
  });
  const bad = await run(roll, 'a b', { roll: idOf, waitJob: { ...ended, state: 'failed' } });
  expect(bad).toMatchObject({ code: 1, calls: ['roll a  false', 'waitJob roll-a 0'] });
});

test('Ctrl-C at the first of several rolls asks for no other', async () => {
  const left = { orInterrupted: async () => undefined };
  const { printed, calls } = await run(roll, 'a b c', { roll: (name: string) => name, waitJob: info }, left);
  expect(calls).toEqual(['roll a  false', 'waitJob a 0']);
  expect(printed.at(-1)).toBe('Not asked for: roll b c');
});

test.each([
  [new Fault('BAD_NAME', 'web:*'), 'web:*: ERROR (no such process)'],
  [new Fault('NOT_RUNNING', 'web:*'), 'web:*: ERROR (not running)'],
  [new Fault('FAILED', 'web:* is under way as roll-1'), 'web:*: ERROR (web:* is under way as roll-1)'],
  [new Fault('UNKNOWN_METHOD'), 'ERROR: this daemon cannot roll: it is Supervisor, or an older tssupervisord'],
])('%s is told in words', async (fault, text) => {
  expect(await run(roll, 'web:*', { roll: fault })).toMatchObject({ code: 1, printed: [text] });
});

test.each(['', '--no-such', 'web --batch'])('roll %s is misused', async (argument) => {
  expect(await run(roll, argument)).toMatchObject({ code: 1, calls: [] });
});

test('the last jobs are listed with their state', async () => {
  const { printed } = await run(jobs, '', { getJobs: [ended, { ...info, id: 'roll-2', what: 'api:*' }] });
  expect(printed).toEqual(['JOB     STATE    WHAT', 'roll-1  done     web:*', 'roll-2  running  api:*']);
});

test('a job is followed, or cancelled and then followed', async () => {
  expect((await run(job, 'roll-1', { waitJob: ended })).calls).toEqual(['waitJob roll-1 0']);
  expect((await run(job, 'roll-1 cancel', { waitJob: ended, cancelJob: undefined })).calls).toEqual([
    'cancelJob roll-1',
    'waitJob roll-1 0',
  ]);
  expect((await run(job, 'x', { waitJob: new Fault('BAD_NAME', 'x') })).printed).toEqual(['x: ERROR (no such job)']);
  expect((await run(job, '')).code).toBe(1);
});
