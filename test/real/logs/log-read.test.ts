import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readLog, tailLog } from '../../../src/daemon/logs/log-read.ts';
import { faultCodes } from '../../../src/rpc/faults.ts';
import { debian, startDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';

const offsets = [-100, -12, -11, -10, -3, -1, 0, 1, 5, 9, 10, 11, 12, 100];
const lengths = [-5, -1, 0, 1, 3, 5, 6, 10, 11, 12, 100];

needs('supervisor').test('every part of a log is the one that Supervisor answers', async () => {
  const programs = ['full', 'empty', 'missing', 'folder'];
  const config = programs
    .map((name) => `[program:${name}]\ncommand=cat\nautostart=false\nstdout_logfile=%(here)s/${name}.log\n`)
    .join('');
  await using daemon = await startDaemon({
    kind: debian,
    config: `${config}[program:off]\ncommand=cat\nautostart=false\nstdout_logfile=NONE\n`,
  });
  writeFileSync(join(daemon.dir, 'full.log'), '0123456789\n');
  writeFileSync(join(daemon.dir, 'empty.log'), '');
  mkdirSync(join(daemon.dir, 'folder.log'));
  chmodSync(join(daemon.dir, 'full.log'), 0o600);

  let compared = 0;
  for (const name of [...programs, 'off']) {
    const path = name === 'off' ? undefined : join(daemon.dir, `${name}.log`);
    for (const offset of offsets) {
      for (const length of lengths) {
        const read = await daemon.rpc('supervisor.readProcessStdoutLog', name, offset, length).then(
          (text) => ({ text }),
          (fault: { code: number }) => ({ code: fault.code }),
        );
        const own = readLog(path, offset, length);
        const said = 'fault' in own ? { code: faultCodes[own.fault] } : own;
        expect(said, `read ${name} ${offset} ${length}`).toEqual(read);
        const tail = await daemon.rpc('supervisor.tailProcessStdoutLog', name, offset, length);
        const { text, offset: next, overflow } = tailLog(path, offset, length);
        expect([text, next, overflow], `tail ${name} ${offset} ${length}`).toEqual(tail);
        compared += 1;
      }
    }
  }
  expect(compared).toBe(5 * offsets.length * lengths.length);
});
