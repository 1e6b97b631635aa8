import { expect, test } from 'vitest';
import { hostRows } from '../../../../../src/ctl/dashboard/views/host.ts';
import { viewText, wordsOf } from '../../../../support/view-text.ts';

const now = 1_700_000_000_000;
const G = 1024 ** 3;
const host = {
  hostname: 'box',
  identifier: 'supervisor',
  version: '0.1.0',
  pid: 4711,
  started: now / 1000 - 90_000,
  cpus: 2,
  load: [1.75, 0.5, 0.25] as const,
  memtotal: 8 * G,
  memavailable: 5 * G,
  rss: 45 * 1024 * 1024,
  openfiles: 34,
  maxfiles: 1024,
  disks: [{ path: '/var/log/supervisor', total: 40 * G, free: G, logs: 1.25 * G }],
};

test('load, memory, files and disks are bars with their share in numbers and words', () => {
  const rows = hostRows(host, { now, width: 90 });
  expect(viewText(rows, 90)).toMatchInlineSnapshot(`
    "
    Host     box, 2 cores
    Load     ██████████████████░░  88% high 1.75 0.50 0.25  (1, 5, 15 minutes)
    Memory   ████████░░░░░░░░░░░░  38% 3.0G of 8.0G
    Daemon   supervisor, tssupervisord 0.1.0, pid 4711, up 1 d 1 h, 45M resident
    Files    █░░░░░░░░░░░░░░░░░░░   3% 34 of 1024 open
    Disk     ████████████████████  98% FULL 1.0G free of 40G, logs take 1.3G  /var/log/superv…
    "
  `);
  expect(wordsOf(rows, 'bad')).toHaveLength(1);
});

test('a narrow screen has no bars, and a terminal without Unicode has others', () => {
  expect(viewText(hostRows({ ...host, maxfiles: 0 }, { now, width: 40 }), 40)).toMatchInlineSnapshot(`
    "
    Host     box, 2 cores
    Load      88% high 1.75 0.50 0.25  (1, …
    Memory    38% 3.0G of 8.0G
    Daemon   supervisor, tssupervisord 0.1.…
    Files    34 open, no limit
    Disk      98% FULL 1.0G free of 40G, lo…
    "
  `);
  expect(viewText(hostRows(host, { now, width: 60, isUnicode: false }), 60)).toContain(
    'Load     ##################..  88% high',
  );
});
