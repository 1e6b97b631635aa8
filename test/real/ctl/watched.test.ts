/** What somebody at a terminal is told while a command takes its time, at Ctrl-C, and of a misspelt name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plainEnvironment } from '../../support/command.ts';
import { ours, type TestDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';
import { program, untilState, withDaemon } from '../daemon/support.ts';

/** Ready when there is the file `may-start`. */
const patient = ['startsecs=0', 'autostart=false', 'ready=exec:test -e %(here)s/may-start', 'ready_timeout=60'];

function options() {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  const config = [
    program('web', 'cat', 'startsecs=0'),
    program('slow', 'cat', ...patient),
    program('other', 'cat', 'startsecs=0'),
    program('pair', 'cat', 'numprocs=2', 'process_name=pair_%(process_num)d', ...patient),
  ];
  return { dir, config: config.join('') };
}

const mayStart = (daemon: TestDaemon) => join(daemon.dir, 'may-start');
const typed = (daemon: TestDaemon, ...words: string[]) =>
  Terminal.open([...ours.ctl, '-c', daemon.file, ...words], plainEnvironment({ TERM: 'xterm' }));

/** What is on the screen when the command has ended. */
async function leftBy(terminal: Terminal, code: number): Promise<string> {
  expect(await terminal.ended()).toBe(code);
  return (await terminal.screen()).replace(/^ended with [\s\S]*/m, '');
}

needs('tmux').describe('at a terminal', () => {
  withDaemon('of ours', options, (daemon) => {
    test('what takes long shows what it waits for, and nothing of that is left', async () => {
      await using terminal = await typed(daemon(), 'start', 'slow', 'other');
      const shows = /^start: waiting for slow \(STARTING\), [1-9] s$/m;
      await terminal.sees('what start waits for', (screen) => shows.test(screen));
      writeFileSync(mayStart(daemon()), '');
      expect(await leftBy(terminal, 0)).toBe('slow: started\nother: ERROR (already started)\n');
    });

    test('Ctrl-C leaves what was asked for to the daemon, and says what was not asked for', async () => {
      rmSync(mayStart(daemon()), { force: true });
      await using terminal = await typed(daemon(), 'restart', 'slow', 'other');
      await terminal.sees('what restart waits for', (screen) => screen.includes('start: waiting for slow'));
      await terminal.presses('C-c');
      expect(await leftBy(terminal, 130)).toContain(
        [
          'No longer waiting for: start slow',
          'Not asked for: start other',
          'To look again: tssupervisorctl status slow other',
          '',
        ].join('\n'),
      );
      writeFileSync(mayStart(daemon()), '');
      await untilState(daemon(), 'slow', 'RUNNING');
      expect((await daemon().ctl('status', 'other')).stdout).toContain('STOPPED');
    });

    test('Ctrl-C at a roll says how to follow it again, and nothing else', async () => {
      writeFileSync(mayStart(daemon()), '');
      await daemon().ctl('start', 'pair:*');
      rmSync(mayStart(daemon()));
      await using terminal = await typed(daemon(), 'roll', 'pair:*');
      await terminal.sees('what roll waits for', (screen) =>
        screen.includes('roll: waiting for pair:pair_0 (STARTING)'),
      );
      await terminal.presses('C-c');
      const screen = await leftBy(terminal, 0);
      expect(screen).toMatch(/goes on; to look at it again: job \S+$/m);
      expect(screen).not.toMatch(/waiting/);
      writeFileSync(mayStart(daemon()), '');
    });

    test('a misspelt name is answered with what was probably meant', async () => {
      await using terminal = await typed(daemon(), 'restart', 'wbe', 'pair', 'nobody');
      const wrong = ['wbe', 'pair', 'nobody'].map((name) => `${name}: ERROR (no such process)\n`).join('');
      expect(await leftBy(terminal, 1)).toBe(`${wrong}${wrong}Did you mean web?\nDid you mean pair:*?\n`);
    });

    test.each([
      ['status --wach', 'Did you mean --watch?'],
      ['logs wbe', 'Did you mean web?'],
      ['why wbe', 'Did you mean web?'],
      ['env wbe', 'Did you mean web?'],
      ["stop 'x*'", 'Nothing fits x* now: "tssupervisorctl status" lists what there is'],
      ['stop @blue', 'No program has tags: "tags = blue" in its section gives it one'],
    ])('%s is answered with what to type', async (line, advice) => {
      const words = line.replaceAll("'", '').split(' ');
      await using terminal = await typed(daemon(), ...words);
      await terminal.ended();
      expect((await terminal.screen()).split('\n')).toContain(advice);
    });
  });
});
