import { test } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';

test('memory_limit: twice in a row above, and it is restarted', async () => {
  const grown = `python3 -c "import time; b = bytearray(60 << 20); time.sleep(600)"`;
  await using daemon = await startDaemon({
    config: `[program:grown]\ncommand=${grown}\nstartsecs=0\nmemory_limit=40MB\nautorestart=false\n`,
  });
  await until(
    'it is restarted',
    () =>
      /restarting: grown \(pid \d+\): it uses \d\d(\.\d)? MB of memory, more than memory_limit \(40 MB\)/.test(
        daemon.log(),
      ),
    { deadlineMs: 60_000, evidence: () => daemon.log() },
  );
  await daemon.until('it is back', () => (daemon.log().match(/success: grown/g) ?? []).length === 2);
});
