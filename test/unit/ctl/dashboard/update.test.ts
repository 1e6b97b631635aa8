import { describe, expect, test } from 'vitest';
import { bindings } from '../../../../src/ctl/dashboard/bindings.ts';
import { program, Seat } from './models.ts';

const webs = ['web:web_00', 'web:web_01', 'web:web_02'].map((name) => program(name));
const three = () => new Seat([[program('redis'), ...webs]]);

const acts = ({ commands }: Seat) =>
  commands.flatMap((command) =>
    command.type === 'act' ? [`${command.act.verb} ${command.act.targets.join(' ')}`] : [],
  );

describe('moving', () => {
  test('j, k, g and G move over all rows, and no further', () => {
    const seat = three();
    expect(seat.cursor).toContain('redis');
    expect(seat.send('j', 'j').cursor).toContain('web_00');
    expect(seat.send('G').cursor).toContain('web_02');
    expect(seat.send('j').cursor).toContain('web_02');
    expect(seat.send('k').cursor).toContain('web_01');
    expect(seat.send('g', 'k').cursor).toContain('redis');
  });

  test('the cursor stays with its process when others come and go above it', () => {
    const seat = three().send('G');
    seat.send({ type: 'programs', daemon: 0, programs: [program('aaa'), program('bbb'), ...webs] });
    expect(seat.cursor).toContain('web_02');
    seat.send({ type: 'programs', daemon: 0, programs: [program('aaa'), ...webs.slice(0, 2)] });
    expect(seat.cursor).toContain('web_01');
  });

  test('of two hundred rows those around the cursor are on the screen', () => {
    const many = Array.from({ length: 200 }, (_, index) => program(`p${String(index).padStart(3, '0')}`));
    const seat = new Seat([many], { height: 24 });
    expect(seat.send('G').screen.filter((line) => /p\d\d\d/.test(line))).toHaveLength(20);
    expect(seat.cursor).toContain('p199');
    expect(seat.send('pageup').cursor).toContain('p180');
    seat.send({ type: 'resized', size: { width: 100, height: 16 } });
    expect(seat.cursor).toContain('p180');
  });

  test('a group folds under the cursor, and its heading is left', () => {
    const seat = three().send('j', 'j', 'left');
    expect(seat.screen.join('\n')).not.toContain('web_01');
    expect(seat.cursor).toMatch(/▸ web \(3\) +3 RUNNING/);
    expect(seat.send('right').screen.join('\n')).toContain('web_01');
  });
});

describe('acting', () => {
  test('a key acts upon the process under the cursor, at once', () => {
    expect(acts(three().send('s', 'j', 'j', 'x'))).toEqual(['start redis:redis', 'stop web:web_00']);
  });

  test('of many something is asked first, with all their names, and anything but y is a no', () => {
    const seat = three().send('C-a', 'x');
    expect(acts(seat)).toEqual([]);
    expect(seat.screen.join('\n')).toContain('Really stop these 4 processes? y/N');
    expect(seat.screen.join('\n')).toContain('   web:web_02');
    seat.send('n');
    expect(acts(seat)).toEqual([]);
    expect(acts(seat.send('x', 'y'))).toEqual(['stop redis:redis web:web_00 web:web_01 web:web_02']);
  });

  test('a group stands for its processes, and those that are chosen beside it do not count twice', () => {
    const seat = three().send('j', 'space', 'space', 'r');
    expect(seat.screen.join('\n')).toContain('Really restart these 3 processes? y/N');
    expect(acts(seat.send('y'))).toEqual(['restart web:*']);
  });

  test('clearing logs and SIGKILL are asked about even for one, a roll is not', () => {
    expect(three().send('C').screen.join('\n')).toContain('Really clear the logs of this process? y/N');
    expect(three().send('K').type('kill').send('enter').screen.join('\n')).toContain(
      'Really signal KILL this process? y/N',
    );
    expect(acts(three().send('K').type('hup').send('enter'))).toEqual(['signal redis:redis']);
    expect(acts(three().send('G', 'R'))).toEqual(['roll web:web_02']);
  });

  test('read-only: no key acts, no typed command does, and help has none of them', () => {
    const seat = new Seat([webs], { isReadOnly: true });
    seat.send('x', 'r', 'C-a', 's', ':').type('stop').send('enter');
    expect(acts(seat)).toEqual([]);
    expect(seat.screen.join('\n')).toContain('--read-only');
    expect(seat.send('?').screen.join('\n')).not.toMatch(/restart|roll/);
  });

  test('what was done is shown as the line that a person types, and what went wrong in its words', () => {
    const act = { verb: 'restart', daemon: 0, targets: ['redis:redis', 'web:web_00'] } as const;
    const seat = three().send({ type: 'acted', act, failures: ['redis:redis: SPAWN_ERROR'], said: '' });
    expect(seat.screen.join('\n')).toContain('redis:redis: SPAWN_ERROR');
    expect(seat.screen.join('\n')).toContain('$ tssupervisorctl restart redis web:web_00');
  });

  test('what is chosen of two daemons goes to each of them', () => {
    const seat = new Seat([[program('a')], [program('b')]]).send('space', 'space', 's');
    expect(seat.commands).toEqual([
      { type: 'act', act: { verb: 'start', daemon: 0, targets: ['a:a'] } },
      { type: 'act', act: { verb: 'start', daemon: 1, targets: ['b:b'] } },
    ]);
  });
});

describe('typing', () => {
  test('a filter hides what it does not fit while it is typed, Enter keeps it, Esc shows all again', () => {
    const seat = three().send('/').type('redis');
    expect(seat.screen.join('\n')).not.toContain('web_00');
    seat.send('enter');
    expect(seat.screen[0]).toContain('filter: redis');
    expect(seat.send('escape').screen.join('\n')).toContain('web_00');
  });

  test('q in a filter is a letter', () => {
    expect(three().send('/').type('q').commands).toEqual([]);
  });

  test('a filter with ! before it hides what fits', () => {
    expect(three().send('/').type('!web_').screen.join('\n')).not.toContain('web_01');
  });

  test('an empty filter recalls the last one with the arrow up, and n goes on to the next that has it', () => {
    const seat = three().send('/').type('web_0').send('enter', 'escape', '/', 'up');
    expect(seat.screen.join('\n')).toContain('/web_0');
    seat.send('escape', 'g', 'n');
    expect(seat.cursor).toContain('web_00');
    expect(seat.send('n', 'n').cursor).toContain('web_02');
    expect(seat.send('N').cursor).toContain('web_01');
  });

  test('what is pasted is text in a field and nothing elsewhere', () => {
    const seat = three().send({ type: 'pasted', text: 'xsrq\ny' });
    expect(seat.commands).toEqual([]);
    expect(seat.send('/', { type: 'pasted', text: 'red\nx' }).screen.join('\n')).toContain('/red');
  });

  test('a typed command is completed, run when it is the only one, and a wrong one is told', () => {
    const seat = three().send(':').type('sort c').send('tab', 'enter');
    expect(seat.model.sort).toBe('cpu');
    expect(seat.send(':').type('frobnicate').send('enter').screen.join('\n')).toContain(
      'There is no command "frobnicate"',
    );
    expect(acts(seat.send(':').type('scale +2').send('enter'))).toEqual(['scale redis:redis']);
    expect(seat.send(':').type('scale many').send('enter').screen.join('\n')).toContain('Cannot scale to "many"');
  });
});

describe('the screen', () => {
  test('help lists the keys that do something here, and no others', () => {
    const help = three()
      .send('?')
      .send({ type: 'resized', size: { width: 100, height: 60 } })
      .screen.join('\n');
    expect(help).toContain('restart');
    expect(help).not.toContain('next row with the last filter');
    expect(
      new Seat([[]])
        .send('?')
        .send({ type: 'resized', size: { width: 100, height: 60 } })
        .screen.join('\n'),
    ).not.toContain('restart');
  });

  test('no key is in the table twice', () => {
    const keys = bindings.flatMap((one) => one.keys);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test.each([
    [120, 40],
    [80, 24],
    [40, 10],
    [30, 6],
    [20, 4],
    [1, 1],
  ])('at %d x %d no line is too long and none too many', (width, height) => {
    const seat = three().send({ type: 'resized', size: { width, height } });
    for (const keys of [[], ['?'], ['escape', ':'], ['escape', 'C-a', 'x']]) {
      const { screen } = seat.send(...keys);
      expect(screen.length).toBeLessThanOrEqual(height);
      expect(Math.max(...screen.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });

  test('where there is hardly room one line says how many are up', () => {
    const seat = new Seat([[program('a'), program('b', 'FATAL')]], { width: 20, height: 3 });
    expect(seat.screen).toEqual(['1/2 up 1 bad']);
  });

  test('a daemon that is away is a banner over what was known of it', () => {
    const seat = three().send({ type: 'status', daemon: 0, status: 'away', why: 'connect ENOENT /s.sock' });
    expect(seat.screen[1]).toBe('Away, tried again: host0: connect ENOENT /s.sock');
    expect(seat.screen.join('\n')).toContain('web_02');
  });

  test('a click goes to a row, the wheel over them', () => {
    const seat = three().send({ type: 'clicked', row: 4 });
    expect(seat.cursor).toContain('web_00');
    expect(seat.send({ type: 'wheel', by: -1 }).cursor).toContain('web (3)');
  });
});

describe('samples', () => {
  const sample = (at: number, cpuMs: number, bytes = 1_048_576) =>
    ({ type: 'sample', daemon: 0, sample: { at, processes: { 'redis:redis': [cpuMs, bytes] } } }) as const;

  test('CPU is what was used between two of them, memory the last', () => {
    const seat = three().send(sample(1000, 50));
    expect(seat.model.daemons[0]?.usage['redis:redis']?.cpu).toBeUndefined();
    seat.send(sample(3000, 1050, 3 * 1_048_576));
    expect(seat.model.daemons[0]?.usage['redis:redis']).toMatchObject({ cpu: 0.5, trend: [1_048_576, 3 * 1_048_576] });
    expect(seat.cursor).toMatch(/50\.0 +3\.0M/);
  });

  test('a process that was started again has used nothing negative', () => {
    const seat = three().send(sample(1000, 5000), sample(3000, 10));
    expect(seat.model.daemons[0]?.usage['redis:redis']?.cpu).toBeUndefined();
  });
});

test('the footer has whole hints, and help and quit in every width that has a footer', () => {
  for (let width = 40; width <= 200; width += 1) {
    const footer = new Seat([[program('web')]], { width, height: 24 }).screen.at(-1) ?? '';
    expect(footer).toMatch(/ \? help {2}q quit *(│|$)/);
    const hint = / [^ ]+ (logs|why|filter \(! inverts\)|start|stop|restart|roll|type a command|help|quit) /y;
    const keys = footer.split('│')[0] ?? '';
    let at = 0;
    for (; at < keys.trimEnd().length; at = hint.lastIndex) {
      hint.lastIndex = at;
      expect(hint.exec(`${keys} `), `${width}: ${footer}`).not.toBeNull();
    }
    const tabs = footer.split('│')[1] ?? '';
    const whole =
      ' 1 Programs| 2 Logs| 3 Ports| 4 Upstreams| 5 Dependencies| 6 Timeline| 7 Rolls and jobs| 8 Host'.split('|');
    expect(whole.map((_, count) => whole.slice(0, count).join('')).concat(whole.join(''))).toContain(tabs.trimEnd());
  }
});

test('a question says what is done, and to whom', () => {
  const asked = (...keys: readonly string[]) => {
    const seat = new Seat([[program('web:web_00'), program('web:web_01')]]).send(...keys);
    return seat.screen.find((line) => line.includes('Really'))?.trim();
  };
  expect(asked('C-a', 'x')).toBe('Really stop these 2 processes? y/N');
  expect(asked(':', ...'scale', 'space', ...'-1', 'enter')).toBe(
    'Really scale by -1, at the cost of some of these 2 processes? y/N',
  );
  expect(asked(':', ...'scale', 'space', '1', 'enter')).toBe(
    'Really scale to 1, at the cost of some of these 2 processes? y/N',
  );
  expect(asked(':', ...'clear', 'enter')).toBe('Really clear the logs of these 2 processes? y/N');
});

test('what a view is about is named in the short form', () => {
  const seat = new Seat([[program('api')]]).send('i');
  expect(seat.screen[0]).toMatch(/^ Why api {2}/);
});
