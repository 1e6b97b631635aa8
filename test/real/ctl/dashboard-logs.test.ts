/** The log view of the dashboard as a person uses it: in tmux, with programs that write what programs write. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';
import { program, script, untilState } from '../daemon/support.ts';

const { describe, test } = needs('tmux');

/** Each line it finds in its folder's file `more`, once: written when the test wants it. */
const onDemand = 'touch %(here)s/more; exec tail -n +1 -F %(here)s/more 2>/dev/null';

describe('the log view', () => {
  let daemon: TestDaemon;

  beforeAll(async () => {
    daemon = await startDaemon({
      config: [
        script('chatty', 'for i in $(seq 1 200); do echo number $i; done; exec sleep 1000'),
        program('more', `sh -c "${onDemand}"`),
        script(
          'wide',
          String.raw`printf '界界|\n😀 ok|\ncafe\314\201|\n\033[31mred\033[0m|\033]0;owned\007\033[2J\n{bold}|\n'; exec sleep 1000`,
        ),
        script('angry', 'echo calm; echo Traceback >&2; exec sleep 1000'),
        script(
          'flood',
          'i=0; while :; do i=$((i+1)); echo flood $i; done',
          'autostart=false',
          'stdout_logfile_maxbytes=5MB',
        ),
      ].join('\n'),
    });
    await untilState(daemon, 'chatty', 'RUNNING');
  });
  afterAll(() => daemon.stop());

  /** The dashboard, with the logs of a program open. */
  async function logsOf(name: string): Promise<Terminal> {
    const terminal = await Terminal.open([...ours.ctl, '-c', daemon.file, 'dashboard'], {
      LANG: 'C.UTF-8',
      TERM: 'screen-256color',
    });
    onTestFinished(() => terminal[Symbol.asyncDispose]());
    await terminal.sees('the programs', (screen) => /chatty.*RUNNING/.test(screen));
    await terminal.types('/');
    await terminal.types(name);
    await terminal.sees('one program', (screen) => !screen.includes(name === 'angry' ? 'chatty' : 'angry'));
    await terminal.presses('Enter');
    await terminal.presses('Enter');
    return terminal;
  }

  const say = (...lines: readonly string[]) =>
    writeFileSync(join(daemon.dir, 'more'), lines.map((line) => `${line}\n`).join(''), { flag: 'a' });

  test('what was written before is there at once, and the view can be scrolled and searched', async () => {
    const terminal = await logsOf('chatty');
    await terminal.sees('the end of the log', (screen) => /number 200$/m.test(screen) && screen.includes('following'));
    await terminal.presses('g');
    await terminal.sees('its beginning', (screen) => /number 1$/m.test(screen) && screen.includes('scrolled'));
    await terminal.types('/');
    await terminal.types('r .*77$');
    await terminal.sees('what fits', (screen) => /number 177$/m.test(screen) && !/number 78$/m.test(screen));
    await terminal.presses('Enter');
    await terminal.presses('Escape');
    await terminal.types('n');
    await terminal.sees(
      'the match among the others',
      (screen) => /> number 77$/m.test(screen) && /number 78$/m.test(screen),
    );
    await terminal.types('?');
    const help = await terminal.sees('help', (screen) => screen.includes('stderr: nothing else'));
    expect(help).not.toContain('sort by CPU');
    await terminal.types('x');
    await terminal.types('q');
    expect(await terminal.ended()).toBe(0);
  });

  test('new lines are followed, until one scrolls up', async () => {
    const terminal = await logsOf('more');
    say('hello there');
    await terminal.sees('a new line', (screen) => screen.includes('hello there'));
    say(...Array.from({ length: 100 }, (_, at) => `row ${at}`));
    await terminal.sees('the last of many', (screen) => /row 99$/m.test(screen));
    await terminal.presses('PageUp');
    const before = await terminal.sees(
      'older ones',
      (screen) => /row 40$/m.test(screen) && screen.includes('scrolled'),
    );
    say('a newer one');
    const after = await terminal.sees(
      'that one more is there',
      (screen) => / 10[23] lines/.test(screen) && screen.includes('scrolled'),
    );
    const rows = (screen: string) => screen.split('\n').filter((line) => line.includes('row '));
    expect(rows(after)).toEqual(rows(before));
    await terminal.presses('End');
    await terminal.sees('the newest', (screen) => screen.includes('a newer one'));
  });

  test('characters of two columns, emoji and marks line up, and what is written obeys nobody', async () => {
    const terminal = await logsOf('wide');
    const screen = await terminal.sees('its lines', (text) => text.includes('{bold}|'));
    for (const line of ['界界|', '😀 ok|', 'café|', 'red|', '{bold}|']) expect(screen).toContain(line);
    expect(screen).not.toContain('owned');
    expect(screen).toContain('Logs');
  });

  test('stderr is told apart, and can be had alone', async () => {
    const terminal = await logsOf('angry');
    await terminal.sees('both', (screen) => screen.includes('! Traceback') && screen.includes('calm'));
    await terminal.types('e');
    await terminal.sees('stderr', (screen) => screen.includes('! Traceback') && !screen.includes('calm'));
    await terminal.presses('Escape');
    await terminal.presses('Escape');
    await terminal.sees('the programs again', (screen) => screen.includes('Programs'));
  });

  test('the logs of all programs are one, with their names', async () => {
    const terminal = await logsOf('angry');
    await terminal.types('L');
    await terminal.types('/');
    await terminal.types('200$|Trace');
    await terminal.sees(
      'lines of several',
      (screen) => /chatty +\| number 200/.test(screen) && /angry +! Traceback/.test(screen),
    );
  });

  test('a program that writes as fast as it can leaves the view quick and its memory bounded', async () => {
    await daemon.rpc('supervisor.startProcess', 'flood');
    const terminal = await logsOf('flood');
    await terminal.sees('many lines, the oldest dropped', (screen) => /older ones dropped/.test(screen));
    await terminal.presses('PageUp');
    await terminal.sees('that it stands', (screen) => screen.includes('scrolled'));
    await terminal.types('/');
    await terminal.types('9{4}');
    await terminal.sees('what fits', (screen) => screen.includes('/9{4}_') && !/flood \d*8$/m.test(screen));
    await terminal.presses('Escape');
    await terminal.presses('C-c');
    expect(await terminal.ended()).toBe(0);
    await daemon.rpc('supervisor.stopProcess', 'flood');
  });
});

test('a daemon that goes away while its logs are read is a banner, and its lines go on when it is back', async () => {
  const first = await startDaemon({ config: script('talker', 'echo life of $PPID; exec sleep 1000') });
  const text = readFileSync(first.file, 'utf8');
  await using terminal = await Terminal.open([...ours.ctl, '-s', `unix://${first.socket}`, 'top'], {
    LANG: 'C.UTF-8',
    TERM: 'screen-256color',
  });
  await terminal.sees('the program', (screen) => /talker +RUNNING/.test(screen));
  await terminal.types('l');
  await terminal.sees('its line', (screen) => screen.includes(`life of ${first.pid}`));
  await first.ctl('shutdown');
  await terminal.sees('a banner', (screen) => screen.includes('Away, tried again'));
  await first.ended;
  mkdirSync(first.dir, { recursive: true });
  await using second = await startDaemon({ config: text, dir: first.dir });
  const both = await terminal.sees('the next line', (screen) => screen.includes(`life of ${second.pid}`));
  expect(both.match(/life of/g)).toHaveLength(2);
  await terminal.sees('no banner', (screen) => !screen.includes('Away'));
});
