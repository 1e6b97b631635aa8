import { expect } from 'vitest';
import { copyConfig } from '../../support/config-copy.ts';
import { debian, startDaemon } from '../../support/daemon.ts';
import { freePortHundred } from '../../support/ports.ts';
import { needs } from '../../support/skips.ts';

// With our daemon the demo runs as users run it: ../package/start.test.ts.
needs('supervisor').test("Debian's supervisord runs the demo as well", async () => {
  const hundred = await freePortHundred(4);
  const { dir, config } = copyConfig('demo', [], {
    ' 81%(process_num)02d': ` ${hundred}%(process_num)02d`,
    '/tmp/tssupervisor-demo': '%(here)s',
  });
  await using daemon = await startDaemon({ kind: debian, config, dir });
  for (const index of [0, 1, 2, 3]) {
    const page = () => fetch(`http://127.0.0.1:${hundred * 100 + index}/`).then((answer) => answer.text());
    expect(await daemon.until('the server answers', page)).toContain(`web_0${index}, pid `);
  }
  const { stdout } = await daemon.ctl('status');
  const names = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  expect(names).toEqual(['logger', 'web:web_00', 'web:web_01', 'web:web_02', 'web:web_03', 'worker']);
});
