import { expect, test } from 'vitest';
import { load, loaded } from '../../support/config-files.ts';

const file = (value: string) => `[supervisord]\n[program:web]\ncommand=cat\nport=2000\nreload=${value}\n`;

test.each([
  ['signal HUP', { type: 'signal', signal: 1 }],
  ['signal SIGUSR2', { type: 'signal', signal: 12 }],
  ['command touch /tmp/%(port)d', { type: 'command', command: 'touch /tmp/2000' }],
  ['roll', { type: 'roll' }],
])('reload=%s', (value, expected) => {
  expect(loaded(file(value)).groups[0]?.processes[0]?.reload).toEqual(expected);
});

test.each(['', 'HUP', 'signal', 'signal NOPE', 'command', 'roll over', 'signal SIG_DFL'])(
  'reload=%s is refused',
  (value) => {
    const result = load(file(value));
    expect(result.ok || result.problems[0]).toMatchObject({
      message: `Cannot use ${JSON.stringify(value)} as a way to reload`,
      key: 'reload',
      line: 5,
    });
  },
);

test('without it there is none', () => {
  expect(loaded('[supervisord]\n[program:web]\ncommand=cat\n').groups[0]?.processes[0]).not.toHaveProperty('reload');
});
