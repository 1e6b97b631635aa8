/** What goes on until Ctrl-C goes on through a restart of the daemon: it says so, and tells nothing twice. */
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { plainEnvironment } from '../../support/command.ts';
import { ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

const config = `[program:talker]
command=sh -c 'echo "born as $$"; echo "tick"; echo "tick"; exec cat'
startsecs=0

[program:other]
command=sh -c 'echo "other as $$"; exec cat'
startsecs=0
`;

function goesOn(daemon: TestDaemon, ...words: string[]) {
  const [file = '', ...args] = [...ours.ctl, '-c', daemon.file, ...words];
  const child = spawn(file, args, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (bytes: Buffer) => {
      said[name] += bytes.toString();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    said,
    says: (what: string, fits: () => boolean) =>
      until(`${words.join(' ')} says ${what}`, fits, { evidence: () => said.stdout + said.stderr }),
    interrupt: async () => {
      child.kill('SIGINT');
      return await ended;
    },
  };
}

test('logs -f, timeline -f and status --watch go on when the daemon has been away, and tell nothing twice', async () => {
  await using daemon = await startDaemon({ config });
  const logs = goesOn(daemon, 'logs', '-f');
  const since = goesOn(daemon, 'logs', '-f', 'talker', '--since', '1h', '--grep', 'born');
  const timeline = goesOn(daemon, 'timeline', '-f', 'talker', '--json');
  const watch = goesOn(daemon, 'status', '--watch', 'talker');
  const all = [logs, since, timeline, watch];
  const count = (text: string, pattern: RegExp) => (text.match(pattern) ?? []).length;
  await logs.says('what both have said', () => count(logs.said.stdout, /as \d+$|tick$/gm) === 4);
  await since.says('the first', () => count(since.said.stdout, /^born/gm) === 1);
  const isRunning = /"name":"PROCESS_STATE_RUNNING"/g;
  await timeline.says('that it runs', () => count(timeline.said.stdout, isRunning) === 1);
  await watch.says('the status', () => /^talker +RUNNING/.test(watch.said.stdout));

  await daemon.ctl('reload');
  await logs.says('what both say anew', () => count(logs.said.stdout, /as \d+$|tick$/gm) >= 8);
  await since.says('the second', () => count(since.said.stdout, /^born/gm) >= 2);
  await timeline.says('that it runs again', () => count(timeline.said.stdout, isRunning) >= 2);
  await watch.says('the status anew', () => count(watch.said.stdout, /^talker +RUNNING/gm) === 2);
  // What is written now is told by a line that comes only once.
  await daemon.rpc('supervisor.sendProcessStdin', 'talker', 'born at last\n');
  await logs.says('the last line', () => logs.said.stdout.includes('born at last'));
  await since.says('the last line', () => since.said.stdout.includes('born at last'));

  for (const one of all) {
    expect(await one.interrupt()).toBe(0);
    expect(one.said.stderr).toBe('The daemon went away: waiting for it\nThe daemon is back\n');
  }
  const lines = logs.said.stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.endsWith('tick'))).toHaveLength(4);
  const unique = lines.filter((line) => !line.endsWith('tick'));
  expect([unique.length, new Set(unique).size]).toEqual([5, 5]);
  expect(count(since.said.stdout, /^born/gm)).toBe(3);
  const items = timeline.said.stdout.trimEnd().split('\n');
  expect(new Set(items).size).toBe(items.length);
});
