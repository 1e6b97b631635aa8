import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { moodyProgram, setMood, writeMoodyServer } from '../../support/moody-server.ts';
import { infoOf, untilState } from './support.ts';

interface Detail {
  readonly name: string;
  readonly why: string;
  readonly status: string;
}

let daemon: TestDaemon;

const info = (name: string) => infoOf(daemon, name);
const reaches = (name: string, state: string) => untilState(daemon, name, state);

const notifier = `import os, socket, sys, time
def say(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.sendto(text.encode(), os.environ["NOTIFY_SOCKET"])
open(sys.argv[1], "w").write(os.environ.get("WATCHDOG_USEC", "none"))
while not os.path.exists(sys.argv[2]):
    time.sleep(0.02)
say("READY=1\\nSTATUS=Serving at last")
while os.path.exists(sys.argv[2]):
    say("WATCHDOG=1")
    time.sleep(0.05)
time.sleep(3600)
`;

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  writeMoodyServer(dir);
  writeFileSync(join(dir, 'notifier.py'), notifier);
  const names = ['late', 'never', 'wavering', 'hanging', 'patient'];
  for (const name of names) setMood(dir, name, name === 'late' || name === 'never' ? '503' : '200');
  const ports = new Map<string, number>();
  for (const name of names) ports.set(name, await freePort());
  const moody = (name: string, keys: string) =>
    `${moodyProgram(name, ports.get(name) ?? 0)}autostart=false\nready=http:/healthz\n${keys}\n`;
  const plain = (name: string, command: string, keys: string) =>
    `[program:${name}]\ncommand=${command}\nautostart=false\nstartsecs=0\n${keys}\n\n`;
  daemon = await startDaemon({
    dir,
    config: [
      moody('late', ''),
      moody('never', 'ready_timeout=2s\nstartretries=0\n'),
      moody('wavering', 'ready_interval=50ms\nready_failures=2\n'),
      moody(
        'hanging',
        'live=http:/healthz\nlive_interval=50ms\nlive_timeout=200ms\nlive_failures=2\nautorestart=false\n',
      ),
      moody(
        'patient',
        'live=http:/healthz\nlive_interval=50ms\nlive_timeout=200ms\nlive_failures=1\nlive_action=event\n',
      ),
      plain('quitter', 'sh -c "exit 3"', 'ready=tcp:127.0.0.1:1\nstartretries=0'),
      plain('checked', 'sleep 3600', 'ready=exec:test -e %(here)s/checked\n'),
      plain(
        'speaking',
        'sh -c "while ! test -e %(here)s/speak; do sleep 0.05; done; echo Listening on port 80; sleep 3600"',
        'ready=log:Listening on port \\d+\nstopasgroup=true',
      ),
      plain(
        'telling',
        'python3 %(here)s/notifier.py %(here)s/telling.usec %(here)s/telling',
        'ready=notify\nlive=notify\nlive_interval=1s\nautorestart=false',
      ),
    ].join('\n'),
  });
}, 60_000);
afterAll(() => daemon.stop());

describe('ready', () => {
  test('it is STARTING until its probe says yes, whatever startsecs is', async () => {
    const started = daemon.rpc('supervisor.startProcess', 'late', true);
    await daemon.until('it has been asked', () => daemon.log().includes("spawned: 'late'"));
    const { pid } = await reaches('late', 'STARTING');
    const detail = async () =>
      ((await daemon.rpc('tssupervisor.getProcesses')) as unknown as readonly Detail[]).find(
        ({ name }) => name === 'late',
      );
    await daemon.until('it says what it waits for', async () =>
      (await detail())?.why.startsWith('waiting until it is ready: http:'),
    );
    expect(await detail()).toMatchObject({ serving: false, ready: 'unknown', live: '' });
    setMood(daemon.dir, 'late', '200');
    expect(await started).toBe(true);
    expect(await info('late')).toMatchObject({ statename: 'RUNNING', pid });
    expect(await detail()).toMatchObject({ serving: true, ready: 'good', why: '' });
    expect(daemon.log()).toContain(
      'success: late entered RUNNING state, process has stayed up for > than 0 seconds (startsecs) and is ready',
    );
  });

  test('ready_timeout: it is stopped, and that was a failed start, with what the probe complained of', async () => {
    await expect(daemon.rpc('supervisor.startProcess', 'never', true)).rejects.toThrow('SPAWN_ERROR');
    const { spawnerr } = await reaches('never', 'FATAL');
    expect(spawnerr).toMatch(/^Not ready within 2 seconds: http:127\.0\.0\.1:\d+:\/healthz answered 503/);
  });

  test('an end before it was ready is a failed start, though startsecs is 0', async () => {
    await expect(daemon.rpc('supervisor.startProcess', 'quitter', true)).rejects.toThrow('SPAWN_ERROR');
    expect((await reaches('quitter', 'FATAL')).spawnerr).toBe('Exited before ready (process log may have details)');
  });

  test('ready_interval: it becomes unready and ready again, and nobody restarts it', async () => {
    await daemon.rpc('supervisor.startProcess', 'wavering', true);
    const { pid } = await info('wavering');
    setMood(daemon.dir, 'wavering', '503');
    await daemon.until('it is unready', () => daemon.log().includes('unready: wavering (http:'));
    expect(await info('wavering')).toMatchObject({ statename: 'RUNNING', pid });
    setMood(daemon.dir, 'wavering', '200');
    await daemon.until('it is ready again', () => daemon.log().includes('ready again: wavering'));
    expect(await info('wavering')).toMatchObject({ statename: 'RUNNING', pid });
  });

  test('exec: ready when the command ends with 0', async () => {
    await daemon.rpc('supervisor.startProcess', 'checked', false);
    await reaches('checked', 'STARTING');
    writeFileSync(join(daemon.dir, 'checked'), '');
    await reaches('checked', 'RUNNING');
  });

  test('log: ready when a line says so', async () => {
    await daemon.rpc('supervisor.startProcess', 'speaking', false);
    await reaches('speaking', 'STARTING');
    writeFileSync(join(daemon.dir, 'speak'), '');
    await reaches('speaking', 'RUNNING');
    expect(await daemon.rpc('supervisor.readProcessStdoutLog', 'speaking', 0, 0)).toBe('Listening on port 80\n');
  });
});

describe('live', () => {
  test('one that hangs is restarted, whatever autorestart says', async () => {
    await daemon.rpc('supervisor.startProcess', 'hanging', true);
    const { pid } = await info('hanging');
    setMood(daemon.dir, 'hanging', 'hang');
    await daemon.until('it is restarted', () =>
      daemon.log().includes(`restarting: hanging (pid ${pid}): it is not alive: http:`),
    );
    setMood(daemon.dir, 'hanging', '200');
    expect((await reaches('hanging', 'RUNNING')).pid).not.toBe(pid);
  });

  test('live_action=event only tells', async () => {
    await daemon.rpc('supervisor.startProcess', 'patient', true);
    const { pid } = await info('patient');
    setMood(daemon.dir, 'patient', '503');
    await daemon.until('it is told', () => daemon.log().includes('not alive: patient:patient: http:'));
    setMood(daemon.dir, 'patient', '200');
    await daemon.until('it is told', () => daemon.log().includes(`alive again: patient:patient (pid ${pid})`));
    expect(await info('patient')).toMatchObject({ statename: 'RUNNING', pid });
  });

  test('notify: READY=1 makes it ready, a watchdog that falls silent restarts it', async () => {
    await daemon.rpc('supervisor.startProcess', 'telling', false);
    const { pid } = await reaches('telling', 'STARTING');
    writeFileSync(join(daemon.dir, 'telling'), '');
    await reaches('telling', 'RUNNING');

    expect(readFileSync(join(daemon.dir, 'telling.usec'), 'utf8')).toBe('1000000');
    rmSync(join(daemon.dir, 'telling'));
    await daemon.until('it is restarted', () =>
      daemon.log().includes(`restarting: telling (pid ${pid}): it is not alive: it has not said WATCHDOG=1 for 1 s`),
    );
  });
});
