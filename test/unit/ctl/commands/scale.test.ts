import { describe, expect, test } from 'vitest';
import { reload } from '../../../../src/ctl/commands/reload.ts';
import { scale } from '../../../../src/ctl/commands/scale.ts';
import { Fault } from '../../../../src/rpc/faults.ts';
import { run, systemError } from '../fake-context.ts';

const over = (state: string, ...lines: string[]) => ({ id: 'job-1', what: '', state, cursor: lines.length, lines });

describe('scale', () => {
  test('each program is scaled in its turn, and followed', async () => {
    const ran = await run(scale, 'web=6 api=-2', { scale: 'scale-1', waitJob: over('done', 'done') });
    expect(ran).toMatchObject({ code: 0, printed: ['done', 'done'] });
    expect(ran.calls).toEqual(['scale web 6', 'waitJob scale-1 0', 'scale api -2', 'waitJob scale-1 0']);
  });

  test('one that did not go well, and one that is refused, end it with 1', async () => {
    expect(await run(scale, 'web=6', { scale: 'scale-1', waitJob: over('failed', 'no') })).toMatchObject({ code: 1 });
    expect(await run(scale, 'web=0', { scale: new Fault('FAILED', 'not less than one') })).toMatchObject({
      code: 1,
      printed: ['web: ERROR (not less than one)'],
    });
    expect(await run(scale, 'web=1', { scale: new Fault('UNKNOWN_METHOD') })).toMatchObject({
      code: 1,
      printed: ['ERROR: this daemon cannot scale: it is Supervisor, or an older tssupervisord'],
    });
  });

  test.each(['', 'web', 'web=', 'web=x', '=3', 'web=3 api'])('%j is shown how to write it', async (argument) => {
    const { code, printed, calls } = await run(scale, argument);
    expect([code, printed[0], calls]).toEqual([1, 'Error: scale takes programs with a number each, such as web=6', []]);
  });
});

describe('reload NAME', () => {
  test('is one call, and shows what the job says', async () => {
    const ran = await run(reload, 'web api', { reload: 'reload-1', waitJob: over('done', 'web: sent SIGHUP') });
    expect(ran).toMatchObject({
      code: 0,
      printed: ['web: sent SIGHUP'],
      calls: ['reload web,api', 'waitJob reload-1 0'],
    });
  });

  test.each([
    ['an unknown name', new Fault('BAD_NAME', 'nobody')],
    ["Supervisor's daemon", new Fault('UNKNOWN_METHOD')],
    ['no daemon', systemError('ENOENT')],
  ])('with %s it is the mistake that it is under Supervisor', async (_, refusal) => {
    const ran = await run(reload, 'nobody', { reload: refusal });
    expect(ran).toMatchObject({ code: 1, printed: ['Error: reload accepts no arguments', reload.help] });
  });

  test('what does not run, or says nothing of reloading, is told', async () => {
    expect((await run(reload, 'web', { reload: new Fault('NOT_RUNNING', 'web') })).printed).toEqual([
      'web: ERROR (not running)',
    ]);
    expect((await run(reload, 'web', { reload: new Fault('FAILED', 'web: ERROR (no)') })).printed).toEqual([
      'web: ERROR (no)',
    ]);
  });
});
