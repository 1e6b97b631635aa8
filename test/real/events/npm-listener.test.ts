/** A listener written with npm's supervisord-eventlistener, unchanged, under both daemons. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDaemon } from '../../support/daemon.ts';
import { describeKinds, script, textOf } from '../daemon/support.ts';

const library = createRequire(import.meta.url).resolve('supervisord-eventlistener');

/** It hears of a payload only if it comes with its header in one read, so this shows that both are written as one. */
const source = `
const { appendFileSync } = require('node:fs');
const supervisor = require(${JSON.stringify(library)});
supervisor.on('event', (type, headers, data) => {
  const { processname, from_state } = data ?? {};
  appendFileSync(process.argv[2], [type, headers.serial, processname, from_state].join(' ') + '\\n');
});
supervisor.listen(process.stdin, process.stdout);
`;

describeKinds('npm’s supervisord-eventlistener under {kind}', (kind) => {
  test('is told every event and asks for the next', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-npm-'));
    const record = join(dir, 'record');
    writeFileSync(join(dir, 'listener.cjs'), source);
    await using daemon = await startDaemon({
      kind,
      dir,
      config:
        `[eventlistener:node]\ncommand=${process.execPath} ${dir}/listener.cjs ${record}\n` +
        'events=PROCESS_STATE_STARTING,PROCESS_STATE_RUNNING,PROCESS_STATE_EXITED,SUPERVISOR_STATE_CHANGE\n\n' +
        script('job', 'exit 0', 'autostart=false', 'startsecs=0', 'autorestart=false'),
    });
    await daemon.until('it listens', () => textOf(record).includes('node STARTING'));
    await daemon.rpc('supervisor.startProcess', 'job', false);
    await daemon.until('it has heard of the end', () => textOf(record).includes('PROCESS_STATE_EXITED'));
    expect(textOf(record)).toBe(
      [
        'SUPERVISOR_STATE_CHANGE_RUNNING 0  ',
        'PROCESS_STATE_STARTING 1 node STOPPED',
        'PROCESS_STATE_RUNNING 2 node STARTING',
        'PROCESS_STATE_STARTING 3 job STOPPED',
        'PROCESS_STATE_RUNNING 4 job STARTING',
        'PROCESS_STATE_EXITED 5 job RUNNING',
        '',
      ].join('\n'),
    );
  });
});
