// What .ci/run tries with each Node, and with the package as npm installs it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { checkout, dist, startDaemon } from '../../support/daemon.ts';

const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string };

test.each(['tssupervisord', 'tssupervisorctl', 'tspidproxy', 'tsecho_supervisord_conf'])(
  '%s --version says which tssupervisor it is',
  async (command) => {
    const result = await runCommand([process.execPath, join(dist, `${command}.cjs`), '--version']);
    expect(result).toEqual({ stdout: `tssupervisor ${version}\n`, stderr: '', code: 0 });
  },
);

test('a program is started, shown, read, stopped, and the daemon ends with status 0', async () => {
  await using daemon = await startDaemon({ config: '[program:speaker]\ncommand=sh -c "echo hello; exec cat"\n' });
  await daemon.until('it runs', async () => /^speaker +RUNNING +pid \d+, /.test((await daemon.ctl('status')).stdout));
  expect(await daemon.ctl('tail', 'speaker')).toEqual({ stdout: 'hello\n\n', stderr: '', code: 0 });
  expect(await daemon.ctl('stop', 'speaker')).toEqual({ stdout: 'speaker: stopped\n', stderr: '', code: 0 });
  expect(await daemon.ctl('start', 'speaker')).toEqual({ stdout: 'speaker: started\n', stderr: '', code: 0 });
  expect(await daemon.ctl('shutdown')).toEqual({ stdout: 'Shut down\n', stderr: '', code: 0 });
  expect(await daemon.ended).toBe(0);
});
