/** The dashboard as a person sees it: a real terminal, a real daemon. */
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { ours, startDaemon } from '../../support/daemon.ts';
import { cursorIsOn, dashboardEnv, dashboardOf } from '../../support/dashboard.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';
import { until } from '../../support/until.ts';

const wide = { width: 120, height: 40 };
const { test } = needs('tmux');

const config = `[program:web]
command=cat
process_name=%(program_name)s_%(process_num)02d
numprocs=3

[program:broken]
command=/no/such/file
startretries=0

[program:zebra]
command=cat
autostart=false
`;

const row = (screen: string, name: string) => screen.split('\n').find((line) => line.includes(` ${name} `)) ?? '';

const shows = (name: string, state: string) => (screen: string) => new RegExp(` ${name} +${state}`).test(screen);

test('the dashboard shows the states of all processes, and what is done to them from it', async () => {
  await using daemon = await startDaemon({ config });
  await using terminal = await Terminal.open(dashboardOf(daemon), dashboardEnv, wide);
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
  await terminal.types('s');
  await terminal.sees('that it runs', shows('web_00', 'RUNNING'));
  await terminal.sees('the start', (screen) => screen.includes('$ tssupervisorctl start web:web_00'));
  const { pid } = (await daemon.rpc('supervisor.getProcessInfo', 'web:web_00')) as { pid: number };
  await terminal.types('r');
  await terminal.sees('the restart', (screen) => screen.includes('$ tssupervisorctl restart web:web_00'));
  expect(await daemon.rpc('supervisor.getProcessInfo', 'web:web_00')).not.toMatchObject({ pid });

  // Many at once: the victims are named, and anything but y is a no.
  await terminal.presses('C-a');
  await terminal.sees('five chosen', (screen) => screen.includes('5 chosen'));
  await terminal.types('x');
  const asked = await terminal.sees('a question', (screen) => screen.includes('Really stop these 5 processes? y/N'));
  for (const victim of ['web:web_00', 'web:web_01', 'web:web_02', 'broken', 'zebra']) expect(asked).toContain(victim);
  await terminal.types('n');
  await terminal.sees('a no', (screen) => screen.includes('Nothing was done'));
  expect(row(await terminal.screen(), 'web_01')).toContain('RUNNING');
  await terminal.presses('Escape');
  await terminal.sees('none chosen', (screen) => !screen.includes('chosen'));

  // Two, by Space: the cursor goes on by itself.
  await terminal.types('  ');
  await terminal.sees('two chosen', (screen) => screen.includes('2 chosen'));
  await terminal.types('xy');
  await terminal.sees(
    'two stopped',
    (screen) => shows('web_00', 'STOPPED')(screen) && shows('web_01', 'STOPPED')(screen),
  );
  await terminal.sees('both', (screen) => screen.includes('$ tssupervisorctl stop web:web_00 web:web_01'));
  await terminal.types('q');
  expect(await terminal.ended()).toBe(0);
});

test('keys move, fold, filter, sort and help as in htop and vim', async () => {
  await using daemon = await startDaemon({ config });
  await using terminal = await Terminal.open(dashboardOf(daemon), dashboardEnv, wide);
  await terminal.sees('all states', (screen) => /web_02 +RUNNING/.test(screen) && /broken +FATAL/.test(screen));
  await terminal.types('G');
  await cursorIsOn(terminal, 'zebra');
  await terminal.types('k');
  await cursorIsOn(terminal, 'web_02');
  await terminal.types('g');
  await cursorIsOn(terminal, 'broken');
  await terminal.types('j');
  await cursorIsOn(terminal, '(3)');

  await terminal.presses('Left');
  await terminal.sees('the group folded', (screen) => screen.includes('▸ web (3)') && !screen.includes('web_01'));
  await terminal.presses('Right');
  await terminal.sees('the group unfolded', (screen) => screen.includes('▾ web (3)') && screen.includes('web_01'));

  await terminal.types('/zeb');
  await terminal.sees('what fits', (screen) => screen.includes('zebra') && !screen.includes('web_01'));
  await terminal.presses('Enter');
  await terminal.sees('the filter', (screen) => screen.includes('filter: zeb'));
  await terminal.presses('Escape');
  await terminal.sees('all again', (screen) => screen.includes('web_01') && !screen.includes('filter:'));
  await terminal.types('gn');
  await cursorIsOn(terminal, 'zebra');
  await terminal.types('/web_0');
  await terminal.presses('Enter');
  await terminal.sees('the web', (screen) => !screen.includes('zebra'));
  await terminal.presses('Escape');
  await terminal.sees('all again', (screen) => screen.includes('zebra'));
  await terminal.types('gnn');
  await cursorIsOn(terminal, 'web_01');
  await terminal.types('N');
  await cursorIsOn(terminal, 'web_00');

  await terminal.types('S');
  const sorted = await terminal.sees('the worst first', (screen) => screen.includes('Sorted by state'));
  expect(sorted.indexOf('broken')).toBeLessThan(sorted.indexOf('web:web_00'));
  expect(sorted.indexOf('web:web_00')).toBeLessThan(sorted.indexOf('zebra'));
  await terminal.types('o');
  await terminal.sees('the other way', (screen) => screen.indexOf('zebra') < screen.indexOf('web:web_00'));

  await terminal.types('?');
  await terminal.sees('help', (screen) => screen.includes('Keys of Programs') && screen.includes('stop'));
  await terminal.types('?');
  await terminal.sees('the programs', (screen) => screen.includes('zebra'));

  await terminal.types(':sort na');
  await terminal.presses('Enter');
  await terminal.sees('what was typed to be done', (screen) => screen.includes('Sorted by name'));
  await terminal.types(':nonsense');
  await terminal.presses('Enter');
  await terminal.sees('that there is none', (screen) => screen.includes('There is no command "nonsense"'));

  // What is pasted is text, wherever it lands: it would stop, filter and quit.
  await terminal.pastes('x/q\nxq');
  await terminal.types('/');
  await terminal.pastes('zebra\nq');
  await terminal.sees('the paste in the field', (screen) => screen.includes('/zebra▏'));
  await terminal.presses('Escape');
  const after = await terminal.sees('all again', (screen) => screen.includes('web_01'));
  expect(after).not.toContain('STOPPED 3');
  expect(row(after, 'web_00')).toContain('RUNNING');
  await terminal.types('q');
  expect(await terminal.ended()).toBe(0);
});

test('it fits every size of the window, down to a line, and back', async () => {
  await using daemon = await startDaemon({ config });
  await using terminal = await Terminal.open(dashboardOf(daemon), dashboardEnv, wide);
  const sizes = [
    { width: 120, height: 40 },
    { width: 80, height: 24 },
    { width: 40, height: 10 },
    { width: 20, height: 5 },
    { width: 80, height: 24 },
    { width: 120, height: 40 },
  ];
  for (const size of sizes) {
    await terminal.resize(size.width, size.height);
    const what = `${size.width}x${size.height}`;
    let lines: readonly string[] = [];
    const fits = async () => {
      lines = (await terminal.capture()).replace(/\n$/, '').split('\n');
      if (size.width === 20) return lines.join('').trim() === '3/5 up 1 bad';
      if (!lines[0]?.includes('Programs') || !lines.some((line) => line.includes('web_00 '))) return false;
      // The keys, unless there is no room.
      return size.height < 16 || lines.at(-1)?.includes('stop');
    };
    await until(`all is in its place at ${what}`, fits, { evidence: () => lines.join('\n') });
    expect(lines).toHaveLength(size.height);
    if (size.width >= 110) expect(lines[1]).toContain('TREND');
  }
});

test('a daemon that goes away is a banner, and is back by itself', async () => {
  const first = await startDaemon({ config });
  const text = readFileSync(first.file, 'utf8');
  await using terminal = await Terminal.open([...ours.ctl, '-s', `unix://${first.socket}`, 'top'], dashboardEnv, wide);
  await terminal.sees('the states', shows('web_00', 'RUNNING'));
  await first.ctl('shutdown');
  await terminal.sees('a banner', (screen) => screen.includes('Away, tried again'));
  // The same again at the same place.
  await first.ended;
  mkdirSync(first.dir, { recursive: true });
  await using second = await startDaemon({ config: text, dir: first.dir });
  await terminal.sees('that it is back', (screen) => !screen.includes('Away') && shows('web_02', 'RUNNING')(screen));
  expect(second.socket).toBe(first.socket);
  await terminal.types('q');
  expect(await terminal.ended()).toBe(0);
});

test('with --read-only nothing is changed, nor offered', async () => {
  await using daemon = await startDaemon({ config });
  await using terminal = await Terminal.open(dashboardOf(daemon, '--read-only'), dashboardEnv, wide);
  await terminal.sees('the states', (screen) => shows('web_00', 'RUNNING')(screen) && screen.includes('read-only'));
  await terminal.types('jjx:stop');
  await terminal.presses('Enter');
  await terminal.sees('a refusal', (screen) => screen.includes('nothing is changed from here'));
  await terminal.types('?');
  const help = await terminal.sees('help', (screen) => screen.includes('Keys of Programs'));
  expect(help).not.toMatch(/\bx +stop/);
  await terminal.types('qq');
  expect(await terminal.ended()).toBe(0);
  expect(await daemon.rpc('supervisor.getProcessInfo', 'web:web_00')).toMatchObject({ statename: 'RUNNING' });
});

test('two hundred programs scroll, and NO_COLOR leaves no colours', async () => {
  await using daemon = await startDaemon({
    config: `[program:many]
command=cat
process_name=p%(process_num)03d
numprocs=200
autostart=false
`,
  });
  await using terminal = await Terminal.open(
    dashboardOf(daemon),
    { ...dashboardEnv, NO_COLOR: '1' },
    { width: 80, height: 24 },
  );
  await terminal.sees('the first', (screen) => screen.includes('p000') && !screen.includes('p100'));
  await terminal.types('G');
  await terminal.sees('the last', (screen) => screen.includes('p199') && !screen.includes('p100'));
  await cursorIsOn(terminal, 'p199');
  expect(await terminal.capture(true)).not.toMatch(/\u001b\[(?:[0-9;]*;)?(?:3[0-7]|9[0-7]|38|48)[;m]/);
  await terminal.presses('C-u');
  await terminal.sees('half a page up', (screen) => screen.includes('p180'));
  await terminal.types('q');
  expect(await terminal.ended()).toBe(0);
});

test('several daemons are one list, and one that is not there is said to be away', async () => {
  await using daemon = await startDaemon({ config });
  await using other = await startDaemon({ config: '[program:lonely]\ncommand=cat\n' });
  const one = `one=unix://${daemon.socket}`;
  const two = `two=unix://${other.socket}`;
  const gone = `gone=unix://${daemon.dir}/none`;
  await using server = createServer((_, answer) => answer.writeHead(404).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const old = `old=http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const showsBoth = (screen: string) => / lonely +two +RUNNING/.test(screen) && /web_00 +one +/.test(screen);
  {
    await using terminal = await Terminal.open(
      dashboardOf(daemon, '-s', one, '-s', two, '-s', old, '-s', gone),
      dashboardEnv,
      wide,
    );
    await terminal.sees('both', (screen) => screen.includes('4 daemons') && showsBoth(screen));
    const away = /Away, tried again: old: it is Supervisor, or an older tssupervisord; gone: /;
    await terminal.sees('why the others are away', (screen) => away.test(screen));
    await terminal.types('q');
    expect(await terminal.ended()).toBe(0);
  }
  // As a line of the file, or before the verb, where Supervisor's has one -s.
  const file = join(daemon.dir, 'many.conf');
  writeFileSync(
    file,
    `[supervisorctl]\n[dashboard]\nservers = ${one},\n  two=unix://%(here)s/../${basename(other.dir)}/${basename(other.socket)}\n`,
  );
  await using terminal = await Terminal.open([...ours.ctl, '-c', file, 'dashboard'], dashboardEnv, wide);
  await terminal.sees('both of the file', (screen) => screen.includes('2 daemons') && showsBoth(screen));
  await using lines = await Terminal.open([...ours.ctl, '-s', two, '-s', one, 'top', '--plain'], dashboardEnv, wide);
  await lines.sees(
    'both in lines',
    (screen) => /^two lonely +RUNNING/m.test(screen) && /^one web:web_00 +RUNNING/m.test(screen),
  );
  await daemon.rpc('supervisor.stopProcess', 'web:web_00');
  await lines.sees('a change', (screen) => /^one \d\d:\d\d:\d\d web:web_00 +STOPPED/m.test(screen));
  await lines.presses('C-c');
  expect(await lines.ended()).toBe(0);
  const wrong = await runCommand([...ours.ctl, '-c', file, 'top', '-s', 'http://joe:secret@host:nine']);
  expect(wrong).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('Error: Cannot use "http://host:nine" as a'),
  });
});
