import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { residentBytes } from '../../support/footprint.ts';
import { infoOf, program, textOf, untilState } from './support.ts';

/** Buffers, a larger pipe, the events that wait for a listener, garbage. */
const MAX_GROWTH_BYTES = 100_000_000;

function flood(name: string, megabytes: number, ...settings: readonly string[]): string {
  const command = `${process.execPath} ${join(import.meta.dirname, 'fixtures/floods.mjs')} ${name} ${megabytes}`;
  const common = ['autostart=false', 'startsecs=0', 'autorestart=false', 'stdout_logfile_maxbytes=1MB'];
  return program(name, command, ...common, 'stdout_logfile_backups=1', ...settings);
}

const events = 'stdout_events_enabled=true';
const captures = 'stdout_capture_maxbytes=100KB';
/** It never says READY: what is said of the floods waits for it. */
const deaf = '[eventlistener:deaf]\ncommand=sleep 1000\nevents=PROCESS_LOG,PROCESS_COMMUNICATION\n\n';
const sections =
  '[supervisord]\nstrip_ansi=true\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nchildlogdir=%(here)s\n\n';

describe('output that nobody should write', () => {
  let daemon: TestDaemon;

  beforeAll(async () => {
    const floods = [
      flood('line', 100),
      flood('no-text', 60, events, captures),
      flood('colours', 20, events),
      flood('never-closed', 30, events, captures),
      flood('many-marks', 1, events, captures),
    ];
    daemon = await startDaemon({ config: sections + deaf + floods.join('') + program('bystander', 'cat') });
  });
  afterAll(() => daemon.stop());

  test.each([
    ['line', '100 MB without a line end'],
    ['no-text', 'bytes that are no UTF-8'],
    ['colours', 'storms of escape sequences'],
    ['never-closed', 'a mark that is never closed'],
    ['many-marks', 'mark upon mark'],
  ])('%s: %s costs little memory and keeps nobody waiting', async (name) => {
    const before = residentBytes(daemon.pid);
    let most = before;
    await daemon.rpc('supervisor.startProcess', name);
    await daemon.until(`${name} has ended`, async () => {
      most = Math.max(most, residentBytes(daemon.pid));
      return (await infoOf(daemon, name)).statename === 'EXITED';
    });
    expect(await infoOf(daemon, name)).toMatchObject({ exitstatus: 0 });
    expect(most - before).toBeLessThan(MAX_GROWTH_BYTES);
    expect(daemon.log()).not.toContain('Bug');
  });

  test('of escape sequences no colour is left, and what stood behind an open mark is in no log', async () => {
    const log = async (name: string) => textOf((await infoOf(daemon, name)).stdout_logfile);
    expect(await log('colours')).not.toContain('[31m');
    expect(await log('never-closed')).toBe('');
  });
});

test('a program that never reads its stdin is sent 4 MB, then the call is refused and the daemon has not grown', async () => {
  await using daemon = await startDaemon({ config: program('deaf', 'sleep 1000') });
  await untilState(daemon, 'deaf', 'RUNNING');
  const text = 'x'.repeat(500_000);
  let sent = 0;
  await expect(
    (async () => {
      for (; sent < 100; sent++) await daemon.rpc('supervisor.sendProcessStdin', 'deaf', text);
    })(),
  ).rejects.toThrow('NO_FILE: deaf');
  expect(sent).toBe(8);
  const before = residentBytes(daemon.pid);
  const small = { methodName: 'supervisor.sendProcessStdin', params: ['deaf', ''] };
  for (let calls = 0; calls < 10; calls++) await daemon.rpc('system.multicall', Array(1000).fill(small));
  expect(residentBytes(daemon.pid) - before).toBeLessThan(15_000_000);
  await daemon.rpc('supervisor.stopProcess', 'deaf');
  expect((await infoOf(daemon, 'deaf')).statename).toBe('STOPPED');
});

test('a program with a name of XML’s special characters is listed, followed and stopped by it', async () => {
  const name = `a<b>&"c'`;
  await using daemon = await startDaemon({ config: program(name, `sh -c 'echo hello; exec cat'`) });
  await untilState(daemon, name, 'RUNNING');
  expect(await daemon.rpc('supervisor.getAllProcessInfo')).toMatchObject([{ name, group: name }]);
  expect((await daemon.ctl('status')).stdout).toMatch(/^a<b>&"c' +RUNNING/);
  expect((await daemon.ctl('tail', name)).stdout).toMatch(/^hello\n/);
  expect((await daemon.ctl('stop', name)).stdout).toBe(`${name}: stopped\n`);
  await expect(daemon.rpc('supervisor.stopProcess', name)).rejects.toThrow(`NOT_RUNNING: ${name}`);
});
