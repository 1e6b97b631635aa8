import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { type DaemonKind, debian, isAlive, ours } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { until } from '../../support/until.ts';
import { isRoot, Place, sections } from './place.ts';
import { program, script } from './support.ts';

/** One life of a daemon: what it is started with, and what happens to it until it has ended. */
interface Life {
  readonly config: string;
  readonly args?: readonly string[];
  readonly background?: boolean;
  /** Words to wait for in the log, or signals; at the end it gets SIGTERM. */
  readonly steps: readonly string[];
  readonly before?: (place: Place) => void;
  readonly after?: (place: Place, pid: number) => Promise<unknown>;
}

interface Lived {
  readonly code: number | string;
  readonly output: string;
  readonly files: readonly string[];
  readonly log: string;
  readonly more: unknown;
}

async function live(kind: DaemonKind, life: Life): Promise<Lived> {
  await using place = new Place(kind, life.config);
  life.before?.(place);
  const args = life.args ?? [];
  const daemon = life.background ? undefined : place.start(...args);
  let code: number | string = 0;
  let output = '';
  if (daemon === undefined) {
    const started = await place.run('-c', place.path('s.conf'), ...args);
    code = started.code;
    output = started.stdout + started.stderr;
  }
  const pid = await until('it has written its pid', () => place.pid > 0 && place.pid, {
    evidence: () => daemon?.output ?? output,
  });
  let seen = 0;
  for (const step of life.steps) {
    if (step.startsWith('SIG')) {
      process.kill(pid, step as NodeJS.Signals);
      continue;
    }
    await until(`its log says ${step}`, () => place.text('d.log').includes(step, seen), {
      evidence: () => place.text('d.log'),
    });
    seen = place.text('d.log').indexOf(step, seen) + 1;
  }
  const more = await life.after?.(place, pid);
  if (!life.steps.includes('SIGTERM')) process.kill(pid, 'SIGTERM');
  await until('it has ended', () => !isAlive(pid), { evidence: () => place.text('d.log') });
  if (daemon !== undefined) code = await daemon.ended;
  const files = readdirSync(place.dir).map((name) => name.replace(/-\w{8}\.log$/, '-X.log'));
  const masked = (text: string) => maskedText(text, place.dir);
  return {
    code,
    output: masked(daemon?.output ?? output),
    files: files.sort(),
    log: masked(place.text('d.log')),
    more,
  };
}

function maskedText(text: string, dir: string): string {
  return (
    text
      .replaceAll(dir, 'DIR')
      .replace(/^[\d-]{10} [\d:]{8},\d{3}/gm, 'T')
      .replace(/pid \d+/g, 'pid N')
      .replace(/'(\w+)' \(\d+\)/g, "'$1' (N)")
      // Supervisor's objects and their addresses, and the line about each HTTP server of its library
      .replace(/^T (DEBG fd \d+ closed, stopped monitoring|BLAT (read|write) event caused by) .*\n/gm, '')
      .replace(/^T TRAC .*Medusa .* started at .*\n\tHostname: .*\n\tPort:.*\n/gm, '')
      // The parent writes this when it gets to it, among the lines of its child: it is moved to the end.
      .replace(/^(T BLAT supervisord forked; parent exiting\n)([\s\S]*)/m, '$2$1')
      // Supervisor looks once a second, and then says it only of what has not stopped yet.
      .replace(/^T INFO waiting for \w+ to stop\n/gm, '')
      // Supervisor says it once for each place that it logs to.
      .replace(/^(T INFO reopening log file\n)+/gm, '$1')
      .replace(/localhost:0 - - \[[^\]]*\]/g, 'CLIENT - - [T]')
  );
}

const cat = program('cat', '/bin/cat', 'startsecs=0');
const up = 'cat entered RUNNING';
const stubborn = script('slow', `trap 'sleep 1; exit 3' TERM; while :; do sleep 0.1; done`, 'startsecs=0');
const said = (setting: string) => sections.replace('[supervisord]', `[supervisord]\n${setting}`);

const lives: Readonly<Record<string, Life>> = {
  'in the foreground': { config: sections + cat, steps: [up] },
  'whose log is cleared, and whose program is stopped and started': {
    config: sections + cat,
    steps: [up],
    async after(place) {
      const clear = `import sys; sys.path.insert(0, '/usr/lib/python3/dist-packages'); import xmlrpc.client, supervisor.xmlrpc as x; xmlrpc.client.ServerProxy('http://127.0.0.1', transport=x.SupervisorTransport('', '', sys.argv[1])).supervisor.clearLog()`;
      await runCommand(['/usr/bin/python3', '-c', clear, `unix://${place.path('s.sock')}`]);
      return (await place.ctl('restart', 'cat')).stdout;
    },
  },
  'in the foreground, silent': { config: said('silent=true') + cat, steps: [up] },
  'in the background, silent too': { config: sections + cat, args: ['-s'], background: true, steps: [up] },
  'with all that it can say': {
    config: sections + cat,
    args: ['-e', 'blather'],
    steps: [up, 'SIGUSR2', 'supervisord logreopen'],
    // Supervisor's command for both: ours makes other calls.
    after: async (place) => (await runCommand([...debian.ctl, '-c', place.path('s.conf'), 'version'])).stdout,
  },
  'in the background, with all that it can say': {
    config: sections + cat,
    args: ['-e', 'blather'],
    background: true,
    steps: [up],
  },
  'as another user, twice': {
    config: said('user=nobody') + cat,
    before: (place) => chmodSync(place.dir, 0o777),
    steps: [up, 'SIGHUP', up],
  },
  'told to end while it restarts': {
    config: sections + stubborn,
    steps: ['slow entered RUNNING', 'SIGHUP', 'waiting for slow to die', 'SIGTERM'],
  },
  'with a directory that it may not enter': {
    config: said('directory=%(here)s/sub\nuser=nobody'),
    // Only root may enter it, and nobody is root by then.
    before(place) {
      mkdirSync(place.path('sub'), { mode: 0o700 });
      chmodSync(place.dir, 0o777);
    },
    background: true,
    steps: ['supervisord started'],
  },
  'with logs relative to its directory': {
    config: `${said('directory=%(here)s/sub')}${script('a', 'pwd; exec cat', 'startsecs=0', 'stdout_logfile=a.log')}`,
    before: (place) => mkdirSync(place.path('sub')),
    background: true,
    steps: ['a entered RUNNING'],
    async after(place) {
      await until('it has written', () => place.text('sub/a.log') !== '');
      return [place.text('sub/a.log').replace(place.dir, 'DIR'), (await place.ctl('tail', 'a')).stdout.length > 0];
    },
  },
};

needs('supervisor').describe('a life of tssupervisord is one of supervisord, line by line', () => {
  const isPossible = (name: string) => isRoot || !/user|may not enter/.test(name);
  const names = Object.keys(lives).filter(isPossible);
  // They wait for Supervisor's seconds most of the time.
  test.concurrent.each(names)('%s', async (name) => {
    const life = lives[name];
    if (life === undefined) throw new Error(name);
    const [mine, theirs] = await Promise.all([live(ours, life), live(debian, life)]);
    expect(mine).toEqual(theirs);
  });
});
