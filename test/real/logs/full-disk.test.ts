import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ChildOutput } from '../../../src/daemon/logs/child-output.ts';
import { until } from '../../support/until.ts';
import { RealLogs, untilEnded } from './support.ts';

const plain = { name: 'seq', channel: 'stdout', stripAnsi: false, captureMaxBytes: 0 } as const;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

function canMount(): boolean {
  if (!isRoot) return false;
  using logs = new RealLogs();
  const target = logs.at('probe');
  mkdirSync(target);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', target]).status !== 0) return false;
  return spawnSync('umount', [target]).status === 0;
}

test.skipIf(!canMount())(
  'on a full disk (needs mount) programs run on, the loss is counted, and logging resumes by itself',
  async () => {
    using logs = new RealLogs();
    const disk = logs.at('disk');
    mkdirSync(disk);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]).status).toBe(0);
    try {
      writeFileSync(join(disk, 'ballast'), 'x'.repeat(128 * 1024));
      const log = logs.open(join(disk, 'seq.log'));
      let isEnded = false;
      const { ended } = logs.run('seq 1 200000', new ChildOutput({ ...plain, log, onEnd: () => (isEnded = true) }));
      expect(await ended).toBe(0);
      await untilEnded('all was taken', () => isEnded);
      expect(log.droppedBytes).toBeGreaterThan(1_000_000);
      expect(log.droppedBytes + statSync(join(disk, 'seq.log')).size).toBe(1_288_895);
      expect(log.lastError).toBe('ENOSPC');
      expect(logs.notices).toHaveLength(1);

      rmSync(join(disk, 'ballast'));
      const again = logs.open(join(disk, 'seq.log'));
      const { read, write } = logs.pipe();
      logs.output.attach(read, new ChildOutput({ ...plain, log: again }));
      const before = statSync(join(disk, 'seq.log')).size;
      logs.posix.write(write, Buffer.from('again\n'), 0, 6);
      await until('it is logged again', () => statSync(join(disk, 'seq.log')).size === before + 6);
      logs.posix.close(write);
      logs.output.close();
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  },
);

test.skipIf(!existsSync('/dev/full'))('a device without room (/dev/full) drops and counts', async () => {
  using logs = new RealLogs();
  const log = logs.open('/dev/full');
  let isEnded = false;
  const { ended } = logs.run('seq 1 1000', new ChildOutput({ ...plain, log, onEnd: () => (isEnded = true) }));
  expect(await ended).toBe(0);
  await untilEnded('all was taken', () => isEnded);
  expect(log).toMatchObject({ droppedBytes: 3_893, lastError: 'ENOSPC' });
});

test('a directory that may not be written to: the log grows and stays whole', () => {
  using logs = new RealLogs();
  const dir = logs.at('sub');
  mkdirSync(dir);
  const log = logs.open(join(dir, 'a.log'), 10, 2);
  chmodSync(dir, 0o555);
  chmodSync(dirname(dir), 0o755);
  if (isRoot) process.seteuid?.(NOBODY); // root may write everywhere
  try {
    for (let i = 0; i < 10; i += 1) log.write(Buffer.from('0123456789'));
    expect(statSync(join(dir, 'a.log')).size).toBe(100);
    expect(logs.notices).toHaveLength(1);
    expect(logs.files.open(join(dir, 'b.log'), { maxBytes: 0, backups: 0 })).toEqual({ code: 'EACCES' });
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(dir, 0o755);
  }
  log.write(Buffer.from('x'));
  expect(statSync(join(dir, 'a.log.1')).size).toBe(101);
});

test.skipIf(!canMount())('a log that is mounted by itself (needs mount) grows, and its backups move on once', () => {
  using logs = new RealLogs();
  const path = logs.at('a.log');
  for (const [name, text] of Object.entries({ 'a.log': '', 'other.log': '', 'a.log.1': 'one', 'a.log.2': 'two' })) {
    writeFileSync(logs.at(name), text);
  }
  expect(spawnSync('mount', ['--bind', logs.at('other.log'), path]).status).toBe(0);
  const log = logs.open(path, 10, 5);
  try {
    for (let i = 0; i < 5; i += 1) log.write(Buffer.from('0123456789'));
    expect(statSync(path).size).toBe(50);
    expect(logs.notices).toEqual([`Cannot rotate log file "${path}": EBUSY`]);
    expect(readdirSync(logs.dir).sort()).toEqual(['a.log', 'a.log.2', 'a.log.3', 'other.log']);
  } finally {
    log.close();
    spawnSync('umount', [path]);
  }
});
