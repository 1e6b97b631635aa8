/** `wait`, with a daemon of ours, one that goes away, and Supervisor's. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CountingProxy } from '../../support/counting-proxy.ts';
import { debian, ours, startDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { program, script, textOf, withDaemon } from '../daemon/support.ts';

const config = [
  program('probed', 'cat', 'startsecs=0', 'ready=exec:sh %(here)s/probe.sh', 'ready_timeout=60'),
  program('plain', 'cat', 'startsecs=0'),
  script('once', 'read line', 'startsecs=0', 'autorestart=false'),
  program('off', 'cat', 'startsecs=0', 'autostart=false'),
].join('');

/** A request that `wait` makes to see where everything stands. */
const asks = (proxy: CountingProxy) => proxy.paths.filter((path) => path === '/rpc').length;

function options() {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  writeFileSync(join(dir, 'probe.sh'), `echo >>${dir}/tries; test -e ${dir}/is-ready`);
  return { dir, config };
}

withDaemon('wait', options, (daemon) => {
  test('who is late is told with the reason, and the exit status is 1', async () => {
    const { stdout, code } = await daemon().ctl('wait', 'plain', 'probed', 'off', '--timeout', '300ms');
    const [first, ...late] = stdout.trimEnd().split('\n');
    expect(first).toBe('plain: ready');
    expect(late).toEqual([
      expect.stringMatching(/^probed: not ready after 0.3 s: STARTING, .*exit/),
      'off: not ready after 0.3 s: STOPPED',
    ]);
    expect(code).toBe(1);
  });

  test('wait ends when all are ready, and not before', async () => {
    const socket = join(daemon().dir, 'counted.sock');
    await using proxy = await CountingProxy.open(socket, daemon().socket);
    const waiting = daemon().ctl('-s', `unix://${socket}`, 'wait', 'p*', 'once', '--timeout', '60s');
    await daemon().until('it follows the events', () => proxy.paths.some((path) => path.startsWith('/events')));
    await daemon().until('it has asked', () => asks(proxy) > 0);
    // While nothing changes nothing is asked, though the probe is tried.
    const tries = () => textOf(join(daemon().dir, 'tries')).length;
    const [triesThen, asksThen] = [tries(), asks(proxy)];
    await daemon().until('the probe has been tried again and again', () => tries() > triesThen + 2);
    expect(asks(proxy)).toBe(asksThen);
    writeFileSync(join(daemon().dir, 'is-ready'), '');
    const { stdout, stderr, code } = await waiting;
    expect(stdout.trimEnd().split('\n').toSorted()).toEqual(['once: ready', 'plain: ready', 'probed: ready']);
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('each of the states can be waited for', async () => {
    expect((await daemon().ctl('wait', 'off', '--for', 'stopped')).stdout).toBe('off: stopped\n');
    const waiting = daemon().ctl('wait', 'once', '--for', 'exited', '--json');
    await daemon().rpc('supervisor.sendProcessStdin', 'once', 'bye\n');
    const { stdout, code } = await waiting;
    const once = { group: 'once', name: 'once', statename: 'EXITED', serving: false, why: expect.any(String) };
    expect(JSON.parse(stdout)).toEqual({ ok: true, exitcode: 0, processes: [{ ...once, isthere: true }] });
    expect(code).toBe(0);
    const starting = daemon().ctl('wait', 'off', '--for=running');
    await daemon().rpc('supervisor.startProcess', 'off');
    expect(await starting).toMatchObject({ stdout: 'off: running\n', code: 0 });
  });

  test('a name that there is not ends it at once', async () => {
    expect(await daemon().ctl('wait', 'nobody', 'plain', '--timeout', '0')).toMatchObject({
      stdout: expect.stringContaining('nobody: ERROR (no such process)\n'),
      stderr: '',
      code: 1,
    });
  });
});

test('a daemon that goes away is waited for, and asked when it is back', async () => {
  const off = (autostart: boolean) => program('off', 'cat', 'startsecs=0', `autostart=${autostart}`);
  await using daemon = await startDaemon({ config: off(false) });
  const socket = join(daemon.dir, 'counted.sock');
  await using proxy = await CountingProxy.open(socket, daemon.socket);
  const waiting = daemon.ctl('-s', `unix://${socket}`, 'wait', 'off', '--timeout', '60s');
  await daemon.until('it has asked', () => asks(proxy) > 0);
  daemon.writeConfig(off(true));
  await daemon.rpc('supervisor.restart');
  expect(await waiting).toMatchObject({ stdout: 'off: ready\n', stderr: '', code: 0 });
});

needs('supervisor').test('Supervisor tells of nothing, and wait says so', async () => {
  await using daemon = await startDaemon({ kind: debian, config: program('cat', 'cat') });
  expect(await daemon.ctlOf(ours, 'wait', 'cat')).toMatchObject({
    stdout: 'ERROR: this daemon tells nothing of its processes: it is Supervisor, or an older tssupervisord\n',
    stderr: '',
    code: 1,
  });
});
