import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { infoOf, untilState } from './support.ts';

let daemon: TestDaemon;
let dir: string;

const info = (name: string) => infoOf(daemon, name);
const reaches = (name: string, state: string) => untilState(daemon, name, state);

async function why(name: string): Promise<string | undefined> {
  const details = (await daemon.rpc('tssupervisor.getProcesses')) as unknown as { name: string; why: string }[];
  return details.find((one) => one.name === name)?.why;
}

/** What a hook has written, once it has. */
function written(file: string): Promise<string> {
  return daemon.until(`${file} is written`, () => {
    const path = join(dir, file);
    return existsSync(path) && readFileSync(path, 'utf8').includes('\n') && readFileSync(path, 'utf8');
  });
}

/** hook.sh FILE TEXT writes a line, without anybody seeing half of it. */
const hook = `echo "$2 $(id -un) $(pwd) $COLOR mainpid=$MAINPID $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS" > $1.new
mv $1.new $1
`;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  chmodSync(dir, 0o777);
  writeFileSync(join(dir, 'hook.sh'), hook);
  writeFileSync(join(dir, 'waits.sh'), 'echo > $1.begun\nuntil test -e $1.go; do sleep 0.02; done\necho > $1.done\n');
  writeFileSync(join(dir, 'bad.sh'), 'echo first\necho "no database" >&2\nexit 3\n');
  writeFileSync(join(dir, 'hangs.sh'), 'sleep 3600 &\necho $! > hangs.pid\nwait\n');
  const program = (name: string, keys: string) =>
    `[program:${name}]\ncommand=/bin/sleep 3600\ndirectory=${dir}\nautostart=false\nautorestart=false\nstartsecs=0\nstartretries=0\n${keys}\n\n`;
  const user = process.getuid?.() === 0 ? 'user=nobody\n' : '';
  daemon = await startDaemon({
    dir,
    config: [
      program(
        'polite',
        `${user}environment=COLOR="blue"\npre_start=/bin/sh hook.sh pre before-%(process_num)d\npost_ready=/bin/sh hook.sh ready after`,
      ),
      program('refused', 'pre_start=/bin/sh bad.sh'),
      program('missing', 'pre_start=/no/such/file'),
      program('hanging', 'pre_start=/bin/sh hangs.sh\nhook_timeout=300ms'),
      program('given-up', 'pre_start=/bin/sh waits.sh given-up'),
      program('leaving', 'pre_stop=/bin/sh waits.sh leaving'),
      program('crashing', 'post_exit=/bin/sh hook.sh exit ended'),
      program('failing', 'command=/bin/sh -c "exit 7"\npost_exit=/bin/sh hook.sh failed ended'),
      program(
        'clumsy',
        'post_ready=/bin/sh bad.sh\npre_stop=/bin/sh -c "kill -TERM $$"\npost_exit=/bin/sh -c "echo oh; exit 1"',
      ),
      program('again', 'post_exit=/bin/sh waits.sh again\npre_start=/bin/sh hook.sh again.pre x'),
    ].join(''),
  });
});

afterAll(async () => {
  await daemon.stop();
});

test('hooks run as the program does: its user, environment and directory', async () => {
  expect((await daemon.ctl('start', 'polite')).stdout).toBe('polite: started\n');
  const { pid } = await info('polite');
  const whoever = process.getuid?.() === 0 ? 'nobody' : '\\S+';
  expect(await written('pre')).toMatch(new RegExp(`^before-0 ${whoever} ${dir} blue mainpid= +\n$`));
  expect(await written('ready')).toMatch(new RegExp(`^after ${whoever} ${dir} blue mainpid=${pid} +\n$`));
});

test('a pre_start that fails is a failed start, with its last words', async () => {
  expect((await daemon.ctl('start', 'refused')).stdout).toBe('refused: ERROR (spawn error)\n');
  expect(await reaches('refused', 'FATAL')).toMatchObject({
    spawnerr: 'pre_start failed: exited with status 3: "no database"',
  });
  expect(daemon.log()).toContain('spawnerr: pre_start failed: exited with status 3: "no database"');
  expect((await daemon.ctl('start', 'missing')).stdout).toBe('missing: ERROR (spawn error)\n');
  expect((await info('missing')).spawnerr).toBe(
    "pre_start failed: could not be started: can't find command '/no/such/file'",
  );
});

test('hook_timeout: a hook that hangs is killed with its children', async () => {
  expect((await daemon.ctl('start', 'hanging')).stdout).toBe('hanging: ERROR (spawn error)\n');
  expect((await info('hanging')).spawnerr).toBe('pre_start failed: did not end within 300 ms');
  const child = Number(readFileSync(join(dir, 'hangs.pid'), 'utf8'));
  await daemon.until('its child is gone', () => !isAlive(child));
});

test('a stop while pre_start runs ends both', async () => {
  const starting = daemon.ctl('start', 'given-up');
  await written('given-up.begun');
  expect(await why('given-up')).toBe('running pre_start');
  expect((await daemon.ctl('stop', 'given-up')).stdout).toBe('given-up: stopped\n');
  expect((await starting).stdout).toBe('given-up: ERROR (abnormal termination)\n');
  await daemon.until(
    'pre_start is gone',
    () => !daemon.descendants().some(({ command }) => command.includes('given-up')),
  );
  expect(existsSync(join(dir, 'given-up.done'))).toBe(false);
});

test('pre_stop runs in STOPPING, before the signal', async () => {
  await daemon.ctl('start', 'leaving');
  const { pid } = await info('leaving');
  const stopping = daemon.ctl('stop', 'leaving');
  await written('leaving.begun');
  expect(await info('leaving')).toMatchObject({ statename: 'STOPPING', pid });
  expect(isAlive(pid)).toBe(true);
  writeFileSync(join(dir, 'leaving.go'), '');
  expect((await stopping).stdout).toBe('leaving: stopped\n');
  expect(existsSync(join(dir, 'leaving.done'))).toBe(true);
});

test('post_exit is told how it ended', async () => {
  await daemon.ctl('start', 'failing');
  expect(await written('failed')).toMatch(/ mainpid=\d+ exit-code exited 7\n$/);
  await daemon.ctl('start', 'crashing');
  const { pid } = await info('crashing');
  process.kill(pid, 'SIGKILL');
  expect(await written('exit')).toContain(` mainpid=${pid} signal killed KILL\n`);
  await daemon.ctl('start', 'crashing');
  await daemon.ctl('stop', 'crashing');
  await daemon.until('it is told of the stop', () =>
    readFileSync(join(dir, 'exit'), 'utf8').endsWith(' success killed TERM\n'),
  );
});

test('post_ready, pre_stop and post_exit that fail are a line in the log, and change nothing', async () => {
  expect((await daemon.ctl('start', 'clumsy')).stdout).toBe('clumsy: started\n');
  await daemon.until('post_ready has failed', () =>
    daemon.log().includes('WARN post_ready of clumsy failed: exited with status 3: "no database"'),
  );
  expect((await info('clumsy')).statename).toBe('RUNNING');
  expect((await daemon.ctl('stop', 'clumsy')).stdout).toBe('clumsy: stopped\n');
  expect(daemon.log()).toContain('WARN pre_stop of clumsy failed: was ended by SIGTERM');
  await daemon.until('post_exit has failed', () =>
    daemon.log().includes('WARN post_exit of clumsy failed: exited with status 1: "oh"'),
  );
});

test('the next start waits for post_exit, and so does the end of the daemon', async () => {
  await daemon.ctl('start', 'again');
  await written('again.pre');
  await daemon.ctl('stop', 'again');
  await written('again.begun');
  writeFileSync(join(dir, 'again.pre'), '');
  const starting = daemon.ctl('start', 'again');
  await reaches('again', 'STARTING');
  expect(await why('again')).toBe('running post_exit');
  expect(readFileSync(join(dir, 'again.pre'), 'utf8')).toBe('');
  writeFileSync(join(dir, 'again.go'), '');
  expect((await starting).stdout).toBe('again: started\n');
  expect(await written('again.pre')).toMatch(/^x /);

  writeFileSync(join(dir, 'again.begun'), '');
  writeFileSync(join(dir, 'again.done'), '');
  writeFileSync(join(dir, 'waits.sh'), 'echo > $1.begun\nsleep 0.3\necho > $1.done\n');
  await daemon.ctl('shutdown');
  expect(await daemon.ended).toBe(0);
  expect(readFileSync(join(dir, 'again.done'), 'utf8')).toBe('\n');
});
