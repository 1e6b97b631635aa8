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

/**
 * Of one core. It is 4 to 5 %: twice that is room for a processor that others use as well, and less than a line that is
 * drawn or searched when nobody sees it would cost.
 */
const MOST_CPU = 0.1;
const MB = 1024 * 1024;
/** What the heap may be larger before it is next swept. */
const ROOM = 40 * MB;

/** The dashboard with the log of the program, as many lines of it as it keeps. */
async function fullView(file: string): Promise<{ readonly terminal: Terminal; readonly pid: number }> {
  const marker = `MARKER=${randomUUID()}`;
  const terminal = await Terminal.open([...ours.ctl, '-c', file, 'dashboard'], {
    LANG: 'C.UTF-8',
    TERM: 'screen-256color',
    MARKER: marker.slice('MARKER='.length),
  });
  await terminal.sees('the program', (screen) => /flood.*RUNNING/.test(screen));
  await terminal.presses('Enter');
  await terminal.sees('that the view is full', (screen) => screen.includes('older ones dropped'));
  const isDashboard = ({ command }: { readonly command: string }) =>
    command.includes('tssupervisorctl') && !command.includes('trap');
  return { terminal, pid: processesWith(marker).find(isDashboard)?.pid ?? 0 };
}

needs('tmux').test(
  'ten thousand lines a second cost less than a tenth of a core, half a million of them no more memory than fifty thousand',
  async () => {
    await using daemon = await startDaemon({ config: script('flood', flood, 'stdout_logfile_maxbytes=20MB') });
    const { terminal: opened, pid } = await fullView(daemon.file);
    await using terminal = opened;
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
    expect(cpu).toBeLessThan(MOST_CPU);
    expect(after - bytes).toBeLessThan(ROOM);
    await terminal.types('q');
    expect(await terminal.ended()).toBe(0);
  },
);

needs('tmux').test('fifty thousand lines scrolled through five times take no more memory than once', async () => {
  await using daemon = await startDaemon({ config: script('flood', flood, 'stdout_logfile_maxbytes=20MB') });
  const { terminal: opened, pid } = await fullView(daemon.file);
  await using terminal = opened;
  await daemon.rpc('supervisor.stopProcess', 'flood');
  const pages = async () => {
    await terminal.types('g');
    await terminal.sees('the oldest line', (screen) => screen.includes('scrolled'));
    const isAtEnd = async () => {
      await terminal.presses(...Array.from({ length: 50 }, () => 'Space'));
      return (await terminal.screen()).includes('following');
    };
    await until('the newest line is reached', isAtEnd, { deadlineMs: 120_000 });
    return residentBytes(pid);
  };
  const taken: number[] = [];
  for (let pass = 0; pass < 5; pass += 1) taken.push(await pages());
  process.stdout.write(`scrolled through: ${taken.map((bytes) => Math.round(bytes / MB)).join(', ')} MB\n`);
  const [first = 0] = taken;
  expect((taken.at(-1) ?? 0) - first).toBeLessThan(ROOM);
  await terminal.types('q');
  expect(await terminal.ended()).toBe(0);
});
