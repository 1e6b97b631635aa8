import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clearAutoLogs, makeAutoLog } from '../../../src/daemon/logs/auto-names.ts';
import { LogDir } from './support/log-dir.ts';

test('an AUTO log is an empty file that only its owner reads, named for process, channel and identifier', () => {
  using dir = new LogDir();
  const made = makeAutoLog(dir.path, 'web_00', 'stderr', 'supervisor');
  if ('code' in made) throw new Error(made.code);
  expect(made.path.slice(dir.path.length + 1)).toMatch(/^web_00-stderr---supervisor-[a-z0-9_]{8}\.log$/);
  expect(statSync(made.path)).toMatchObject({ size: 0, mode: 0o100600 });
  expect(makeAutoLog(dir.path, 'web_00', 'stderr', 'supervisor')).not.toEqual(made);
  expect(makeAutoLog(dir.at('missing'), 'web', 'stdout', 'x')).toEqual({ code: 'ENOENT' });
});

test('the AUTO logs and backups of this identifier are cleaned up, nothing else', () => {
  using dir = new LogDir();
  const own = ['a-stdout---one-abcdefgh.log', 'b-stderr---one-abcdefgh.log.1', 'c-stdout---one-12345678.log.10'];
  const other = ['a-stdout---two-abcdefgh.log', 'a.log', '---one-abcdefgh.log', 'a-stdout---one-ab cd.log'];
  for (const name of [...own, ...other]) writeFileSync(dir.at(name), '');
  expect(clearAutoLogs(dir.path, 'one')).toEqual([]);
  expect(dir.names()).toEqual(other.sort());
});

test('an identifier is taken as it is written', () => {
  using dir = new LogDir();
  writeFileSync(dir.at('a-stdout---oXne-abcdefgh.log'), '');
  writeFileSync(dir.at('a-stdout---o.ne-abcdefgh.log'), '');
  expect(clearAutoLogs(dir.path, 'o.ne')).toEqual([]);
  expect(dir.names()).toEqual(['a-stdout---oXne-abcdefgh.log']);
});

test('what cannot be cleaned up is a warning', () => {
  using dir = new LogDir();
  mkdirSync(dir.at('a-stdout---one-abcdefgh.log'));
  expect(clearAutoLogs(dir.path, 'one')).toEqual([`Failed to clean up '${dir.at('a-stdout---one-abcdefgh.log')}'`]);
  expect(clearAutoLogs(dir.at('missing'), 'one')).toEqual(['Could not clear childlog dir']);
});
