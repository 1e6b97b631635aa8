import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { debian, isAlive, startDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';

needs('supervisor').describe('the daemon of a test', () => {
  const { test } = needs('supervisor');

  test('answers its control command and XML-RPC as soon as it is there, and leaves nothing behind', async () => {
    const daemon = await startDaemon({ kind: debian, config: '[program:cat]\ncommand=cat\nstartsecs=0\n' });
    const { pid } = await daemon.until('cat runs', async () => {
      const info = await daemon.rpc('supervisor.getProcessInfo', 'cat');
      return (info as { statename: string }).statename === 'RUNNING' && (info as { pid: number });
    });
    expect(await daemon.ctl('status')).toMatchObject({ stdout: expect.stringMatching(/^cat +RUNNING/), code: 0 });
    await expect(daemon.rpc('supervisor.startProcess', 'dog')).rejects.toThrow('BAD_NAME: dog');
    expect(await daemon.stop()).toBe(0);
    expect(isAlive(pid)).toBe(false);
    expect(isAlive(daemon.pid)).toBe(false);
    expect(existsSync(daemon.dir)).toBe(false);
  });

  test('whose child has hidden in a session of its own fails the test, and the child is killed', async () => {
    const daemon = await startDaemon({
      kind: debian,
      config: `[program:hider]\ncommand=sh -c 'setsid sleep 1000 & exec cat'\n`,
    });
    const hidden = await daemon.until('the child has hidden', () =>
      daemon.descendants().find(({ command }) => command === 'sleep 1000'),
    );
    await expect(daemon.stop()).rejects.toThrow('sleep 1000');
    expect(isAlive(hidden.pid)).toBe(false);
  });

  test('that ends at once fails the test with its own words', async () => {
    await expect(startDaemon({ kind: debian, config: '[program:nothing]\n' })).rejects.toThrow(
      /does not specify a com/,
    );
  });
});
