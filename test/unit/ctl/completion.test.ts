import { expect, test } from 'vitest';
import { commands as ourCommands } from '../../../src/ctl/commands.ts';
import { completeInShell } from '../../../src/ctl/complete/shell-line.ts';
import { complete, TabKey } from '../../../src/ctl/completion.ts';
import { processInfo } from './fake-context.ts';

const commands = ['help', 'start', 'status', 'stop', 'update'];
const infos = [
  processInfo('web', 'RUNNING'),
  processInfo('worker-1', 'RUNNING', { group: 'work' }),
  processInfo('worker-2', 'RUNNING', { group: 'work' }),
];

test.each([
  ['', ['help ', 'start ', 'status ', 'stop ', 'update ']],
  ['sta', ['start ', 'status ']],
  ['  sta', ['start ', 'status ']],
  ['help st', ['start ', 'status ', 'stop ']],
  ['start ', ['web ', 'work:worker-1 ', 'work:* ', 'work:worker-2 ']],
  ['start w', ['web ', 'work:worker-1 ', 'work:* ', 'work:worker-2 ']],
  ['start work:', ['work:worker-1 ', 'work:* ', 'work:worker-2 ']],
  ['start web:', ['web:web ', 'web:* ']],
  ['stop web work:worker-', ['work:worker-1 ', 'work:worker-2 ']],
  ['update w', ['web ', 'work ']],
  ['avail x', []],
  ['start nobody', []],
])('Tab after %j', async (line, hits) => {
  const [found, word] = await complete(line, commands, async () => infos);
  expect(found).toEqual(hits);
  expect(line.endsWith(word)).toBe(true);
});

test('the daemon is not asked for the names of commands', async () => {
  await complete('st', commands, async () => {
    throw new Error('asked');
  });
});

test.each([
  ['roll w', ['web ', 'work:worker-1 ', 'work:worker-2 ', 'work:* ']],
  ['roll work:* --', ['--batch ', '--force ']],
  ['scale w', ['web=', 'work=']],
  ['ports ', []],
  ['roll', ['roll ']],
  ['start work:', ['work:worker-1 ', 'work:* ', 'work:worker-2 ']],
])('Tab in the shell after %j: our own verbs are completed too', async (line, hits) => {
  const [found, word] = await completeInShell(line, ourCommands, async () => infos);
  expect(found).toEqual(hits);
  expect(line.endsWith(word)).toBe(true);
});

const some = ['start ', 'status ', 'stop '];

test('Tab adds what all candidates have in common, and rings because it is not all', () => {
  const tab = new TabKey();
  expect(tab.press('s', [some, 's'], 80)).toEqual({ insert: 't', show: '', rings: true });
});

test('Tab adds the only candidate without a sound', () => {
  expect(new TabKey().press('sto', [['stop '], 'sto'], 80)).toEqual({ insert: 'p ', show: '', rings: false });
});

test('the second Tab that adds nothing shows the candidates, as does every further one', () => {
  const tab = new TabKey();
  expect(tab.press('st', [some, 'st'], 80)).toEqual({ insert: '', show: '', rings: true });
  expect(tab.press('st', [some, 'st'], 80).show).toBe('start    status   stop \r\n');
  expect(tab.press('st', [some, 'st'], 80).show).not.toBe('');
});

test('a Tab after one that added something, or after something typed, shows nothing yet', () => {
  const tab = new TabKey();
  tab.press('s', [some, 's'], 80);
  expect(tab.press('st', [some, 'st'], 80).show).toBe('');
  expect(tab.press('sto', [['stop ', 'stow '], 'sto'], 80).show).toBe('');
});

test('Tab with nothing to offer rings, however often', () => {
  const tab = new TabKey();
  for (let times = 0; times < 3; times += 1) {
    expect(tab.press('x', [[], ''], 80)).toEqual({ insert: '', show: '', rings: true });
  }
});

test.each([
  [20, 'pair:*  web\r\npair:b\r\n'],
  [16, 'pair:*\r\npair:b\r\nweb\r\n'],
  [1, 'pair:*\r\npair:b\r\nweb\r\n'],
])('candidates are sorted down the columns of a screen of %i', (width, shown) => {
  const tab = new TabKey();
  const found = [['web', 'pair:b', 'pair:*'], ''] as const;
  tab.press('stop ', found, width);
  expect(tab.press('stop ', found, width).show).toBe(shown);
});
