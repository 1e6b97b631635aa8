import { describe, expect, test } from 'vitest';
import { program, Seat } from './models.ts';

const webs = ['web:web_00', 'web:web_01', 'web:web_02'].map((name) => program(name));
const seat = () => new Seat([[program('redis', 'FATAL', { tags: ['cache'] }), ...webs]], { width: 120 });

function typed(text: string, on = seat()): Seat {
  return on.send(':').type(text).send('enter');
}

const acts = ({ commands }: Seat) =>
  commands.flatMap((command) =>
    command.type === 'act' ? [[command.act.verb, command.act.argument, ...command.act.targets].join(' ').trim()] : [],
  );

describe('a command that names whom it is about', () => {
  test.each([
    ['start redis', 'start  redis:redis'],
    ['start web:web_01', 'start  web:web_01'],
    ['start web', 'start  web:*'],
    ['start web:*', 'start  web:*'],
    ["start 'web:web_0[01]'", 'start  web:web_00 web:web_01'],
    ['start redis web:web_02', 'start  redis:redis web:web_02'],
    ['start @cache', 'start  redis:redis'],
    ['START state=fatal', 'start  redis:redis'],
    ['start all', 'start  redis:redis web:*'],
    ['signal hup web:web_02', 'signal HUP web:web_02'],
    ['signal SIGHUP redis', 'signal HUP redis:redis'],
    ['scale web=+1', 'scale +1 web:*'],
    ['roll web', 'roll  web:*'],
  ])('%s', (text, act) => {
    expect(acts(typed(text))).toEqual([act]);
  });

  test('is about what is under the cursor where it names nobody', () => {
    expect(acts(typed('start'))).toEqual(['start  redis:redis']);
    expect(acts(typed('signal usr1'))).toEqual(['signal USR1 redis:redis']);
    expect(acts(typed('scale +2'))).toEqual(['scale +2 redis:redis']);
  });

  test('asks as the keys do', () => {
    const asked = typed('stop web');
    expect(asked.screen.join('\n')).toMatch(/Really stop these 3 processes\? y\/N\n +web:web_00\n +web:web_01/);
    expect(acts(asked.send('y'))).toEqual(['stop  web:*']);
    expect(typed('scale web=1').screen.join('\n')).toContain('Really scale to 1');
  });

  test('opens logs and causes', () => {
    expect(typed('why web:web_01').screen[0]).toMatch(/^ Why web:web_01 /);
    expect(typed('logs web').screen[0]).toMatch(/^ Logs web:\* /);
  });

  test.each([
    ['stop wbe', 'There is no process "wbe": did you mean web:*?'],
    ['stop web:web_09', 'There is no process "web:web_09": did you mean web:web_00?'],
    ['stop zzzzzz', 'There is no process "zzzzzz"'],
    ['stop redis @nobody', 'There is no process "@nobody"'],
    ['scale web=many', 'Cannot scale to "many"'],
    ['frobnicate web', 'There is no command "frobnicate web"'],
  ])('%s does nothing, and is told so', (text, said) => {
    const told = typed(text);
    expect(told.screen.join('\n')).toContain(said);
    expect(acts(told)).toEqual([]);
  });

  test('changes nothing where nothing may be changed', () => {
    const readOnly = typed('start redis', new Seat([[program('redis')]], { isReadOnly: true }));
    expect(acts(readOnly)).toEqual([]);
    expect(readOnly.screen.join('\n')).toContain('--read-only');
  });
});

test('Tab completes verbs, then names, as far as all that fit agree', () => {
  const completed = (text: string) => seat().send(':').type(text).send('tab').screen.join('\n');
  expect(completed('rest')).toContain(':restart▏');
  expect(completed('restart r')).toContain(':restart redis▏');
  expect(completed('restart w')).toContain(':restart web:▏   restart web:*  restart web:web_00');
  expect(completed('signal HUP web:w')).toContain(':signal HUP web:web_0▏');
  expect(completed('restart redis web:*')).toContain(':restart redis web:*▏');
});

test('what is chosen of several daemons is asked about, and done, as a whole', () => {
  const two = new Seat([[program('redis')], [program('redis'), program('cron')]]).send('C-a', 'x');
  expect(two.screen.join('\n')).toMatch(
    /Really stop these 3 processes\? y\/N\n +host0 {2}redis:redis\n +host1 {2}\S+\n +host1 {2}\S+/,
  );
  expect(two.commands).toEqual([]);
  two.send('y');
  const done = two.commands.flatMap((command) => (command.type === 'act' ? [command.act] : []));
  expect(done).toEqual([
    { verb: 'stop', daemon: 0, targets: ['redis:redis'] },
    { verb: 'stop', daemon: 1, targets: expect.arrayContaining(['redis:redis', 'cron:cron']) },
  ]);
});
