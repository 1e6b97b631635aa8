/**
 * `node build/dashboard-pictures.cjs`: draws docs/pictures/*.svg anew. Starts a daemon with programs of the demo in a
 * folder of its own, drives the dashboard in tmux as a person would, and draws what is on the screen. Takes half a minute
 * after `npm run build`; needs tmux.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePortHundred } from '../test/support/ports.ts';
import { Terminal } from '../test/support/tmux.ts';
import { terminalSvg } from './pictures/terminal-svg.ts';

const root = resolve(__dirname, '..');
const size = { width: 120, height: 26 };

const config = (dir: string, port: number) => `[unix_http_server]
file=${dir}/supervisor.sock

[supervisord]
logfile=${dir}/supervisord.log
pidfile=${dir}/supervisord.pid
childlogdir=${dir}
identifier=shop

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://${dir}/supervisor.sock

[program:web]
command=${process.execPath} ${root}/etc/demo/web.mjs %(process_num)02d %(port)d
process_name=%(program_name)s_%(process_num)02d
numprocs=4
port=${port}
ready=http:/
startsecs=0
depends_on=cache

[program:cache]
command=/bin/sh -c 'echo ready to accept connections; exec sleep 3600'
ready=log:ready

[program:logger]
command=${process.execPath} ${root}/etc/demo/logger.mjs

[program:import]
command=/bin/sh -c 'echo reading catalogue.csv; sleep 1; echo "catalogue.csv line 812: no price" >&2; exit 3'
startsecs=0
restart_limit=4/60s

[program:search]
command=cat
depends_on=import:exited

[upstream:web]
programs=web
driver=nginx
file=${dir}/web.conf
reload=command: /bin/true
`;

interface Picture {
  readonly file: string;
  readonly title: string;
  readonly keys: readonly string[];
  readonly shows: RegExp;
}

const pictures: readonly Picture[] = [
  { file: 'programs', title: 'The programs, with their states', keys: ['1'], shows: /import +FATAL/ },
  { file: 'graph', title: 'Who depends on whom, and who holds whom up', keys: ['5'], shows: /holds up/ },
  { file: 'timeline', title: 'What has happened, with a crash loop', keys: ['6'], shows: /import exited \d+ times/ },
  {
    file: 'why',
    title: 'Why a program is in its state, with its last lines',
    keys: ['1', '/', 'i', 'm', 'p', 'Enter', 'g', 'i'],
    shows: /no price/,
  },
  // From the programs again, with the filter for the group instead.
  {
    file: 'rolls',
    title: 'A roll under way',
    keys: ['1', '/', 'C-u', 'w', 'e', 'b', '_', '0', '0', 'Enter', 'g', 'j', 'R', '7'],
    shows: /web_01 .*\[(leaving|draining|stopping|starting|ready)\]/,
  },
];

async function draw(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  const file = join(dir, 'supervisord.conf');
  writeFileSync(file, config(dir, (await freePortHundred(4)) * 100));
  const daemon = spawn(process.execPath, [join(root, 'dist/tssupervisord.cjs'), '-n', '-c', file], { stdio: 'ignore' });
  try {
    const argv = [process.execPath, join(root, 'dist/tssupervisorctl.cjs'), '-c', file, 'dashboard'];
    await using terminal = await Terminal.open(argv, { LANG: 'C.UTF-8', TERM: 'xterm-256color' }, size);
    await terminal.sees('the programs', (screen) => /logger +RUNNING/.test(screen));
    mkdirSync(join(root, 'docs/pictures'), { recursive: true });
    for (const { file: name, title, keys, shows } of pictures) {
      await terminal.presses(...keys);
      await terminal.sees(title, (screen) => shows.test(screen));
      const lines = (await terminal.capture(true)).replace(/\n$/, '').split('\n');
      writeFileSync(join(root, `docs/pictures/${name}.svg`), terminalSvg(shared(lines, dir), size.width, title));
    }
  } finally {
    await ended(daemon);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A picture shows nothing of the machine that it was taken on. */
function shared(lines: readonly string[], dir: string): string[] {
  return lines.map((line) => line.replaceAll(dir, '/var/log/shop').trimEnd());
}

async function ended(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const end = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  await end;
}

void draw();
