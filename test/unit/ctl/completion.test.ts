import { expect, test } from 'vitest';
import { complete } from '../../../src/ctl/completion.ts';
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
