/**
 * Every key of the dashboard, pressed: what its line in help says happens, in a real terminal with a real daemon. The
 * checks are by that line, so that a key without one is a test that fails.
 */
import { afterAll, beforeAll, expect } from 'vitest';
import { bindings } from '../../../src/ctl/dashboard/bindings.ts';
import { logKeys } from '../../../src/ctl/dashboard/logs/keys.ts';
import { paletteMatches } from '../../../src/ctl/dashboard/palette.ts';
import { views } from '../../../src/ctl/dashboard/views.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { cursorIsOn, dashboardEnv, dashboardOf, tmuxKey } from '../../support/dashboard.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';
import { until } from '../../support/until.ts';
import { infoOf, program, script } from '../daemon/support.ts';

const { describe, test } = needs('tmux');

const size = { width: 110, height: 24 };
const numbered = 'process_name=%(program_name)s_%(process_num)02d';
const config = [
  script('alpha', 'echo written by alpha; exec cat', 'startsecs=0', 'reload=command /bin/true'),
  program('many', 'cat', numbered, 'numprocs=30', 'autostart=false'),
  program('pool', 'cat', numbered, 'numprocs=2', 'startsecs=0'),
  script(
    'talk',
    "for i in $(seq 1 100); do echo number $i; done; echo Trouble >&2; printf 'begin%110send\\n'; exec cat",
    'autostart=false',
    'startsecs=0',
  ),
  program('zebra', 'cat', 'autostart=false', 'startsecs=0'),
].join('\n');

type Check = (press: () => Promise<void>, key: string) => Promise<void>;
type Checks = Readonly<Record<string, Check>>;

describe('the keys of the dashboard', () => {
  let daemon: TestDaemon;
  let terminal: Terminal;

  beforeAll(async () => {
    daemon = await startDaemon({ config });
    terminal = await Terminal.open(dashboardOf(daemon), dashboardEnv, size);
    await sees('all states', / alpha +RUNNING/, / many_10 +STOPPED/);
  });
  afterAll(async () => {
    await terminal?.[Symbol.asyncDispose]();
    await daemon?.stop();
  });

  const sees = (what: string, ...wanted: readonly RegExp[]) =>
    terminal.sees(what, (screen) => wanted.every((one) => one.test(screen)));
  const seesNot = (what: string, unwanted: RegExp) => terminal.sees(what, (screen) => !unwanted.test(screen));
  const on = (name: string) => cursorIsOn(terminal, name);
  const typed = (line: string) => sees(`the line for ${line}`, new RegExp(`\\$ tssupervisorctl ${line}`));
  const pidOf = async (name: string) => (await infoOf(daemon, name)).pid;
  const untilPid = (name: string, test: (pid: number) => boolean) =>
    until(`${name} has the pid it should`, async () => test(await pidOf(name)));
  const type = (text: string, ...keys: readonly string[]) => terminal.types(text, ...keys);
  /** To the programs by their names, the cursor on the first. */
  const atHome = async () => {
    await type(':programs', 'Enter');
    await type('/', 'C-u', 'Enter', 'g');
    await on('alpha');
  };
  const escaped = async (from: RegExp) => {
    await terminal.presses('Escape');
    await seesNot(`that ${from} is left`, from);
  };

  const sorts =
    (by: string): Check =>
    async (press) => {
      await press();
      await sees(`sorted by ${by}`, new RegExp(`Sorted by ${by}`));
      await type(':sort name', 'Enter');
      await sees('sorted by name', /Sorted by name/);
    };
  const opens =
    (title: string): Check =>
    async (press) => {
      await press();
      await sees(title, new RegExp(`^ ${title} `, 'm'));
    };

  const checks: Checks = {
    down: async (press) => {
      await press();
      await on('(30)');
    },
    up: async (press) => {
      await type('G');
      await on('zebra');
      await press();
      await on('talk');
    },
    'first row': async (press) => {
      await type('G');
      await on('zebra');
      await press();
      await on('alpha');
    },
    'last row': async (press) => {
      await press();
      await on('zebra');
    },
    'a page down': async (press, key) => {
      await press();
      await on(key === 'C-d' ? 'many_08' : 'many_17');
    },
    'a page up': async (press, key) => {
      await type('G');
      await on('zebra');
      await press();
      await on(key === 'C-u' ? 'many_24' : 'many_15');
    },
    'fold the group': async (press) => {
      await type('j');
      await on('(30)');
      await press();
      await sees('it folded', /▸ many \(30\)/, / zebra /);
      await terminal.presses('C-a');
      await sees('all chosen, the folded group as one', / 6 chosen/, /^▌▸ many/m);
      await escaped(/chosen/);
      await terminal.presses('Right');
      await sees('it unfolded', /▾ many \(30\)/);
    },
    'unfold the group': async (press) => {
      await type('j');
      await on('(30)');
      await terminal.presses('Left');
      await sees('it folded', /▸ many \(30\)/);
      await press();
      await sees('it unfolded', /▾ many \(30\)/, /many_00/);
    },
    'choose, for an action on many': async (press) => {
      await press();
      await sees('one chosen', / 1 chosen/, /^▌● +alpha/m);
      await on('(30)');
      await escaped(/chosen/);
    },
    'choose all, or none': async (press) => {
      await press();
      await sees('all chosen', / 35 chosen/);
      await press();
      await seesNot('none chosen', /chosen/);
    },
    logs: opens('Logs alpha:alpha'),
    'logs of all programs': opens('Logs all'),
    'why: what its state comes from': opens('Why alpha'),
    'open: logs, or why it is in its state': async (press) => {
      await press();
      await sees('logs', /^ Logs alpha:alpha /m);
      await atHome();
      await type('6');
      await sees('the timeline', /^ Timeline /m, /alpha is RUNNING/);
      await press();
      await sees('why', /^ Why /m);
    },
    'filter (! inverts)': async (press) => {
      await press();
      await type('zeb');
      await sees('what fits', /^(?!.*alpha).* zebra /s);
      await terminal.presses('C-u');
      await type('!many');
      await sees('what does not fit', /^(?!.*many_).* alpha .* zebra /s);
      await escaped(/!many/);
    },
    'next row with the last filter in it': async (press) => {
      await type('/pool_', 'Enter');
      await sees('the filter', /filter: pool_/);
      await escaped(/filter: /);
      await type('g');
      await press();
      await on('pool_00');
      await press();
      await on('pool_01');
    },
    'the one before': async (press) => {
      await press();
      await on('pool_01');
    },
    'sort by the next column': sorts('state'),
    'the other way round': async (press) => {
      await press();
      await type('g');
      await on('zebra');
      await press();
      await type('g');
      await on('alpha');
    },
    'sort by CPU': sorts('cpu'),
    'sort by memory': sorts('memory'),
    'sort by uptime': sorts('uptime'),
    'by group, or flat': async (press) => {
      await press();
      await sees('no group', /^(?!.*\(30\)).*many:many_00/s);
      await press();
      await sees('groups', /▾ many \(30\)/);
    },
    start: async (press) => {
      await type('G');
      await on('zebra');
      await press();
      await sees('it running', / zebra +RUNNING/);
      await typed('start zebra');
    },
    stop: async (press) => {
      await type('G');
      await on('zebra');
      await press();
      await sees('it stopped', / zebra +STOPPED/);
      await typed('stop zebra');
    },
    restart: async (press) => {
      const before = await pidOf('alpha');
      await press();
      await typed('restart alpha');
      await untilPid('alpha', (pid) => pid !== 0 && pid !== before);
    },
    'roll: one after the other': async (press) => {
      const before = await pidOf('pool:pool_01');
      await type('/pool', 'Enter');
      await sees('the pool', /filter: pool/);
      await press();
      await untilPid('pool:pool_01', (pid) => pid !== 0 && pid !== before);
      await typed(`roll 'pool:\\*'`);
      await escaped(/filter: /);
    },
    reload: async (press) => {
      await press();
      await typed('reload alpha');
    },
    'one process more': async (press) => {
      await type('/pool', 'Enter');
      await sees('the pool', /filter: pool/, /▾ pool \(2\)/);
      await press();
      await sees('a third', / pool_02 +RUNNING/, /▾ pool \(3\)/);
      await typed('scale pool=\\+1');
      await escaped(/filter: /);
    },
    'one process less': async (press) => {
      await type('/pool', 'Enter');
      await sees('the pool', /filter: pool/, /▾ pool \(3\)/);
      await press();
      await sees('a question', /y\/N/);
      await type('y');
      await sees('two', /▾ pool \(2\)/);
      await typed('scale pool=-1');
      await escaped(/filter: /);
    },
    'so many processes': async (press) => {
      await type('/pool', 'Enter');
      await sees('the pool', /filter: pool/, /▾ pool \(2\)/);
      await press();
      await type('4', 'Enter');
      await sees('a question', /y\/N/);
      await type('y');
      await sees('four', /▾ pool \(4\)/);
      await typed('scale pool=4');
      await escaped(/filter: /);
    },
    'send a signal': async (press) => {
      const before = await pidOf('alpha');
      await press();
      await sees('a field', /Signal \(/);
      await type('sigusr1', 'Enter');
      // Nobody catches it.
      await untilPid('alpha', (pid) => pid !== before);
      await typed('signal USR1 alpha');
    },
    'clear the logs': async (press) => {
      expect(await daemon.rpc('supervisor.readProcessStdoutLog', 'alpha', 0, 0)).toContain('written by alpha');
      await press();
      await sees('a question', /y\/N/);
      await type('n');
      await sees('that nothing was done', /Nothing was done/);
      expect(await daemon.rpc('supervisor.readProcessStdoutLog', 'alpha', 0, 0)).toContain('written by alpha');
      await press();
      await sees('a question', /y\/N/);
      await type('y');
      await typed('clear alpha');
      expect(await daemon.rpc('supervisor.readProcessStdoutLog', 'alpha', 0, 0)).toBe('');
    },
    'type a command': async (press) => {
      await press();
      await sees('a field', /^:▏/m);
      await terminal.presses('C-c');
      await seesNot('no field', /^:▏/m);
    },
    'copy the name': async (press) => {
      await press();
      await sees('that it was copied', /Copied alpha:alpha/);
      expect(await terminal.clipboard()).toBe('alpha:alpha');
    },
    'mouse on or off': async (press) => {
      await press();
      await until('the mouse is on', async () => (await terminal.modes()).hasMouse);
      // Clicks and wheels, as a terminal reports them (SGR): the rows begin on the third line.
      await terminal.sends('\u001b[<0;10;5M');
      await on('many_00');
      await terminal.sends('\u001b[<65;10;5M');
      await on('many_03');
      await terminal.sends('\u001b[<64;10;5M');
      await on('many_00');
      await terminal.sends('\u001b[<0;10;5M');
      await sees('its logs, after a click on the row of the cursor', /^ Logs many:many_00 /m);
      await atHome();
      await press();
      await until('the mouse is off', async () => !(await terminal.modes()).hasMouse);
    },
    // Nothing to be seen of it while news come by themselves.
    'ask again': async (press) => {
      await press();
      await sees('the same', /^ Programs /m, / alpha +RUNNING/);
    },
    help: async (press) => {
      await press();
      await sees('help', /^ Keys of Programs /m);
      await type('x');
      await seesNot('the end of help', /Keys of/);
    },
    back: async (press) => {
      await type('8');
      await sees('another view', /^ Host /m);
      await press();
      await sees('the programs', /^ Programs /m);
    },
    quit: async (_press, key) => {
      await using other = await Terminal.open(dashboardOf(daemon), dashboardEnv, size);
      await other.sees('programs', (screen) => / alpha +RUNNING/.test(screen));
      await other.presses(tmuxKey(key));
      expect(await other.ended()).toBe(0);
    },
    ...Object.fromEntries(
      views.flatMap(({ key, title }): [string, Check][] =>
        key === undefined ? [] : [[`view: ${title}`, opens(title)]],
      ),
    ),
  };

  /** The number of the first line of the log that is shown. */
  const firstIs = (test: (number: number) => boolean, what: string) =>
    terminal.sees(what, (screen) => test(Number(/^ *number (\d+)/.exec(screen.split('\n')[1] ?? '')?.[1])));
  const atOldest = async () => {
    await type('g');
    await firstIs((number) => number === 1, 'the oldest line');
  };

  const logChecks: Checks = {
    down: async (press) => {
      await atOldest();
      await press();
      await firstIs((number) => number === 2, 'one line down');
    },
    'up; following stops': async (press) => {
      await press();
      await sees('that it stands', / scrolled /);
    },
    'a page down': async (press) => {
      await atOldest();
      await press();
      await firstIs((number) => number >= 19, 'a page down');
    },
    'a page up': async (press) => {
      await atOldest();
      await terminal.presses('PageDown', 'PageDown');
      await firstIs((number) => number >= 38, 'two pages down');
      await press();
      await firstIs((number) => number >= 19 && number < 25, 'one page down');
    },
    'half a page down': async (press) => {
      await atOldest();
      await press();
      await firstIs((number) => number >= 10 && number < 15, 'half a page down');
    },
    'half a page up': async (press) => {
      await atOldest();
      await terminal.presses('PageDown');
      await firstIs((number) => number >= 19, 'a page down');
      await press();
      await firstIs((number) => number >= 8 && number < 15, 'half a page down');
    },
    'the oldest line': async (press) => {
      await press();
      await firstIs((number) => number === 1, 'the oldest line');
    },
    'follow: show the newest lines as they come': async (press) => {
      await atOldest();
      await press();
      await sees('the newest', / following /, /number 100$/m);
    },
    'to the right, in long lines': async (press) => {
      await sees('its beginning', /^ +begin/m);
      await press();
      await sees('more of it', / end$/m);
      await seesNot('its beginning', /^ +begin/m);
    },
    'to the left': async (press) => {
      await terminal.presses('Right');
      await seesNot('its beginning away', /^ +begin/m);
      await press();
      await sees('its beginning', /^ +begin/m);
    },
    'filter: a regular expression, after ! what has it not': async (press) => {
      await press();
      await type('r [0-9]7$');
      await sees('what fits, while one types', /number 97$/m, /^(?!.*number 96)/s);
      await terminal.presses('C-u');
      await type('!number');
      await sees('what has it not', /! Trouble/, /^(?!.*number \d)/s);
      await terminal.presses('C-u');
      await type('(');
      await sees('that half an expression is text', /taken literally/);
      await terminal.presses('Escape');
      await sees('all', /number 100$/m);
    },
    'next match': async (press) => {
      await type('/r .[05]$', 'Enter');
      await sees('the matches', /filter: r/);
      await terminal.presses('Escape');
      await sees('all with marks', /marked: r/);
      await atOldest();
      await press();
      await sees('the first', /> number 10$/m);
      await press();
      await sees('the second', /> number 15$/m);
    },
    'match before': async (press) => {
      await type('/r .[05]$', 'Enter');
      await terminal.presses('Escape');
      await sees('all with marks', /marked: r/);
      await type('G');
      await press();
      await sees('the last', /> number 95$/m);
      await press();
      await sees('the one before', /> number 90$/m);
    },
    'stderr: nothing else, or all': async (press) => {
      await press();
      await sees('stderr', /! Trouble/, /stderr only/, /^(?!.*number \d)/s);
      await press();
      await sees('all', /! Trouble/, /number 100$/m);
    },
    'wrap: long lines, or not': async (press) => {
      await seesNot('no end of the long line', / end$/m);
      await press();
      await sees('its end', / end$/m, /^ +begin/m);
      await press();
      await seesNot('no end', / end$/m);
    },
    'times on or off': async (press) => {
      await sees('no times', /^ +number 100$/m);
      await press();
      await sees('times, of lines before too as far as they are known', /^.{9,11}number 100$/m);
      await press();
      await sees('no times', /^ {1,3}number 100$/m);
    },
    'go to a time: 10m, 14:05': async (press) => {
      await press();
      await sees('a field', /^Go to \(/m);
      await type('10m', 'Enter');
      await firstIs((number) => number === 1, 'what was written since');
      await press();
      await type('noon', 'Enter');
      await sees('that it is none', /noon/);
    },
    'hold the lines, or let them come': async (press) => {
      await press();
      await sees('that they are held', / HELD /);
      await press();
      await seesNot('that they come', / HELD /);
    },
    'draw a line here': async (press) => {
      await press();
      await sees('a line with the time', /──── \d\d:\d\d:\d\d ────/);
    },
    'clear the view (not the log)': async (press) => {
      await press();
      await sees('no line', /^(?!.*number \d)/s);
      expect(await daemon.rpc('supervisor.readProcessStdoutLog', 'talk', 0, 0)).toContain('number 100');
    },
    'choose lines to copy': async (press) => {
      await press();
      await terminal.presses('k');
      await sees('two chosen', /\* .*\n.*\* /);
      await press();
      await seesNot('none chosen', /^ *\* /m);
    },
    'copy what is chosen, or the screen': async (press) => {
      await atOldest();
      await press();
      await sees('that it was copied', /Copied \d+ lines/);
      expect(await terminal.clipboard()).toMatch(/^number 1\nnumber 2\n/);
      await type('G/r 99$', 'Enter');
      await sees('one line', /filter: r 99/);
      await press();
      await sees('that it was copied', /Copied 1 line/);
      expect(await terminal.clipboard()).toBe('number 99\n');
    },
    'all lines; then without marks': async (press) => {
      await type('/r 99$', 'Enter');
      await sees('one line', /filter: r 99/);
      await press();
      await sees('all with marks', /marked: r 99/, /number 98/);
      await press();
      await sees('none', /^(?!.*marked)/s, /number 98/);
    },
  };

  async function pressAll(
    table: readonly { readonly keys: readonly string[]; readonly help: string }[],
    of: Checks,
    begin: () => Promise<void>,
  ): Promise<void> {
    expect(Object.keys(of).sort()).toEqual(table.map(({ help }) => help).sort());
    for (const { keys, help } of table) {
      for (const key of keys) {
        await begin();
        try {
          await of[help]?.(() => terminal.presses(tmuxKey(key)), key);
        } catch (error) {
          throw new Error(`Key ${key} does not do "${help}": ${error instanceof Error ? error.message : error}`);
        }
      }
    }
  }

  test('each does what help says of it', async () => {
    await pressAll(bindings, checks, atHome);
  });

  test('each of the logs does what help says of it', async () => {
    await daemon.rpc('supervisor.startProcess', 'talk');
    await pressAll(logKeys, logChecks, async () => {
      await type(':programs', 'Enter');
      await type('/', 'C-u');
      await type('talk', 'Enter', 'g', 'Enter');
      await type('/', 'C-u', 'Enter', 'G');
      await sees('its end', /^ Logs talk:talk /m, / following /, /number 100$/m);
    });
  });

  test('each command that the palette lists is run by its words', async () => {
    const { length } = views;
    expect(paletteMatches('').length).toBeGreaterThan(length);
    const titles = new Map<string, RegExp>([
      ...views.map(({ name, title }) => [name, new RegExp(`^ ${title} `, 'm')] as const),
      ['logs', /^ Logs alpha:alpha /m],
      ['logs all', /^ Logs all /m],
      ['help', /^ Keys of /m],
      ['start', /alpha: ALREADY_STARTED|already started/i],
      ['stop', / alpha +STOPPED/],
      ['restart', /\$ tssupervisorctl restart alpha/],
      ['reload', /\$ tssupervisorctl reload alpha/],
      ['roll', /only one process of alpha:\* runs/],
      ['clear', /Really clear the logs of this process\? y\/N\n +alpha:alpha/],
    ]);
    for (const { words } of paletteMatches('')) {
      if (words === 'quit') continue;
      await atHome();
      await type(`:${words}`, 'Enter');
      const [, column] = /^sort (.*)/.exec(words) ?? [];
      const shown = column === undefined ? titles.get(words) : new RegExp(`Sorted by ${column}`);
      if (shown === undefined) throw new Error(`No check for what is typed as ${words}`);
      await sees(`what :${words} does`, shown);
      if (words === 'help' || words === 'clear') await type('x');
      if (column !== undefined) await type(':sort name', 'Enter');
    }
    await type(':quit', 'Enter');
    expect(await terminal.ended()).toBe(0);
  });
});
