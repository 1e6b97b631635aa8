import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { treeBytes } from '../../../src/daemon/os/memory-use.ts';
import { startDaemon } from '../../support/daemon.ts';
import { logLines, script } from './support.ts';

test('the memory of a process counts what its children use', async () => {
  const child = spawn(
    'sh',
    ['-c', 'python3 -c "import sys; b = bytearray(30 << 20); print(1, flush=True); sys.stdin.read()"; true'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  await once(child.stdout, 'data');
  expect(treeBytes(child.pid ?? 0)).toBeGreaterThan(30 << 20);
  child.stdin.end();
  await once(child, 'exit');
  expect(treeBytes(child.pid ?? 0)).toBe(0);
});

test('max_age: each is restarted in time, never two at once', async () => {
  const web = script(
    'web',
    'exec sleep 600',
    'process_name=%(program_name)s_%(process_num)d',
    'numprocs=3',
    'startsecs=0',
    'max_age=2s~40%',
  );
  await using daemon = await startDaemon({ config: web });
  await daemon.until('each has been restarted', () =>
    [0, 1, 2].every((number) => (daemon.log().match(new RegExp(`success: web_${number} `, 'g')) ?? []).length >= 2),
  );
  let down = 0;
  for (const { text } of logLines(daemon)) {
    if (text.startsWith('stopped: web_')) down += 1;
    else if (text.startsWith('success: web_') && down > 0) down -= 1;
    expect(down).toBeLessThanOrEqual(1);
  }
  expect(daemon.log()).toContain('it has reached max_age');
});
