/** Commands as probes: real children, whose end the reaper tells. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OutputCapture } from '../../../src/daemon/logs/output.ts';
import { LinuxOs } from '../../../src/daemon/os/linux.ts';
import type { Cancel, SpawnRequest } from '../../../src/daemon/os/os.ts';
import { loadPosix } from '../../../src/daemon/os/posix.ts';
import { askCommand } from '../../../src/daemon/probes/exec-probe.ts';
import type { Verdict } from '../../../src/daemon/probes/verdict.ts';
import { processesWith, seeProcess } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

const posix = loadPosix();
const os = new LinuxOs(posix);
const capture = new OutputCapture(posix, os, {
  pipeMaxBytes: 1 << 20,
  promptDelayMs: 0,
  onBug: (error) => {
    throw error;
  },
});
const folder = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
const marker = `PROBE_OF=${folder}`;
const isRoot = process.getuid?.() === 0;
let descriptors = 0;

beforeAll(async () => {
  await askShell('true'); // what is made once, by the first
  descriptors = openDescriptors();
});

afterAll(async () => {
  await until('no process is left', () => processesWith(marker).length === 0);
  await until('no descriptor is left', () => openDescriptors() <= descriptors);
  capture.close();
  os[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

function begin(request: SpawnRequestPart, timeoutMs: number, onVerdict: (verdict: Verdict) => void): Cancel {
  const onExit = (pid: number, callback: Parameters<Parameters<typeof askCommand>[0]['onExit']>[1]) => {
    const stop = os.onChildExit((exit) => {
      if (exit.pid !== pid) return;
      stop();
      callback(exit);
    });
  };
  const env = ['PATH=/usr/bin:/bin', marker];
  return askCommand({ os, capture, request: { env, ...request }, timeoutMs, onExit, onVerdict });
}

type SpawnRequestPart = Pick<SpawnRequest, 'file' | 'argv'> & Partial<SpawnRequest>;
const shell = (script: string, more: Partial<SpawnRequest> = {}): SpawnRequestPart => ({
  file: '/bin/sh',
  argv: ['/bin/sh', '-c', script],
  ...more,
});

function askShell(script: string, more: Partial<SpawnRequest> = {}, timeoutMs = 20_000): Promise<Verdict> {
  return new Promise((settle) => void begin(shell(script, more), timeoutMs, settle));
}

test('status 0 is good, whatever was said', async () => {
  expect(await askShell('echo trouble >&2')).toEqual({ ok: true });
});

test('any other end is bad, with the last line that was said', async () => {
  expect(await askShell('exit 3')).toEqual({ ok: false, why: 'exited with status 3' });
  const why = 'exited with status 1: "second \\x1b[31m"';
  expect(await askShell('echo first; printf "second \\033[31m\\n\\n" >&2; exit 1')).toEqual({ ok: false, why });
  expect(await askShell('kill -SEGV $$')).toEqual({ ok: false, why: 'was ended by SIGSEGV' });
});

test('a command that cannot be started says why', async () => {
  const file = join(folder, 'none');
  const verdict = await new Promise((settle) => void begin({ file, argv: [file] }, 20_000, settle));
  expect(verdict).toEqual({ ok: false, why: `could not be started: exec of "${file}" failed with ENOENT` });
});

test('a command that does not end is killed with all its children at its time limit', async () => {
  const verdict = await askShell('echo waiting for godot; sleep 600 & sleep 600', {}, 1_000);
  expect(verdict).toEqual({ ok: false, why: 'did not end within 1 s: "waiting for godot"' });
  await until('all of them have gone', () => processesWith(marker).length === 0);
});

test('a command may say more than a pipe holds', async () => {
  const why = 'exited with status 1: "at last"';
  expect(await askShell('head -c 3000000 /dev/zero | tr "\\0" x; echo; echo at last; exit 1')).toEqual({
    ok: false,
    why,
  });
});

test('it has an empty standard input, and the environment and the directory that it was given', async () => {
  const script = 'test "$(cat)" = "" && test "$(pwd)" = "$WHERE"';
  const env = ['PATH=/usr/bin:/bin', marker, `WHERE=${folder}`];
  expect(await askShell(script, { cwd: folder, env })).toEqual({ ok: true });
});

test.skipIf(!isRoot)("it runs as the program's user", async () => {
  const who = await askShell('id -u; exit 1', { uid: 65534, gid: 65534, groups: [65534] });
  expect(who).toEqual({ ok: false, why: 'exited with status 1: "65534"' });
});

test('a cancelled command is killed and has no verdict', async () => {
  const verdicts: Verdict[] = [];
  const pidFile = join(folder, 'pid');
  const cancel = begin(shell(`echo $$ > ${pidFile}; sleep 600`), 600_000, (verdict) => verdicts.push(verdict));
  const pid = await until('it runs', () => Number(readFileSync(pidFile, 'utf8').trim()) || undefined);
  cancel();
  cancel();
  await until('it has gone', () => seeProcess(pid) === undefined && processesWith(marker).length === 0);
  expect(verdicts).toEqual([]);
});
