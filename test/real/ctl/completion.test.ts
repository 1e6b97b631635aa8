/** Tab in the real shells, at a terminal, with a daemon whose names it offers. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { dist, ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';
import { program } from '../daemon/support.ts';

let daemon: TestDaemon;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  symlinkSync(join(dist, 'tssupervisorctl.cjs'), join(folder, 'tssupervisorctl'));
  const config =
    program('web', 'cat', 'numprocs=2', 'process_name=%(program_name)s_%(process_num)02d', 'tags=front') +
    program('worker', 'cat');
  daemon = await startDaemon({ config });
  writeFileSync(join(folder, 'my.conf'), `[supervisorctl]\nserverurl=unix://${daemon.socket}\n`);
});
afterAll(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

/** What is typed, and how a line of the screen ends after Tab; the second Tab shows what there is. */
type Step = readonly [typed: string, shows: string, tabs?: 2];

const ctl = 'tssupervisorctl -c my.conf';

async function completes(argv: readonly string[], source: string, steps: readonly Step[]): Promise<void> {
  const path = `PATH=${folder}:${process.env['PATH']}`; // as a word: tmux goes by the PATH of who calls it
  const env = { HOME: folder, PS1: 'shell$ ', LANG: 'C.UTF-8' };
  await using terminal = await Terminal.open(['/usr/bin/env', path, ...argv], env);
  await terminal.sees('a prompt', (screen) => screen !== '');
  // What the last command printed is not in its line: the word is put together.
  await terminal.types(`cd ${folder} && ${source} && echo rea""dy`);
  await terminal.presses('Enter');
  await terminal.sees('that it has read the script', (screen) => /^ready$/m.test(screen));
  for (const [typed, shows, tabs = 1] of steps) {
    await terminal.types(typed);
    for (let tab = 0; tab < tabs; tab++) await terminal.presses('Tab');
    // What zsh offers stands below the line.
    await terminal.sees(`${shows} for ${typed}`, (screen) => screen.split('\n').some((line) => line.endsWith(shows)));
    await terminal.presses('C-u');
    await terminal.presses('C-l');
  }
}

const everywhere: readonly Step[] = [
  ['tssupervisorctl stat', 'tssupervisorctl status'],
  ['tssupervisorctl roll --ba', 'tssupervisorctl roll --batch'],
  ['tssupervisorctl -c m', 'tssupervisorctl -c my.conf'],
  [`${ctl} restart wo`, `${ctl} restart worker`],
  [`${ctl} restart web:web_00 web:web_0`, `${ctl} restart web:web_00 web:web_01`],
  [`${ctl} stop @f`, `${ctl} stop @front`],
  [`${ctl} signal US`, `${ctl} signal USR`],
  [`${ctl} scale wo`, `${ctl} scale worker=`],
  [`${ctl} stop 'web:web_01`, `${ctl} stop 'web:web_01'`],
];

test('bash completes names, groups, verbs, flags and files', async () => {
  await completes(['/bin/bash', '--norc', '--noprofile'], 'source <(tssupervisorctl completion bash)', [
    ...everywhere,
    [`${ctl} restart we`, `${ctl} restart web:`],
    [`${ctl} restart web:`, '\\*      web_00  web_01', 2],
  ]);
});

needs('zsh').test('zsh completes names, groups, verbs, flags and files', async () => {
  const source = 'autoload -U compinit && compinit -D && source <(tssupervisorctl completion zsh)';
  await completes(['/usr/bin/zsh', '-f'], source, [
    ...everywhere,
    [`${ctl} restart we`, 'web:web_00  -- RUNNING', 2],
    [`${ctl} restart web:`, 'web:*  -- 2 processes', 2],
  ]);
});

needs('fish').test('fish completes names, groups, verbs, flags and files', async () => {
  const source = 'set -g fish_autosuggestion_enabled 0 && tssupervisorctl completion fish | source';
  await completes(['/usr/bin/fish', '--no-config'], source, [
    ...everywhere,
    [`${ctl} restart we`, `${ctl} restart web:`],
  ]);
});

test('without a daemon, and with a line that nobody understands, Tab says nothing and ends with 0', async () => {
  const tab = (...words: string[]) => runCommand([...ours.ctl, '__complete', ...words], { cwd: folder });
  const nothing = { stdout: '', stderr: '', code: 0 };
  expect(await tab('-s', `unix://${folder}/none.sock`, 'restart', 'w')).toEqual(nothing);
  expect(await tab('-c', `${folder}/none.conf`, 'restart', 'w')).toEqual(nothing);
  expect(await tab('--bad', '')).toEqual(nothing);
  expect(await tab()).toMatchObject({ stderr: '', code: 0 });
});

test('a daemon that does not answer keeps nobody waiting for a Tab', async () => {
  process.kill(daemon.pid, 'SIGSTOP');
  try {
    const found = await runCommand([...ours.ctl, '__complete', '-c', daemon.file, 'restart', 'w']);
    expect(found).toEqual({ stdout: '', stderr: '', code: 0 });
  } finally {
    process.kill(daemon.pid, 'SIGCONT');
  }
});
