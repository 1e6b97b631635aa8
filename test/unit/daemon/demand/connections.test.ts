import { expect, test } from 'vitest';
import { lastUse, type TableEntry, tableEntry } from '../../../../src/daemon/demand/connections.ts';
import { inetAddress, unixAddress } from '../../../../src/daemon/os/sockaddr.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

/** A line of /proc/net/tcp, with the ends as they stand there. */
function line(local: string, remote: string, state: string, timer = '00:00000000'): string {
  return `   7: ${local} ${remote} ${state} 00000000:00000000 ${timer} 00000000     0        0 1061 1 00000000572a3fbf\n`;
}

function entryOf(host: string, port: number): TableEntry {
  const entry = tableEntry(inetAddress(host, port), undefined);
  if (entry === undefined) throw new Error('There is no table for it');
  return entry;
}

const ours = '0100007F:1F90';
const other = '0100007F:C000';
const local = entryOf('127.0.0.1', 8080);

test('addresses are written as the kernel writes them', () => {
  expect(local).toEqual({ table: 'tcp', address: '0100007F', port: '1F90' });
  expect(entryOf('::1', 80)).toEqual({ table: 'tcp6', address: '00000000000000000000000001000000', port: '0050' });
  expect(tableEntry(unixAddress('/run/a.sock'), '/run/a.sock')).toEqual({ table: 'unix', path: '/run/a.sock' });
});

test('a connection that is there, that waits or that is half closed is a use now', () => {
  for (const state of ['01', '03', '08']) expect(lastUse(head + line(ours, other, state), local)).toBe(0);
});

test('the listening socket itself, and what is about to end, is no use', () => {
  expect(lastUse(head + line(ours, '00000000:0000', '0A') + line(ours, other, '05'), local)).toBeUndefined();
});

test('other ports and other addresses of the same port are none of ours', () => {
  const table = head + line('0200007F:1F90', other, '01') + line('0100007F:1F91', other, '01');
  expect(lastUse(table, local)).toBeUndefined();
  expect(lastUse(head + line(other, ours, '01'), local)).toBeUndefined();
});

test('a connection that is over tells by its timer how long ago that was', () => {
  // 5,000 of 6,000 hundredths are left.
  const closed = '03:00001388';
  expect(lastUse(head + line(ours, other, '06', closed), local)).toBe(10_000);
  expect(lastUse(head + line(other, ours, '06', closed), local)).toBe(10_000);
  expect(lastUse(head + line(ours, other, '06', closed) + line(ours, other, '06', '03:0000170C'), local)).toBe(1000);
});

test('on all addresses a connection to another machine’s port of that number is none of ours', () => {
  const all = entryOf('0.0.0.0', 8080);
  expect(lastUse(head + line('0500A8C0:1F90', '0900A8C0:C000', '01'), all)).toBe(0);
  expect(lastUse(head + line('0500A8C0:C000', '0900A8C0:1F90', '06', '03:00001388'), all)).toBeUndefined();
  expect(lastUse(head + line(other, ours, '06', '03:00001388'), all)).toBe(10_000);
});

test('on a unix socket those count that are connected, or wait to be', () => {
  const unix = (state: string, path: string) =>
    `0000000000000000: 00000002 00000000 00000000 0001 ${state} 41 ${path}\n`;
  const entry: TableEntry = { table: 'unix', path: '/run/a.sock' };
  expect(lastUse(unix('01', '/run/a.sock') + unix('03', '/run/a.sock2') + unix('03', '/x/run/a.sock'), entry)).toBe(
    undefined,
  );
  expect(lastUse(unix('01', '/run/a.sock') + unix('02', '/run/a.sock'), entry)).toBe(0);
  expect(lastUse(unix('03', '/run/a.sock'), entry)).toBe(0);
});
