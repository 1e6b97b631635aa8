/** What the answers to dashboards are made of. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { newProcess } from '../../../../src/daemon/core/process-record.ts';
import { Feed } from '../../../../src/daemon/events/feed.ts';
import { shown } from '../../../../src/daemon/insight/environment.ts';
import { disksOf } from '../../../../src/daemon/insight/host.ts';
import { readStat } from '../../../../src/daemon/insight/process-samples.ts';
import { since } from '../../../../src/daemon/insight/why.ts';

const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('a variable of the environment', () => {
  test.each(['API_KEY', 'secret', 'GITHUB_TOKEN', 'PGPASSWORD', 'DB_PASS', 'CREDENTIALS'])('%s is a secret', (name) => {
    expect(shown(name, 'x', false)).toEqual({ name, value: '***', masked: true });
    expect(shown(name, 'x', true)).toEqual({ name, value: 'x', masked: false });
  });

  test.each(['PWD', 'PATH', 'LANG', 'PORT'])('%s is none', (name) => {
    expect(shown(name, 'x', false)).toEqual({ name, value: 'x', masked: false });
  });

  test('the password in a URL is one, the rest is not', () => {
    const value = 'amqp://me:p%40w@one:5672/x postgres://other:pw@two/y';
    expect(shown('URLS', value, false)).toEqual({
      name: 'URLS',
      value: 'amqp://me:***@one:5672/x postgres://other:***@two/y',
      masked: true,
    });
    expect(shown('URL', 'http://host:80/a@b', false).masked).toBe(false);
  });

  test('one that is empty hides nothing', () => {
    expect(shown('TOKEN', '', false)).toEqual({ name: 'TOKEN', value: '', masked: false });
  });
});

test('CPU time and memory are found behind a name with brackets and blanks', () => {
  const stat = '7 (a) R (b c) S 1 7 7 0 -1 4194304 1 2 3 4 11 22 33 44 20 0 1 0 100 8192 5 184467';
  expect(readStat(stat)).toEqual({ usage: [(11 + 22 + 33 + 44) * 10, 5 * 4096], threads: 1 });
});

test('logs of one disk are summed up, old ones included, and nothing else', async () => {
  mkdirSync(join(dir, 'other'));
  for (const [name, size] of [
    ['web.log', 100],
    ['web.log.1', 20],
    ['web.log.gz', 1000],
    ['unknown.log', 1000],
    ['other/d.log', 3],
  ] as const)
    writeFileSync(join(dir, name), 'x'.repeat(size));
  const disks = await disksOf([join(dir, 'web.log'), join(dir, 'other/d.log'), join(dir, 'gone/x.log')]);
  expect(disks).toHaveLength(1);
  expect(disks[0]).toMatchObject({ path: dir, logs: 123 });
  expect(disks[0]?.free).toBeLessThanOrEqual(disks[0]?.total ?? 0);
});

test('since when it is in its state: as the feed knows, else its last start or end', () => {
  const feed = new Feed('life', 2);
  const tell = (name: string, at: number) => feed.publish(`PROCESS_STATE_${name}`, { group: 'a', name: 'a' }, at);
  const record = { ...newProcess, startEpoch: 40, stopEpoch: 50 };
  tell('BACKOFF', 60_900);
  expect(since({ ...record, state: { name: 'BACKOFF', retryAt: 1 } }, 'a:a', feed)).toBe(60);
  tell('STARTING', 61_000);
  tell('RUNNING', 62_000);
  expect(since({ ...record, state: { name: 'BACKOFF', retryAt: 1 } }, 'a:a', feed)).toBe(50);
  expect(since({ ...record, state: { name: 'RUNNING', pid: 1 } }, 'a:a', feed)).toBe(62);
  expect(since({ ...record, state: { name: 'RUNNING', pid: 1 } }, 'b:b', feed)).toBe(40);
});
