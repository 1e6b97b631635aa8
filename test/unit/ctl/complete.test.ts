import { describe, expect, test } from 'vitest';
import { commands } from '../../../src/ctl/commands.ts';
import { candidatesFor, type World } from '../../../src/ctl/complete/line.ts';
import { usageOf } from '../../../src/ctl/complete/usage.ts';

const process = (group: string, name: string, statename = 'RUNNING', tags: string[] = []) => ({
  group,
  name,
  statename,
  tags,
});

/** Says which file the daemon was asked of, so that a test sees it. */
const world: World = {
  processes: async ({ configuration }, wantTags) =>
    configuration === undefined
      ? [
          process('web', 'web_00', 'RUNNING', wantTags ? ['front'] : []),
          process('web', 'web_01', 'FATAL', wantTags ? ['front', 'slow'] : []),
          process('worker', 'worker'),
        ]
      : [process(configuration, configuration)],
  available: async () => ['new'],
  jobs: async () => [{ value: '7', about: 'roll of web, running' }],
  files: (start, endings) => [`${start}${endings.join('')}`],
  signals: ['HUP', 'USR1'],
};

/** The candidates for the last word of a line behind the program's name. */
async function tab(line: string): Promise<string> {
  return (await candidatesFor(line.split(' '), commands, world)).map(({ value }) => value).join(' ');
}

describe('Tab offers', () => {
  test.each([
    ['stat', 'status'],
    ['sta', 'start status'],
    ['--con', '--configuration'],
    ['restart w', 'web:web_00 web:web_01 worker web:*'],
    ['restart web:', 'web:web_00 web:web_01 web:*'],
    ['restart worker w', 'web:web_00 web:web_01 web:*'],
    ['restart a', 'all'],
    ['stop @', '@front @slow'],
    ['stop state=', 'state=RUNNING state=FATAL'],
    ['drill @', ''],
    ['drill state=', ''],
    ['update w', 'web worker'],
    ['remove w', 'web worker'],
    ['add ', 'new'],
    ['scale w', 'web= worker='],
    ['signal ', 'HUP USR1'],
    ['signal HUP wo', 'worker'],
    ['tail -f wo', 'worker'],
    ['tail worker std', 'stdout stderr'],
    ['tail -', '-f --since'],
    ['start --', '--no-deps'],
    ['start --no-deps wo', 'worker'],
    ['roll web:* --', '--batch --force'],
    ['roll web:* --batch ', ''],
    ['drill worker http://x --do ', 'roll kill'],
    ['drill worker ', ''],
    ['doctor ', ''],
    ['doctor -c ', '.conf.ini'],
    ['doctor --for', '--for-supervisor'],
    ['job ', '7'],
    ['job 7 ', 'cancel'],
    ['help sig', 'signal'],
    ['completion ', 'bash zsh fish'],
    ['maintail -', '-f'],
    ['wait web:* --for ', 'ready running stopped exited'],
    ['wait web:* --for ready wo', 'worker'],
    ['init --dir ', ''],
    ['fg wo', 'worker'],
    ['-c ', '.conf.ini'],
    ['-i -c ', '.conf.ini'],
    ['-c other.conf fg ', 'other.conf'],
    ['-cother.conf fg ', 'other.conf'],
    ['-s ', ''],
    ['--nonsense ', ''],
    ['nonsense ', ''],
    ['version ', ''],
  ])('for %j: %s', async (line, expected) => {
    expect(await tab(line)).toBe(expected);
  });
});

test('verbs have their help beside them, names their state, groups their size', async () => {
  expect(await candidatesFor(['ver'], commands, world)).toEqual([
    { value: 'version', about: 'Show the version of the remote supervisord process' },
  ]);
  expect(await candidatesFor(['pid', 'web:'], commands, world)).toEqual([
    { value: 'web:web_00', about: 'RUNNING' },
    { value: 'web:web_01', about: 'FATAL' },
    { value: 'web:*', about: '2 processes' },
  ]);
});

test('every flag that the help of a verb of ours names is offered', () => {
  for (const command of commands.filter(({ isOurs }) => isOurs)) {
    const named = [...command.help.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([flag]) => flag);
    expect([...usageOf(command).flags.keys()], command.name).toEqual(expect.arrayContaining([...new Set(named)]));
  }
});
