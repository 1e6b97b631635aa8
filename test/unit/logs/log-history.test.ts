import { appendFileSync, mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogHistory } from '../../../src/daemon/logs/log-history.ts';

let dir = '';
let now = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tssupervisor-history-'));
  now = Date.now() - 3_600_000;
});
afterEach(() => rmSync(dir, { recursive: true }));

const path = () => join(dir, 'a.log');

/** So long after what was written before. */
function write(history: LogHistory, text: string, afterMs: number): number {
  now += afterMs;
  appendFileSync(path(), text);
  utimesSync(path(), now / 1000, now / 1000);
  history.note(path(), statSync(path()).size);
  return now;
}

test('it begins with a whole line, though the rest of it was written earlier', () => {
  const history = new LogHistory(() => now);
  write(history, 'one\ntw', 0);
  const second = write(history, 'o\nthree\n', 60_000);
  write(history, 'four\n', 60_000);
  expect(history.since(path(), second)).toEqual({ offset: 4, isCut: false });
  expect(history.since(path(), second + 1)).toEqual({ offset: 'one\ntwo\nthree\n'.length, isCut: false });
  expect(history.since(path(), now + 11)).toEqual({ offset: statSync(path()).size, isCut: false });
});

test('of a log that it has not written all counts as new, or nothing', () => {
  writeFileSync(path(), 'theirs\n');
  const history = new LogHistory();
  expect(history.since(path(), Date.now() - 60_000).offset).toBe(0);
  expect(history.since(path(), Date.now() + 60_000).offset).toBe(7);
  expect(history.since(join(dir, 'none'), 0)).toEqual({ offset: 0, isCut: false });
});

test('what has been rotated away since is missed, and that is said', () => {
  const history = new LogHistory(() => now);
  const first = write(history, 'one\n', 0);
  renameSync(path(), `${path()}.1`);
  write(history, '2\n', 60_000);
  expect(history.since(path(), first - 1)).toEqual({ offset: 0, isCut: true });
  expect(history.since(path(), first + 1000)).toEqual({ offset: 0, isCut: false });
});
