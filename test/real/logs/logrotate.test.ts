/**
 * logrotate as people set it up for Supervisor: it renames the logs, then has the daemon open them anew with USR2; or,
 * for those who may not signal it, copies and empties them.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { describeKinds, program, textOf, untilState } from '../daemon/support.ts';

const ROTATIONS = 4;

/** A thousand lines a second, until there is a file that says enough. */
const writer = `perl -e '$| = 1; for ($i = 1; !-e "enough"; $i++) { print "line $i\\n"; select undef, undef, undef, 0.001 }'`;

const config = `
[supervisord]
logfile=%(here)s/supervisord.log
logfile_maxbytes=0
pidfile=%(here)s/supervisord.pid
childlogdir=%(here)s

${program('talker', writer, 'autorestart=false', 'startsecs=0', 'directory=%(here)s', 'stdout_logfile=%(here)s/talker.log', 'stdout_logfile_maxbytes=0')}`;

const renaming = (dir: string) => `
${dir}/*.log {
  rotate 9
  sharedscripts
  postrotate
    kill -USR2 $(cat ${dir}/supervisord.pid)
  endscript
}
`;
const copying = (dir: string) => `${dir}/talker.log {\n  rotate 9\n  copytruncate\n}\n`;

async function rotate(daemon: TestDaemon, text: (dir: string) => string): Promise<void> {
  const file = join(daemon.dir, 'logrotate.conf');
  writeFileSync(file, text(daemon.dir), { mode: 0o644 });
  const argv = ['/usr/sbin/logrotate', '--force', '--state', join(daemon.dir, 'state'), file];
  expect(await runCommand(argv)).toEqual({ stdout: '', stderr: '', code: 0 });
}

/** The log and what was rotated away, oldest first. */
function everything(log: string): string {
  const rotated = Array.from({ length: 9 }, (_, index) => `${log}.${9 - index}`).filter((file) => existsSync(file));
  return [...rotated, log].map((file) => readFileSync(file, 'utf8')).join('');
}

describeKinds('logrotate with {kind}', (kind) => {
  const { test } = needs('logrotate');

  test('renames and signals, and no line is lost', async () => {
    await using daemon = await startDaemon({ kind, config });
    const log = join(daemon.dir, 'talker.log');
    for (let times = 1; times <= ROTATIONS; times += 1) {
      await daemon.until('there is something to rotate', () => textOf(log).includes('line'));
      await rotate(daemon, renaming);
      expect(statSync(`${log}.${times}`).size).toBeGreaterThan(0);
    }
    await daemon.until('the last log is written to', () => textOf(log).includes('line'));
    writeFileSync(join(daemon.dir, 'enough'), '');
    await untilState(daemon, 'talker', 'EXITED');

    const lines = everything(log).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(ROTATIONS);
    expect(lines).toEqual(lines.map((_, index) => `line ${index + 1}`));
    const main = everything(join(daemon.dir, 'supervisord.log'));
    expect(main).toBe(daemon.log().slice(-main.length));
    expect(main.match(/ INFO supervisord logreopen$/gm)).toHaveLength(ROTATIONS);
  });

  test('copies and empties, and the log goes on from its start', async () => {
    await using daemon = await startDaemon({ kind, config });
    const log = join(daemon.dir, 'talker.log');
    await daemon.until('there is something to rotate', () => textOf(log).length > 200);
    await rotate(daemon, copying);
    await daemon.until('the emptied log is written to', () => textOf(log).includes('line'));
    expect(textOf(log)).toMatch(/^[line \d\n]+$/); // where it was emptied is no hole of zeros
    expect(textOf(`${log}.1`)).toMatch(/^line 1\n(line \d+\n)+$/);
    writeFileSync(join(daemon.dir, 'enough'), '');
    await untilState(daemon, 'talker', 'EXITED');
  });
});
