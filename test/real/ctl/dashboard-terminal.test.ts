/**
 * What the dashboard does to a terminal, byte by byte: what it sets it takes back however it ends, it draws no colours
 * for who wants none, and where it cannot draw it writes plain lines.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { cursorIsOn, dashboardEnv, dashboardOf } from '../../support/dashboard.ts';
import { descendants } from '../../support/processes.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';
import { until } from '../../support/until.ts';
import { infoOf, program, script } from '../daemon/support.ts';

const { describe, test } = needs('tmux');

const config = [
  program('broken', '/no/such/file', 'startretries=0'),
  script('wide', String.raw`printf '界界 cafe\314\201 😀 \033[31m{bold}\033[2J|\n'; exec cat`, 'startsecs=0'),
  program('web', 'cat', 'process_name=%(program_name)s_%(process_num)02d', 'numprocs=3', 'startsecs=0'),
  program('zebra', 'cat', 'startsecs=0'),
].join('\n');

const wide = { width: 120, height: 40 };
/** A colour, of any kind: not bold, inverse or none. */
const COLOUR = /\u001b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9]+)*m/;
/** The modes that a terminal has to be given back without. */
const modes = [1049, 1000, 1002, 1003, 1006, 2004] as const;

describe('the dashboard and its terminal', () => {
  let daemon: TestDaemon;
  beforeAll(async () => {
    daemon = await startDaemon({ config });
  });
  afterAll(() => daemon?.stop());

  const isUp = (screen: string) => / zebra +RUNNING/.test(screen);

  test('the terminal is as it was, however the dashboard ends', async () => {
    // A crash: an error that nothing catches, thrown at a signal that only this test sends.
    const crash = join(daemon.dir, 'crash.cjs');
    writeFileSync(crash, `process.on('SIGUSR2', () => { throw new Error('A crash on purpose') });`);
    const ways = [
      ['q', 0],
      ['C-c', 0],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
      ['SIGUSR2', 1],
    ] as const;
    // Then the terminal is asked what it is left as: echo and lines, as a person needs them. `read` keeps it open.
    const script = '"$@"; echo "left with $?"; stty -a | grep -o -E -- "-?\\b(icanon|echo)\\b"; read line';
    await using terminal = await Terminal.open(['/bin/sh'], { ...dashboardEnv, PS1: '$ ' }, wide);
    const line = [process.execPath, '-r', crash, ...dashboardOf(daemon).slice(1)].join(' ');
    await terminal.types(`set -- ${line}`);
    await terminal.presses('Enter');
    for (const [way, code] of ways) {
      const written = join(daemon.dir, `written-${way}`);
      await terminal.records(written);
      await terminal.types(`clear; ${script}`);
      await terminal.presses('Enter');
      await terminal.sees('the states', isUp);
      await terminal.types('M');
      await until('the mouse is on', async () => (await terminal.modes()).hasMouse);
      expect(await terminal.modes()).toMatchObject({ isAlternate: true });
      if (way.startsWith('SIG')) {
        const shell = await terminal.shellPid();
        const pid = await until('the dashboard runs', () => {
          return descendants(shell).find(({ command }) => command.includes(crash))?.pid;
        });
        process.kill(pid, way as NodeJS.Signals);
      } else await terminal.presses(way);
      const left = await terminal.sees(`what is left after ${way}`, (screen) => /^-?icanon\n-?echo$/m.test(screen));
      expect(left).toContain(`left with ${code}`);
      expect(left).toMatch(/^icanon\necho$/m);
      expect(left).not.toContain('RUNNING');
      expect(left.includes('A crash on purpose')).toBe(way === 'SIGUSR2');
      expect(await terminal.modes()).toEqual({ isAlternate: false, hasCursor: true, hasMouse: false });
      const bytes = await until('all is on record', () => {
        const text = readFileSync(written, 'utf8');
        return text.includes('icanon') && text;
      });
      for (const mode of modes) {
        const last = bytes.lastIndexOf(`\u001b[?${mode}l`);
        expect(last, `mode ${mode} is taken back after ${way}`).toBeGreaterThan(bytes.lastIndexOf(`\u001b[?${mode}h`));
      }
      // Without brackets a paste would be keys.
      expect(bytes).toContain('\u001b[?2004h');
      await terminal.presses('Enter');
    }
  });

  test('NO_COLOR draws no colour at all, and FORCE_COLOR beats it', async () => {
    for (const [variables, isColoured] of [
      [{ NO_COLOR: '1' }, false],
      [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true],
    ] as const) {
      await using terminal = await Terminal.open(['/bin/sh'], { ...dashboardEnv, ...variables }, wide);
      const written = join(daemon.dir, `colours-${isColoured}`);
      await terminal.records(written);
      await terminal.types(dashboardOf(daemon).join(' '));
      await terminal.presses('Enter');
      await terminal.sees('the states', (screen) => isUp(screen) && /broken +FATAL/.test(screen));
      await terminal.types('q');
      const bytes = await until('it has ended', () => {
        const text = readFileSync(written, 'utf8');
        return text.includes('\u001b[?1049l') && text;
      });
      expect(bytes).toContain('FATAL');
      expect(COLOUR.test(bytes)).toBe(isColoured);
    }
  });

  test('what is pasted is no key, however much it looks like one, and text in a field', async () => {
    const before = (await infoOf(daemon, 'zebra')).pid;
    await using terminal = await Terminal.open(dashboardOf(daemon), dashboardEnv, wide);
    await terminal.sees('the states', isUp);
    await terminal.types('G');
    await cursorIsOn(terminal, 'zebra');
    for (const text of ['q', 'k', 'x', 'yX\n', 'K9\n', ':quit\n', '\u0003']) await terminal.pastes(text);
    // A key that is typed comes after them.
    await terminal.types('/');
    await terminal.pastes('zeb\nq');
    await terminal.sees('the paste in the field', (screen) => screen.includes('/zeb▏'));
    await terminal.presses('Enter');
    await terminal.sees('the filter', (screen) => screen.includes('filter: zeb'));
    await cursorIsOn(terminal, 'zebra');
    expect(await infoOf(daemon, 'zebra')).toMatchObject({ pid: before, statename: 'RUNNING' });
    await terminal.types('q');
    expect(await terminal.ended()).toBe(0);
  });

  test('a small window is a list to work with, and the cursor stays on its row through all sizes', async () => {
    await using terminal = await Terminal.open(dashboardOf(daemon), dashboardEnv, { width: 40, height: 10 });
    await terminal.sees('states', (screen) => /broken +FATAL/.test(screen) && /web_01 +RUNNING/.test(screen));
    await terminal.types('G');
    await cursorIsOn(terminal, 'zebra');
    await terminal.types('x');
    await terminal.sees('it stopped', (screen) => / zebra +STOPPED/.test(screen));
    await terminal.types('s');
    await terminal.sees('it runs', isUp);
    await terminal.types('k');
    for (const [width, height] of [
      [200, 60],
      [80, 24],
      [20, 5],
      [40, 10],
      [120, 40],
    ] as const) {
      await terminal.resize(width, height);
      if (width === 20) await terminal.sees('one line', (screen) => /^\d\/\d up \d bad$/.test(screen.trim()));
      else await cursorIsOn(terminal, 'wide');
      if (width >= 80 && height < 60) {
        // Help is offered where there is not room for all keys, and the column of last lines is one.
        const screen = await terminal.sees('help', (text) => / \? help {2}q quit/.test(text.split('\n').at(-1) ?? ''));
        const column = screen.split('\n')[1]?.indexOf('LAST LINE') ?? -1;
        const row = screen.split('\n').find((text) => text.includes(' wide ')) ?? '';
        expect(row.slice(column).normalize('NFC')).toMatch(/^界界 café 😀 \{/);
      }
    }
  });

  test('--plain, a dumb terminal and a pipe get plain lines without one escape, until Ctrl-C', async () => {
    for (const words of [dashboardOf(daemon, '--plain'), ['/usr/bin/env', 'TERM=dumb', ...dashboardOf(daemon)]]) {
      await using terminal = await Terminal.open(['/bin/sh'], { ...dashboardEnv, NO_COLOR: '1', PS1: '$ ' }, wide);
      const written = join(daemon.dir, `plain-${words.length}`);
      await terminal.records(written);
      await terminal.types(`${words.join(' ')}; stty -a | grep -o -E -- "-?\\b(icanon|echo)\\b"`);
      await terminal.presses('Enter');
      await terminal.sees('the states', (screen) => /^zebra +RUNNING/m.test(screen));
      await terminal.presses('C-c');
      await terminal.sees('a terminal as before', (screen) => /^icanon\necho$/m.test(screen));
      expect(readFileSync(written, 'utf8').replace(/^.*stty.*$/m, '')).not.toMatch(/\u001b/);
    }
    const piped = await runCommand(['/usr/bin/timeout', '-s', 'INT', '1', ...dashboardOf(daemon)], {});
    expect(piped.stdout).toMatch(/^zebra +RUNNING/m);
    expect(piped.stdout).not.toMatch(/\u001b/);
  });
});
