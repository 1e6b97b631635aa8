/** The dashboard as a person sees it: a real terminal, a real daemon. */
import { expect } from 'vitest';
import { ours, startDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';

const env = { LANG: 'C.UTF-8', TERM: 'xterm-256color' };

const config = `[program:web]
command=cat
process_name=%(program_name)s_%(process_num)02d
numprocs=3

[program:broken]
command=/no/such/file
startretries=0
`;

const row = (screen: string, name: string) => screen.split('\n').find((line) => line.includes(` ${name} `)) ?? '';

needs('tmux').test('the dashboard shows the states of all processes, and what is done to them from it', async () => {
  await using daemon = await startDaemon({ config });
  await using terminal = await Terminal.open([...ours.ctl, '-c', daemon.file, 'dashboard'], env);
  const first = await terminal.sees(
    'all states',
    (screen) => /web_02 +RUNNING/.test(screen) && /broken +FATAL/.test(screen),
  );
  expect(row(first, 'web_00')).toMatch(/● +web_00 +RUNNING +0:\d\d/);
  // Down to web_00, which is under the heading of its group.
  await terminal.types('jj');
  await terminal.types('x');
  await terminal.sees('that it has stopped', (screen) => /○ +web_00 +STOPPED/.test(screen));
  await terminal.sees('what a person types for it', (screen) => screen.includes('$ tssupervisorctl stop web:web_00'));
  await terminal.types('q');
  expect(await terminal.ended()).toBe(0);
});
