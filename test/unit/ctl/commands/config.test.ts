import { describe, expect, test } from 'vitest';
import { add } from '../../../../src/ctl/commands/add.ts';
import { reload } from '../../../../src/ctl/commands/reload.ts';
import { remove } from '../../../../src/ctl/commands/remove.ts';
import { reread } from '../../../../src/ctl/commands/reread.ts';
import { update } from '../../../../src/ctl/commands/update.ts';
import { Fault } from '../../../../src/rpc/faults.ts';
import { processInfo, result, run, type Script } from '../fake-context.ts';

const none = { added: [], changed: [], removed: [] };
const working = { stopProcessGroup: [], removeProcessGroup: undefined, addProcessGroup: undefined };

describe('reread', () => {
  test('lists the changes by name, in the order of characters', async () => {
    const reloadConfig = { added: ['b', '\u{1f600}'], changed: ['a', '\uffee'], removed: ['c'] };
    const { printed } = await run(reread, '', { reloadConfig });
    expect(printed).toEqual([
      'a: changed',
      'b: available',
      'c: disappeared',
      '\uffee: changed',
      '\u{1f600}: available',
    ]);
  });

  test('says so when nothing changed', async () => {
    expect((await run(reread, '', { reloadConfig: none })).printed).toEqual(['No config updates to processes']);
  });

  test('shows what is wrong with the file', async () => {
    const ran = await run(reread, '', { reloadConfig: new Fault('CANT_REREAD', 'no [supervisord]') });
    expect(ran).toMatchObject({ code: 1, printed: ['ERROR: CANT_REREAD: no [supervisord]'] });
  });
});

describe("update of Supervisor's daemon", () => {
  const onSupervisor = (argument: string, script: Script) =>
    run(update, argument, { update: new Fault('UNKNOWN_METHOD'), ...script });

  test('stops and removes what is gone, replaces what changed, adds what is new', async () => {
    const reloadConfig = { added: ['n'], changed: ['c'], removed: ['r'] };
    const ran = await onSupervisor('', { ...working, reloadConfig });
    expect(ran.printed).toEqual([
      'r: stopped',
      'r: removed process group',
      'c: stopped',
      'c: updated process group',
      'n: added process group',
    ]);
    expect(ran.calls).toEqual([
      'update ',
      'reloadConfig',
      'stopProcessGroup r',
      'removeProcessGroup r',
      'stopProcessGroup c',
      'removeProcessGroup c',
      'addProcessGroup c',
      'addProcessGroup n',
    ]);
  });

  test('a removed group that does not stop is kept; a changed one is replaced all the same', async () => {
    const ran = await onSupervisor('', {
      ...working,
      reloadConfig: { ...none, removed: ['r'], changed: ['c'] },
      stopProcessGroup: [result('x', 'FAILED')],
    });
    expect(ran.code).toBe(1);
    expect(ran.printed).toEqual([
      'r: stopped',
      'r: has problems; not removing',
      'c: stopped',
      'c: updated process group',
    ]);
  });

  test('only the groups that are named; an unknown one is an error, and the rest goes on', async () => {
    const ran = await onSupervisor('n nobody web', {
      ...working,
      reloadConfig: { ...none, added: ['n', 'm'] },
      getAllProcessInfo: [processInfo('web', 'RUNNING')],
    });
    expect(ran).toMatchObject({ code: 1, printed: ['ERROR: no such group: nobody', 'n: added process group'] });
  });

  test('all among the names means every group', async () => {
    const ran = await onSupervisor('nobody all', { ...working, reloadConfig: { ...none, added: ['n'] } });
    expect(ran).toMatchObject({ code: 0, printed: ['n: added process group'] });
  });

  test('is silent when there is nothing to do', async () => {
    expect(await onSupervisor('', { reloadConfig: none })).toMatchObject({ code: 0, printed: [] });
  });

  test('a bad file is an error for the shell to show', async () => {
    await expect(onSupervisor('', { reloadConfig: new Fault('CANT_REREAD') })).rejects.toThrow('CANT_REREAD');
  });
});

describe('update of a daemon of ours', () => {
  const line = (state: string, cursor: number, ...lines: string[]) => ({
    id: 'update-1',
    what: '',
    state,
    cursor,
    lines,
  });

  test('is one call, and shows what the job says', async () => {
    const told = [line('running', 1, 'c: stopped'), line('done', 2, 'c: updated process group')];
    const ran = await run(update, 'c', { update: 'update-1', waitJob: () => told.shift() });
    expect(ran).toMatchObject({ code: 0, printed: ['c: stopped', 'c: updated process group'] });
    expect(ran.calls).toEqual(['update c', 'waitJob update-1 0', 'waitJob update-1 1']);
  });

  test('one that was not wholly done ends with 1', async () => {
    const waitJob = line('failed', 1, 'ERROR: no such group: c');
    expect(await run(update, 'c', { update: 'update-1', waitJob })).toMatchObject({ code: 1 });
  });

  test('all among the names means every group', async () => {
    expect((await run(update, 'nobody all', { update: '' })).calls).toEqual(['update ']);
  });

  test('is silent when there is nothing to do', async () => {
    expect(await run(update, '', { update: '' })).toMatchObject({ code: 0, printed: [] });
  });

  test('what is in its way is named', async () => {
    const refusal = new Fault('FAILED', 'web is under way as roll-3');
    const ran = await run(update, '', { update: refusal });
    expect(ran).toMatchObject({ code: 1, printed: ['ERROR: web is under way as roll-3'] });
  });
});

describe('update --dry-run', () => {
  const keep = { group: 'web', name: 'web_0', change: 'keep', keys: [] };

  test('shows what would become of each process, and ends with 1 if something would change', async () => {
    const planUpdate = [keep, { ...keep, name: 'web_1', change: 'restart', keys: ['command', 'user'] }];
    expect(await run(update, '--dry-run web', { planUpdate })).toMatchObject({
      code: 1,
      printed: ['PROCESS    UPDATE   BECAUSE OF', 'web:web_0  keep', 'web:web_1  restart  command, user'],
      calls: ['planUpdate web'],
    });
  });

  test('ends with 0 if nothing would', async () => {
    expect(await run(update, '--dry-run', { planUpdate: [keep] })).toMatchObject({ code: 0 });
  });

  test.each([
    ['a bad file', new Fault('CANT_REREAD', 'bad number'), 'ERROR: CANT_REREAD: bad number'],
    ['an unknown group', new Fault('BAD_NAME', 'nobody'), 'ERROR: no such group: nobody'],
    [
      "Supervisor's daemon",
      new Fault('UNKNOWN_METHOD'),
      'ERROR: this daemon cannot tell beforehand: it is Supervisor, or an older tssupervisord',
    ],
  ])('ends with 2 for %s', async (_, planUpdate, line) => {
    expect(await run(update, '--dry-run', { planUpdate })).toMatchObject({ code: 2, printed: [line] });
  });
});

test('adding an active group is told, and no failure', async () => {
  const ran = await run(add, 'web', { addProcessGroup: new Fault('ALREADY_ADDED') });
  expect(ran).toMatchObject({ code: 0, printed: ['ERROR: process group already active'] });
});

test('removing a group that runs is refused, and the next is removed', async () => {
  const removeProcessGroup = (name: string) => (name === 'web' ? new Fault('STILL_RUNNING') : undefined);
  const ran = await run(remove, 'web old', { removeProcessGroup });
  expect(ran.printed).toEqual(['ERROR: process/group still running: web', 'old: removed process group']);
  expect(ran.code).toBe(1);
});

test('reload shows what is wrong with the files that a daemon of ours would not go down for', async () => {
  const ran = await run(reload, '', { restart: new Fault('CANT_REREAD', 'bad number') });
  expect(ran).toMatchObject({ code: 1, printed: ['ERROR: CANT_REREAD: bad number'] });
});
