/** The log view of the dashboard through half a million lines. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { script } from '../real/daemon/support.ts';
import { ours, startDaemon } from '../support/daemon.ts';
import { residentBytes } from '../support/footprint.ts';
import { processesWith } from '../support/processes.ts';
import { needs } from '../support/skips.ts';
import { Terminal } from '../support/tmux.ts';
import { until } from '../support/until.ts';

/** proc(5): user and system time of a process, in clock ticks of a hundredth of a second. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const SECONDS = 20;
/** Ten thousand lines a second, in ten pieces. */
const flood = 'while :; do seq 1 1000; sleep 0.1; done';

needs('tmux').test(
  'ten thousand lines a second cost a tenth of a core, and half a million of them no more memory than fifty thousand',
  async () => {
    await using daemon = await startDaemon({ config: script('flood', flood, 'stdout_logfile_maxbytes=20MB') });
    const marker = `MARKER=${randomUUID()}`;
    await using terminal = await Terminal.open([...ours.ctl, '-c', daemon.file, 'dashboard'], {
      LANG: 'C.UTF-8',
      TERM: 'screen-256color',
      MARKER: marker.slice('MARKER='.length),
    });
    await terminal.sees('the program', (screen) => /flood.*RUNNING/.test(screen));
    await terminal.presses('Enter');
    await terminal.sees('that the view is full', (screen) => screen.includes('older ones dropped'));
    const isDashboard = ({ command }: { readonly command: string }) =>
      command.includes('tssupervisorctl') && !command.includes('trap');
    const pid = processesWith(marker).find(isDashboard)?.pid ?? 0;
    const lines = (screen: string) => Number(/(\d+) older ones/.exec(screen)?.[1]);
    const before = { cpu: cpuSeconds(pid), lines: lines(await terminal.screen()) };
    await delay(SECONDS * 1000); // what is measured is a time
    const cpu = (cpuSeconds(pid) - before.cpu) / SECONDS;
    const perSecond = (lines(await terminal.screen()) - before.lines) / SECONDS;
    process.stdout.write(`following ${Math.round(perSecond)} lines/s: ${Math.round(cpu * 100)} % of a core\n`);
    const bytes = residentBytes(pid);
    await terminal.types('/');
    await terminal.types('7 *$');
    await terminal.presses('Enter');
    const filtered = { cpu: cpuSeconds(pid), at: performance.now() };
    await until('half a million lines have come', async () => lines(await terminal.screen()) > 450_000, {
      deadlineMs: 120_000,
    });
    const filteredCpu = (cpuSeconds(pid) - filtered.cpu) / ((performance.now() - filtered.at) / 1000);
    const after = residentBytes(pid);
    process.stdout.write(`filtered: ${Math.round(filteredCpu * 100)} %; ${bytes >> 20} MB, then ${after >> 20} MB\n`);
    expect(cpu).toBeLessThan(0.25);
    expect(after - bytes).toBeLessThan(40 * 1024 * 1024);
    await terminal.types('q');
    expect(await terminal.ended()).toBe(0);
  },
);
