/** Each view of the dashboard as a person sees it: a real terminal, and a real daemon with something to show in each. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { bindings } from '../../../src/ctl/dashboard/bindings.ts';
import { views } from '../../../src/ctl/dashboard/views.ts';
import { answeringProgram, writeAnsweringServer } from '../../support/answering-server.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { dashboardEnv, dashboardOf, tmuxKey } from '../../support/dashboard.ts';
import { freePortHundred } from '../../support/ports.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';

/** The log view has keys and tests of its own. */
const listed = views.filter(({ name }) => name !== 'logs');
const wide = { width: 120, height: 40 };

/** web is ready while there is a file `go`; its proxy does not run, so it need not be told (a command would be asked of each nginx of the machine); crash says something that a terminal would obey, and ends. */
const config = (port: number) => `${answeringProgram('web', 2, port, 'ready=exec:/usr/bin/test -e %(here)s/go')}
[program:crash]
command=/bin/sh -c 'printf "one more line\\n\\033[2J\\033]0;title\\007the \\033[31mlast\\033[m words\\n" >&2; exit 3'
startsecs=0
restart_limit=5/60s

[program:migrate]
command=cat
depends_on=crash:exited
autostart=false

[program:waits]
command=cat
depends_on=web:ready, idle:started
autostart=true

[program:idle]
command=cat
autostart=false

[upstream:web]
programs=web
driver=nginx
file=%(here)s/web.conf
reload=idle
`;

/** The same each time: without times, pids, ports, shares, and what is said of these. */
const masked = (screen: string) =>
  screen
    .replace(/[▁▂▃▄▅▆▇█░]+/g, '▁')
    .replace(/\d+ min \d+ s/g, '1 s')
    .replace(/ (high|over|FULL)\b/g, '')
    .replace(/[\d.]+/g, '#')
    .replace(/ +/g, ' ');

needs('tmux').describe('the views of the dashboard', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  let port = 0;
  let daemon: TestDaemon;
  let terminal: Terminal;
  const sees = (what: string, ...wanted: readonly RegExp[]) =>
    terminal.sees(what, (screen) => wanted.every((one) => one.test(screen)));
  const open = async (key: string, title: string, ...wanted: readonly RegExp[]) => {
    await terminal.types(key);
    return await sees(title, new RegExp(`^ ${title} `, 'm'), ...wanted);
  };

  beforeAll(async () => {
    port = (await freePortHundred(3)) * 100;
    writeAnsweringServer(dir);
    writeFileSync(join(dir, 'go'), '');
    daemon = await startDaemon({ dir, config: config(port) });
    terminal = await Terminal.open(dashboardOf(daemon), dashboardEnv, wide);
    await sees('all states', /web_0 +RUNNING/, /web_1 +RUNNING/, /crash +FATAL/, /waits +(STOPPED|RUNNING)/);
  });

  afterAll(async () => {
    await terminal?.[Symbol.asyncDispose]();
    await daemon?.[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  needs('tmux').test('ports: which, whose, and who listens there', async () => {
    await open('3', 'Ports', new RegExp(`^ *${port} .*web:web_0 +port +RUNNING +pid \\d+, .*answers.mjs$`, 'm'));
  });

  needs('tmux').test('upstreams: which servers are in', async () => {
    await open('4', 'Upstreams', /^web: 2 in {2}nginx, .*web.conf$/m, /● in +web:web_1 +127\.0\.0\.1:\d+/);
  });

  needs('tmux').test('dependencies: who waits for whom', async () => {
    await open(
      '5',
      'Dependencies',
      /^ {2}crash FATAL holds up migrate$/m,
      /^migrate STOPPED\n└─ crash FATAL {2}exited: NOT MET$/m,
      /^├─ web:\* \(2\) RUNNING {2}ready: met$/m,
    );
  });

  needs('tmux').test('timeline: what happened, a crash loop as one row', async () => {
    const when = '\\d\\d:\\d\\d:\\d\\d\\.\\d{3} {2}';
    await open(
      '6',
      'Timeline',
      new RegExp(`^${when}crash exited \\d times in \\d+ s, now FATAL$`, 'm'),
      new RegExp(`^${when}web:web_0 is RUNNING \\(pid \\d+\\)$`, 'm'),
    );
  });

  needs('tmux').test('host: load, memory, files and room for logs', async () => {
    await open('8', 'Host', /^Host +\S+, \d+ cores?$/m, /^Memory +[█░]{20} +\d+%/m, /^Disk +[█░]{20} .*logs take/m);
  });

  // What another machine has otherwise, or another order of things that come at once, is not compared.
  for (const { name, title, key = 'i' } of listed.filter(({ name }) => !['timeline', 'rolls', 'host'].includes(name))) {
    needs('tmux').test(`the view of ${name} looks as its capture does`, async () => {
      const capture = join(import.meta.dirname, 'fixtures/views', `${name}.txt`);
      const text = (screen: string) =>
        masked(screen.replaceAll(dir, '/here').replaceAll(process.execPath, '/node').replace(/ +$/gm, '')).trimEnd();
      await terminal.types(`1g${key}`);
      if (!existsSync(capture)) {
        const screen = await sees(name, new RegExp(`^ ${title} `, 'm'), /^(?!.*Asking)/s);
        writeFileSync(capture, `${text(screen)}\n`);
        throw new Error(`There was no capture ${capture}: look at what was written there, and commit it`);
      }
      const wanted = readFileSync(capture, 'utf8').trimEnd();
      await terminal.sees(`this:\n${wanted}\n`, (screen) => text(screen) === wanted);
    });
  }

  needs('tmux').test(
    'Enter on a row tells why its process is as it is, with its harmless last words; then its logs; Esc goes back',
    async () => {
      await open('5', 'Dependencies', /crash FATAL/);
      await terminal.types('/crash');
      await terminal.presses('Enter');
      await terminal.types('g');
      await terminal.presses('Enter');
      const screen = await sees('why', /^ Why crash /m, /^ +stderr, its last \d lines?:$/m, /^ +the last words$/m);
      expect(screen).toMatch(/^crash is FATAL for \d+ s$/m);
      expect(screen).toMatch(/^ +one more line$/m);
      await terminal.presses('Escape');
      await sees('dependencies', /^ Dependencies /m);
      await terminal.presses('Escape');
    },
  );

  needs('tmux').test('rolls: where each process of a roll is, live', async () => {
    rmSync(join(dir, 'go'));
    await terminal.types('1');
    await sees('programs', /^ Programs /m);
    await terminal.types('/web_0');
    await terminal.presses('Enter');
    await terminal.types('gjR');
    await open(
      '7',
      'Rolls and jobs',
      /roll-1 web:\* running/,
      /web:web_0 .*\[starting\]/,
      /web:web_1 .*\[serving\].*waits for its turn/,
    );
    writeFileSync(join(dir, 'go'), '');
    await sees('the end of it', /roll-1 web:\* done .*all 2 run anew/, /web:web_1 .*\[in\]/);
  });

  needs('tmux').test('each view fits every size, and is as it was when the terminal is', async () => {
    // What was asked for before the roll is not what comes now.
    await open('4', 'Upstreams', /^web: 2 in /m);
    await open('6', 'Timeline', /roll-1 done/);
    for (const { key = 'i', title } of listed) {
      await terminal.types(`1${key}`);
      await sees(title, new RegExp(`^ ${title} `, 'm'), /^(?!.*Asking)/s);
      const before = await terminal.capture();
      for (const [width, height] of [
        [80, 24],
        [40, 10],
      ] as const) {
        await terminal.resize(width, height);
        await sees(`${title} in ${width} columns`, new RegExp(`^ ${title}`, 'm'));
      }
      await terminal.resize(20, 5);
      await sees('one line', /^(away )?\d+\/\d+ up/);
      await terminal.resize(wide.width, wide.height);
      await terminal.sees(`${title} as before`, (screen) => masked(screen) === masked(before.trimEnd()));
    }
  });

  needs('tmux').test('every key does something harmless in every view of one who may only look', async () => {
    await using other = await Terminal.open(dashboardOf(daemon, '--read-only'), dashboardEnv, wide);
    await other.sees('programs', (screen) => /^ Programs .* read-only$/m.test(screen));
    const before = await daemon.ctl('status');
    for (const { key = 'i', title } of listed) {
      await other.types(`1${key}`);
      await other.sees(title, (screen) => new RegExp(`^ ${title} `, 'm').test(screen));
      const tried = bindings.filter(({ help }) => help !== 'quit' && help !== 'back' && !help.startsWith('view: '));
      // Enter leaves help and every field for text.
      await other.presses(...tried.flatMap(({ keys }) => keys.flatMap((one) => [tmuxKey(one), 'Enter', '1', key])));
      await other.types('1');
      await other.sees(`programs after all keys in ${title}`, (screen) => /^ Programs /m.test(screen));
    }
    expect((await daemon.ctl('status')).stdout.replace(/uptime.*/g, '')).toBe(before.stdout.replace(/uptime.*/g, ''));
    await other.types('q');
    expect(await other.ended()).toBe(0);
  });
});
