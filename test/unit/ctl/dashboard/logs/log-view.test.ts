import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logLines } from '../../../../../src/ctl/dashboard/logs/lines.ts';
import {
  type LogCommand,
  type LogMessage,
  type LogModel,
  logModel,
} from '../../../../../src/ctl/dashboard/logs/model.ts';
import { sinceOf } from '../../../../../src/ctl/dashboard/logs/moment.ts';
import { MAX_LENGTH, MAX_LINES } from '../../../../../src/ctl/dashboard/logs/ring.ts';
import { takesKey, updateLog } from '../../../../../src/ctl/dashboard/logs/update.ts';
import { widthOf } from '../../../../../src/ctl/dashboard/text.ts';

const noon = new Date(2026, 10, 23, 12, 0, 0).getTime();

/** A log view as a person has it: keys in, a screen out. What it asks for by `sift` is done at once. */
class View {
  model: LogModel;
  readonly commands: LogCommand[] = [];
  /** How often the work on a filter was put off. */
  slices = 0;
  now = noon;

  constructor(width = 60, height = 11, ...names: readonly string[]) {
    this.model = logModel({ width, height });
    this.send({ type: 'opened', names: names.length === 0 ? ['web'] : names });
    this.now += 60_000;
  }

  send(message: LogMessage): void {
    const { model, commands } = updateLog(this.model, message);
    this.model = model;
    for (const command of commands) {
      if (command.type !== 'sift') this.commands.push(command);
      else {
        this.slices += 1;
        this.send({ type: 'sift' });
      }
    }
  }

  lines(...texts: readonly string[]): void {
    this.send({ type: 'lines', lines: texts.map((text) => ({ name: 'web', isError: false, text })), at: this.now });
  }

  errors(...texts: readonly string[]): void {
    this.send({ type: 'lines', lines: texts.map((text) => ({ name: 'web', isError: true, text })), at: this.now });
  }

  numbers(from: number, to: number): void {
    this.lines(...Array.from({ length: to - from }, (_, at) => `line ${from + at}`));
  }

  keys(...keys: readonly string[]): void {
    for (const key of keys) this.send({ type: 'key', key, at: this.now });
  }

  types(text: string): void {
    this.keys(...Array.from(text, (character) => (character === ' ' ? 'space' : character)));
  }

  /** The rows of the screen but the last. */
  get body(): string[] {
    return this.screen.slice(0, -1);
  }

  get status(): string {
    return this.screen.at(-1) ?? '';
  }

  get screen(): string[] {
    const lines = logLines(this.model).map((line) => line.map(({ text }) => text).join(''));
    expect(lines).toHaveLength(this.model.size.height);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(this.model.size.width);
    return lines.map((line) => line.trimEnd());
  }

  get marked(): string[] {
    return logLines(this.model).flatMap((line) => line.filter(({ role }) => role === 'match').map(({ text }) => text));
  }
}

test('the newest lines are shown, until one scrolls up: then nothing moves while lines come', () => {
  const view = new View();
  view.numbers(0, 100);
  expect(view.body.at(-1)).toBe('  line 99');
  view.keys('k');
  const still = view.body;
  expect(still.at(-1)).toBe('  line 98');
  view.numbers(100, 5_000);
  expect(view.body).toEqual(still);
  expect(view.status).toContain('scrolled');
  view.keys('G');
  expect(view.body.at(-1)).toBe('  line 4999');
  view.keys('pageup', 'j', 'pagedown');
  view.numbers(5_000, 5_001);
  expect(view.body.at(-1)).toBe('  line 5000');
});

test('who reads where lines leave the memory is moved to what is left, and no farther', () => {
  const view = new View();
  view.numbers(0, 1_000);
  view.keys('g');
  expect(view.body[0]).toBe('  line 0');
  view.numbers(1_000, 1_000 + MAX_LINES);
  const first = Number(/\d+/.exec(view.body[0] ?? '')?.[0]);
  expect(first).toBe(view.model.ring.start);
  expect(first).toBeGreaterThanOrEqual(1_000);
  expect(view.model.ring.end - view.model.ring.start).toBeLessThanOrEqual(MAX_LINES);
  expect(view.status).toContain(`${first} older ones dropped`);
  view.keys('pagedown', 'pageup');
  expect(view.body[0]).toBe(`  line ${first}`);
});

test('the memory of lines is bounded in characters too, and a huge line is cut', () => {
  const view = new View();
  for (let at = 0; at < 40; at += 1) view.lines(...Array.from({ length: 100 }, () => 'x'.repeat(20_000)));
  expect(view.model.ring.length).toBeLessThanOrEqual(MAX_LENGTH + 512 * 8_001);
  expect(view.model.ring.dropped).toBeGreaterThan(0);
});

test('any keys and lines leave a screen of the right size that shows consecutive lines', () => {
  const key = fc.constantFrom(
    'j',
    'k',
    'g',
    'G',
    'pageup',
    'pagedown',
    'C-d',
    'C-u',
    'w',
    'n',
    'N',
    'v',
    'left',
    'right',
  );
  const step = fc.oneof(
    key.map((name) => (view: View) => view.keys(name)),
    fc.integer({ min: 1, max: 700 }).map((count) => (view: View) => {
      const { end } = view.model.ring;
      view.lines(...Array.from({ length: count }, (_, at) => `${'long '.repeat((end + at) % 40)}${end + at}`));
    }),
    fc
      .record({ width: fc.integer({ min: 1, max: 90 }), height: fc.nat(12) })
      .map((size) => (view: View) => view.send({ type: 'resized', size })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const view = new View();
      for (const one of steps) {
        one(view);
        expect(view.screen).toHaveLength(view.model.size.height);
      }
      view.send({ type: 'resized', size: { width: 300, height: 8 } });
      if (view.model.isWrapped) view.keys('w');
      const numbers = view.body.filter((line) => line !== '').map((line) => Number(/(\d+)$/.exec(line)?.[1]));
      if (view.model.left > 0 || view.model.ring.end === 0) return;
      expect(numbers.length).toBe(Math.min(7, view.model.ring.end));
      for (const [at, number] of numbers.entries()) expect(number).toBe((numbers[0] ?? 0) + at);
    }),
    { numRuns: 150 },
  );
});

test('a filter hides as it is typed, marks what it found, inverts by !, and Esc shows all again', () => {
  const view = new View();
  view.lines('GET /a 200', 'GET /b 500', 'POST /c 500', 'GET /d 200');
  view.keys('/');
  view.types('5\\d');
  expect(view.body.slice(0, 3)).toEqual(['  GET /b 500', '  POST /c 500', '']);
  expect(view.marked).toEqual(['50', '50']);
  expect(view.status).toContain('2 lines');
  view.keys('enter');
  view.lines('GET /e 503', 'GET /f 204');
  expect(view.body.filter((line) => line !== '')).toEqual(['  GET /b 500', '  POST /c 500', '  GET /e 503']);
  expect(view.status).toContain('3 of 6 lines');
  view.keys('/', 'C-u');
  view.types('!get');
  view.keys('enter');
  expect(view.body.filter((line) => line !== '')).toEqual(['  POST /c 500']);
  view.keys('escape');
  expect(view.body.filter((line) => line !== '')).toHaveLength(6);
  view.keys('escape');
  expect(takesKey(view.model, 'escape')).toBe(false);
  view.keys('/', 'up');
  expect(view.status).toContain('/!get_');
});

test('capitals count only if there are some; what is no regular expression is said and taken literally', () => {
  const view = new View();
  view.lines('an Error', 'an error', 'f(x', 'fx');
  view.keys('/');
  view.types('Error');
  expect(view.body.filter((line) => line !== '')).toEqual(['  an Error']);
  view.keys('C-u');
  view.types('f(X');
  expect(view.body[0]).toBe('  No line fits (Esc shows all)');
  view.keys('C-u');
  view.types('f(x');
  expect(view.body.filter((line) => line !== '')).toEqual(['  f(x']);
  expect(view.status).toContain('no regular expression: taken literally');
});

test('a regular expression that would take for ever is given up and taken literally', () => {
  const view = new View();
  view.lines(`${'a'.repeat(60)}!`, 'it has (a+)+$ in it');
  view.keys('/');
  view.send({ type: 'pasted', text: '(a+)+$' });
  expect(view.status).toContain('too slow: taken literally');
  expect(view.body.filter((line) => line !== '')).toEqual(['  it has (a+)+$ in it']);
  expect(view.marked).toEqual(['(a+)+$']);
});

test('a filter over 50,000 lines is done in slices, the newest lines first', () => {
  const view = new View();
  view.numbers(0, 49_000);
  const { model, commands } = updateLog(updateLog(view.model, { type: 'key', key: '/', at: noon }).model, {
    type: 'key',
    key: '7',
    at: noon,
  });
  expect(commands).toEqual([{ type: 'sift' }]);
  expect(
    logLines(model)
      .at(-2)
      ?.map(({ text }) => text)
      .join(''),
  ).toBe('  line 48997');
});

test('n and N go from match to match, round the end, among all lines', () => {
  const view = new View();
  view.numbers(0, 3_000);
  view.keys('/');
  view.types('line 1?500$');
  view.keys('enter', 'escape');
  expect(view.status).toContain('marked');
  view.keys('n');
  expect(view.body.some((line) => line === '> line 500')).toBe(true);
  expect(view.body).toContain('  line 501');
  view.keys('n');
  expect(view.body).toContain('> line 1500');
  view.keys('n');
  expect(view.body).toContain('> line 500');
  view.keys('N');
  expect(view.body).toContain('> line 1500');
  view.numbers(3_000, 4_000);
  expect(view.body).toContain('> line 1500');
});

test('stderr has its mark, and e shows nothing else', () => {
  const view = new View();
  view.lines('fine');
  view.errors('Traceback');
  view.lines('fine again');
  expect(view.body.slice(0, 3)).toEqual(['  fine', '! Traceback', '  fine again']);
  view.keys('e');
  view.errors('KeyError');
  view.lines('fine');
  expect(view.body.filter((line) => line !== '')).toEqual(['! Traceback', '! KeyError']);
  expect(view.status).toContain('stderr only');
  view.keys('e');
  expect(view.body.filter((line) => line !== '')).toHaveLength(5);
});

test('the names of several programs stand before their lines, one of one alone does not', () => {
  const view = new View(60, 5, 'web:web_00', 'redis');
  view.send({
    type: 'lines',
    at: noon,
    lines: [
      { name: 'web:web_00', isError: false, text: 'hello' },
      { name: 'redis', isError: true, text: 'ready' },
    ],
  });
  expect(view.body.slice(0, 2)).toEqual(['web:web_00 | hello', 'redis      ! ready']);
  const roles = logLines(view.model)
    .slice(0, 2)
    .map((line) => line[0]?.role);
  expect(new Set(roles).size).toBe(2);
});

test('long lines are cut, moved to the left or wrapped; characters of two columns are not cut in two', () => {
  const view = new View(22, 8);
  view.lines('0123456789abcdefghijklmnopqrstuvwxyz', '界'.repeat(15));
  expect(view.body.slice(0, 2)).toEqual(['  0123456789abcdefghij', `  ${'界'.repeat(10)}`]);
  view.keys('right');
  expect(view.body.slice(0, 2)).toEqual(['  klmnopqrstuvwxyz', `  ${'界'.repeat(5)}`]);
  view.keys('left', 'w');
  expect(view.body.slice(0, 4)).toEqual([
    '  0123456789abcdefghij',
    '  klmnopqrstuvwxyz',
    `  ${'界'.repeat(10)}`,
    `  ${'界'.repeat(5)}`,
  ]);
  view.numbers(0, 100);
  view.keys('g', 'j', 'j', 'k');
  expect(view.body[0]).toBe('  klmnopqrstuvwxyz');
});

test('what a program wrote to the terminal is harmless, its colours are kept', () => {
  const view = new View();
  view.lines('\u001b[31mred\u001b[0m \u001b]0;owned\u0007{bold}x{/bold}\u001b[2J');
  expect(view.body[0]).toBe('  red {bold}x{/bold}');
  expect(logLines(view.model)[0]).toContainEqual({ text: 'red', role: 'bad' });
});

test("times are the line's own where it has one, else when it came; of old lines nobody knows", () => {
  const view = new View();
  view.send({ type: 'lines', lines: [{ name: 'web', isError: false, text: 'old' }], at: 0 });
  view.lines('2026-11-23 03:04:05,678 INFO up', 'new');
  view.keys('t');
  expect(view.body.slice(0, 3)).toEqual([
    '           old',
    '03:04:05   2026-11-23 03:04:05,678 INFO up',
    '12:01:00   new',
  ]);
});

test('a time is typed as so long ago or as a clock shows it, and the streams are opened anew from there', () => {
  expect(sinceOf('10m', noon)).toBe('10m');
  expect(sinceOf('11:30', noon)).toBe(String(noon / 1000 - 1800));
  expect(sinceOf('12:30', noon)).toBe(String(noon / 1000 - 86_400 + 1800));
  expect(sinceOf('soon', noon)).toBeUndefined();
  expect(sinceOf('25:00', noon)).toBeUndefined();
  const view = new View();
  view.keys('T');
  view.types('10m');
  view.keys('enter');
  expect(view.commands).toEqual([{ type: 'reopen', since: '10m' }]);
  view.keys('T');
  view.types('soon');
  view.keys('enter');
  expect(view.commands).toHaveLength(1);
  expect(view.status).toContain('"soon" is no time');
});

test('F holds the streams, m draws a line, Ctrl-k clears the view', () => {
  const view = new View();
  view.lines('one');
  view.keys('F');
  expect(view.status).toContain('HELD');
  view.keys('F', 'm');
  expect(view.commands).toEqual([
    { type: 'hold', isHeld: true },
    { type: 'hold', isHeld: false },
  ]);
  view.lines('two');
  expect(view.body.slice(0, 3)).toEqual(['  one', expect.stringContaining('──── 12:01:00 ───'), '  two']);
  view.keys('C-k');
  view.lines('three');
  expect(view.body.slice(0, 2)).toEqual(['  three', '']);
  expect(view.status).toContain('1 line');
});

test('y copies the screen as it is read; after v, the lines that are chosen', () => {
  const view = new View();
  view.numbers(0, 50);
  view.lines('\u001b[32mlast\u001b[0m');
  view.keys('v', 'k', 'k', 'y');
  view.keys('G', 'y');
  expect(view.commands).toEqual([
    { type: 'copy', text: 'line 48\nline 49\nlast\n' },
    { type: 'copy', text: `${Array.from({ length: 9 }, (_, at) => `line ${41 + at}`).join('\n')}\nlast\n` },
  ]);
  expect(view.status).toContain('Copied 10 lines');
});

test('keys are text while something is typed; what is pasted is one line and fires nothing', () => {
  const view = new View();
  view.numbers(0, 50);
  view.send({ type: 'pasted', text: 'kkkF' });
  expect(view.status).toContain('following');
  view.keys('/');
  view.types('F w');
  view.send({ type: 'pasted', text: 'x\u001b[31m\nq' });
  expect(view.status).toContain('/F wx[31m_');
  expect(view.commands).toEqual([]);
});
