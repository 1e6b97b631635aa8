import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { checkout } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';

const shipped = readFileSync(join(checkout, 'etc/tssupervisord.service'), 'utf8');

needs('systemd').describe('etc/tssupervisord.service', () => {
  const { test } = needs('systemd');
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** systemd wants the commands to be there: /bin/true stands for those that are not installed. */
  function verify(unit: string) {
    const file = join(dir, 'tssupervisord.service');
    writeFileSync(file, unit.replaceAll(/\/usr\/local\/bin\/tssupervisor(d|ctl)/g, '/bin/true'));
    return runCommand(['systemd-analyze', 'verify', '--man=no', file]);
  }

  test('is a unit that systemd accepts without a word', async () => {
    expect(await verify(shipped)).toEqual({ stdout: '', stderr: '', code: 0 });
  });

  test('would not be accepted with a misspelt key', async () => {
    const { stderr } = await verify(shipped.replace('KillMode=', 'KilMode='));
    expect(stderr).toContain("Unknown key 'KilMode'");
  });

  test('runs the two commands of this package', () => {
    const commands = shipped.match(/(?<=^Exec\w+=)\S+/gm);
    const { bin } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { bin: object };
    expect(commands).toHaveLength(3);
    for (const command of commands ?? []) expect(Object.keys(bin)).toContain(command.replace('/usr/local/bin/', ''));
  });
});
