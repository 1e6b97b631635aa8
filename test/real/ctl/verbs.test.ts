/** What `tssupervisorctl` has beyond Supervisor's: new verbs, colours, `status --watch`; with one daemon for all. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainEnvironment, runCommand } from '../../support/command.ts';
import { debian, ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';
import { until } from '../../support/until.ts';

const config = `[program:web]
command=sh -c 'echo "2026-01-01T00:00:0%(process_num)d begin %(process_num)d"; echo "2026-01-01T00:00:05 GET /%(process_num)d"; echo slow >&2; exec cat'
process_name=%(program_name)s_%(process_num)02d
numprocs=2
startsecs=0
port=auto
environment=API_KEY=abc,MODE=x,OLD="$PATH"

[program:broken]
command=sh -c 'echo connecting; echo "no database" >&2; exit 3'
startretries=0

[program:mailer]
command=cat
depends_on=broken

[program:cron]
command=cat
autostart=false
startsecs=0
`;

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await startDaemon({ config });
  await until('broken has failed and all else is up', async () => {
    const { stdout } = await daemon.ctl('status');
    return /broken +FATAL/.test(stdout) && /web_00 +RUNNING/.test(stdout) && /web_01 +RUNNING/.test(stdout);
  });
});
afterAll(() => daemon.stop());

const argv = (...words: string[]) => [...ours.ctl, '-c', daemon.file, ...words];

async function json(...words: string[]): Promise<Record<string, unknown>> {
  const { stdout, stderr, code } = await daemon.ctl(...words, '--json');
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const document = JSON.parse(stdout) as Record<string, unknown>;
  expect(document['exitcode']).toBe(code);
  return document;
}

/** A command that goes on, with what it has written so far. */
function goesOn(words: readonly string[]) {
  const [file = '', ...args] = argv(...words);
  const child = spawn(file, args, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    output += `[stderr] ${bytes.toString()}`;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    says: (what: string, fits: (output: string) => boolean) =>
      until(`it says ${what}`, () => fits(output), { evidence: () => output }),
    async interrupt(): Promise<number | null> {
      child.kill('SIGINT');
      return await ended;
    },
    output: () => output,
  };
}

test('why says the cause, the last ends, the last lines and what to type next', async () => {
  const { stdout, code } = await daemon.ctl('why', 'broken');
  const lines = stdout.split('\n');
  expect(code).toBe(0);
  expect(lines[0]).toMatch(/^broken is FATAL for \d+ s: Exited too quickly: exit status 3$/);
  const places = [
    'Its last end',
    'stdout before',
    '  connecting',
    'stderr before',
    '  no database',
    'What to type next',
  ];
  const found = places.map((place) => lines.findIndex((line) => line.includes(place)));
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect(found).not.toContain(-1);
  expect(stdout).toContain('tssupervisorctl start broken');
});

test('why without a name tells of all that is not up and should be', async () => {
  const { stdout } = await daemon.ctl('why');
  expect(stdout.match(/^\S+ is .*$/gm)).toEqual([
    expect.stringContaining('broken is FATAL'),
    expect.stringContaining('mailer is STOPPED: Waiting for broken:ready'),
  ]);
  expect(await daemon.ctl('why', 'nobody')).toMatchObject({ stdout: 'nobody: ERROR (no such process)\n', code: 1 });
});

test('graph says who holds up whom', async () => {
  const { stdout } = await daemon.ctl('graph');
  expect(stdout).toContain('broken FATAL holds up mailer');
  expect(stdout).toMatch(/On their own: .*cron/);
});

test('env masks secrets until they are asked for', async () => {
  const masked = (await daemon.ctl('env', 'web:web_00')).stdout.split('\n');
  expect(masked).toEqual(expect.arrayContaining(['API_KEY=***', 'MODE=x']));
  expect((await daemon.ctl('env', 'web:web_00', '--show-secrets')).stdout).toContain('API_KEY=abc\n');
  expect(await daemon.ctl('env', 'nobody')).toMatchObject({ stdout: 'nobody: ERROR (no such process)\n', code: 1 });
});

test('logs merges the lines of several programs, and filters them', async () => {
  const all = (await daemon.ctl('logs', 'web*', '--stdout')).stdout;
  expect(all).toBe(
    'web:web_00 | 2026-01-01T00:00:00 begin 0\nweb:web_01 | 2026-01-01T00:00:01 begin 1\n' +
      'web:web_00 | 2026-01-01T00:00:05 GET /0\nweb:web_01 | 2026-01-01T00:00:05 GET /1\n',
  );
  const said = async (...words: string[]) => (await daemon.ctl('logs', ...words)).stdout;
  expect(await said('web:*', '--grep', 'GET .[1-9]', '--no-prefix')).toBe('2026-01-01T00:00:05 GET /1\n');
  expect(await said('web:web_00', '--grep', 'GET|begin', '--invert')).toBe('slow\n');
  expect(await said('web:*', '--stderr', '--lines', '1')).toBe('web:web_00 ! slow\nweb:web_01 ! slow\n');
  expect(await said('web:web_01', '--since', '1h', '--stdout')).toBe(
    '2026-01-01T00:00:01 begin 1\n2026-01-01T00:00:05 GET /1\n',
  );
  expect(JSON.parse(await said('broken', '--stderr', '--json'))).toEqual({
    group: 'broken',
    name: 'broken',
    channel: 'stderr',
    text: 'no database',
  });
  expect(await daemon.ctl('logs', 'web', 'nobody')).toMatchObject({
    stdout: 'nobody: ERROR (no such process)\n',
    code: 1,
  });
  expect(await daemon.ctl('logs', '--grep', '(')).toMatchObject({
    stdout: expect.stringContaining('Error: Invalid regular expression'),
    code: 2,
  });
  expect(await daemon.ctl('logs', '--since', 'noon')).toMatchObject({
    stdout: expect.stringContaining('cannot read the time noon'),
    code: 1,
  });
});

test('timeline tells what has happened, and with --follow what happens', async () => {
  const { stdout } = await daemon.ctl('timeline', 'broken');
  expect(stdout).toMatch(
    / broken is STARTING\n.* broken is in BACKOFF.*\n.* broken is FATAL: it is not tried again\n$/,
  );
  expect(stdout).not.toContain('web');
  const following = goesOn(['timeline', 'cron', '-f', '--json']);
  await following.says('that the group was added', (output) => output.includes('PROCESS_GROUP_ADDED'));
  await daemon.ctl('start', 'cron');
  await following.says('that cron runs', (output) => output.includes('"name":"PROCESS_STATE_RUNNING"'));
  expect(await following.interrupt()).toBe(0);
  for (const line of following.output().trimEnd().split('\n')) {
    expect(JSON.parse(line)).toMatchObject({ data: { group: 'cron' } });
  }
  expect(await daemon.ctl('timeline', 'broken', 'brken')).toMatchObject({
    code: 1,
    stdout: 'brken: ERROR (no such process)\n',
  });
  const since = await daemon.ctl('timeline', 'broken', '--since', '2099-01-01T00:00:00Z');
  expect(since.stdout).toBe('Nothing has happened yet\n');
});

test('status --watch prints a line for each change where there is no terminal', async () => {
  const watching = goesOn(['status', '--watch', 'cron']);
  await watching.says('the status of now', (output) => /^cron +[A-Z]+ /.test(output));
  await daemon.ctl('restart', 'cron');
  await watching.says('each state', (output) =>
    /STOPPED.*\n.*cron STARTING.*\n.*cron RUNNING +pid \d+\n$/s.test(output),
  );
  expect(watching.output()).not.toContain('web');
  expect(watching.output()).not.toContain('\u001b');
  expect(await watching.interrupt()).toBe(0);
});

test('the dashboard tells the same in lines where there is no screen, or none is wanted', async () => {
  const piped = goesOn(['dashboard']);
  await piped.says('the status of now', (output) => /^web:web_01 +RUNNING /m.test(output));
  expect(piped.output()).not.toContain('\u001b');
  expect(await piped.interrupt()).toBe(0);
});

needs('tmux').test('dashboard --plain writes lines at a terminal, too', async () => {
  await daemon.ctl('start', 'cron');
  await using terminal = await Terminal.open(argv('dashboard', '--plain'), { LANG: 'C.UTF-8', TERM: 'xterm-256color' });
  await terminal.sees('the status of now', (screen) => /^cron +RUNNING/m.test(screen));
  await daemon.ctl('stop', 'cron');
  const screen = await terminal.sees('the change', (seen) => /^\d\d:\d\d:\d\d cron +STOPPED/m.test(seen));
  expect(screen).toMatch(/^cron +RUNNING/m);
  await terminal.presses('C-c');
  expect(await terminal.ended()).toBe(0);
});

needs('tmux').test('status --watch at a terminal draws the table again at a change', async () => {
  await daemon.ctl('start', 'cron');
  await using terminal = await Terminal.open(argv('status', '--watch'), { LANG: 'C.UTF-8', TERM: 'xterm-256color' });
  await terminal.sees('the table', (screen) => /cron +RUNNING/.test(screen) && screen.includes('Ctrl-C leaves'));
  await daemon.ctl('stop', 'cron');
  const screen = await terminal.sees('the change', (seen) => /cron +STOPPED/.test(seen));
  expect(screen.match(/^cron /gm)).toHaveLength(1);
  await terminal.presses('C-c');
  expect(await terminal.ended()).toBe(0);
});

test('colours are for terminals that have them, and never in what scripts read of status', async () => {
  const at = async (env: Record<string, string>) => {
    const line = argv('status', 'broken').join(' ');
    return (await runCommand(['/usr/bin/script', '-qec', line, '/dev/null'], { env })).stdout.replaceAll('\r', '');
  };
  const red = '\u001b[1m\u001b[31mFATAL\u001b[39m\u001b[22m';
  const plain = (await daemon.ctl('status', 'broken')).stdout;
  expect(await at({ TERM: 'xterm' })).toBe(plain.replace('FATAL', red));
  expect(await at({ TERM: 'xterm', NO_COLOR: '1' })).toBe(plain);
  expect(await at({ TERM: 'dumb' })).toBe(plain);
  const forced = (verb: string) => runCommand(argv(verb, 'broken'), { env: { FORCE_COLOR: '1' } });
  expect((await forced('status')).stdout).toBe(plain);
  expect((await forced('why')).stdout).toContain(red);
});

test('--json says what became of each name, with the exit status that there is without it', async () => {
  expect(await json('stop', 'web:*', 'nobody')).toEqual({
    ok: false,
    exitcode: 1,
    error: { code: 'BAD_NAME', message: 'nobody: ERROR (no such process)' },
    // Those of a group in the order in which they stopped.
    results: [
      {
        group: 'web',
        name: expect.stringMatching(/^web_0[01]$/),
        action: 'stop',
        ok: true,
        code: 'SUCCESS',
        message: 'OK',
      },
      {
        group: 'web',
        name: expect.stringMatching(/^web_0[01]$/),
        action: 'stop',
        ok: true,
        code: 'SUCCESS',
        message: 'OK',
      },
      { group: 'nobody', name: 'nobody', action: 'stop', ok: false, code: 'BAD_NAME', message: 'BAD_NAME: nobody' },
    ],
  });
  expect(await json('start', 'web*')).toMatchObject({ ok: true, results: [{ group: 'web' }, { group: 'web' }] });
  expect(await json('status', 'broken')).toMatchObject({ ok: true, exitcode: 3, processes: [{ name: 'broken' }] });
  expect(await json('tail', '-f', 'web')).toMatchObject({ ok: false, error: { code: 'USAGE' } });
  const nobody = await runCommand([...ours.ctl, '-s', `unix://${daemon.dir}/none.sock`, 'status', '--json']);
  expect(JSON.parse(nobody.stdout)).toMatchObject({ ok: false, exitcode: 4, error: { code: 'ENOENT' } });
});

needs('supervisor').test("with Supervisor's daemon our verbs say that it cannot", async () => {
  await using other = await startDaemon({ config: '[program:cat]\ncommand=cat\n', kind: debian });
  for (const words of [
    ['why', 'cat'],
    ['graph'],
    ['timeline'],
    ['env', 'cat'],
    ['logs', 'cat'],
    ['status', '--watch'],
  ]) {
    const { stdout, code } = await runCommand([...ours.ctl, '-c', other.file, ...words]);
    expect([stdout, code]).toEqual([expect.stringMatching(/^ERROR: this daemon .*it is Supervisor, or an older/), 1]);
  }
  const why = await runCommand([...ours.ctl, '-c', other.file, 'why', 'cat', '--json']);
  expect(JSON.parse(why.stdout)).toMatchObject({ ok: false, exitcode: 1, error: { code: 'UNKNOWN_METHOD' } });
  const status = await runCommand([...ours.ctl, '-c', other.file, 'status', '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ ok: true, processes: [{ name: 'cat' }] });
});
