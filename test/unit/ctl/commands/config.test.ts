import { describe, expect, test } from 'vitest';
import { add } from '../../../../src/ctl/commands/add.ts';
import { reload } from '../../../../src/ctl/commands/reload.ts';
import { remove } from '../../../../src/ctl/commands/remove.ts';
import { reread } from '../../../../src/ctl/commands/reread.ts';
import { update } from '../../../../src/ctl/commands/update.ts';
import { Fault } from '../../../../src/rpc/faults.ts';
import { processInfo, result, run } from '../fake-context.ts';

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

describe('update', () => {
  test('stops and removes what is gone, replaces what changed, adds what is new', async () => {
    const reloadConfig = { added: ['n'], changed: ['c'], removed: ['r'] };
    const ran = await run(update, '', { ...working, reloadConfig });
    expect(ran.printed).toEqual([
      'r: stopped',
      'r: removed process group',
      'c: stopped',
      'c: updated process group',
      'n: added process group',
    ]);
    expect(ran.calls).toEqual([
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
    const ran = await run(update, '', {
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
    const ran = await run(update, 'n nobody web', {
      ...working,
      reloadConfig: { ...none, added: ['n', 'm'] },
      getAllProcessInfo: [processInfo('web', 'RUNNING')],
    });
    expect(ran).toMatchObject({ code: 1, printed: ['ERROR: no such group: nobody', 'n: added process group'] });
  });

  test('all among the names means every group', async () => {
    const ran = await run(update, 'nobody all', { ...working, reloadConfig: { ...none, added: ['n'] } });
    expect(ran).toMatchObject({ code: 0, printed: ['n: added process group'] });
  });

  test('is silent when there is nothing to do', async () => {
    expect(await run(update, '', { reloadConfig: none })).toMatchObject({ code: 0, printed: [] });
  });

  test('a bad file is an error for the shell to show', async () => {
    await expect(run(update, '', { reloadConfig: new Fault('CANT_REREAD') })).rejects.toThrow('CANT_REREAD');
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
