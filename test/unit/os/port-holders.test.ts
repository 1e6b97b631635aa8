import { expect, test } from 'vitest';
import { listeningSockets, startedAs } from '../../../src/daemon/os/port-holders.ts';

const table = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 0100007F:07D2 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000 100 0 0 10 0',
  '   1: 0100007F:07D2 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000 100 0 0 10 0',
  '   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000 100 0 0 10 0',
  '',
].join('\n');

test('only sockets that listen count', () => {
  expect([...listeningSockets(table)]).toEqual([
    ['4711', 2002],
    ['4713', 80],
  ]);
});

test('a process of ours is known by its marker', () => {
  const environ = 'PATH=/bin\0TSSUPERVISOR_CHILD=web:web_00@/run/a.pid\0HOME=/';
  expect(startedAs(environ, '/run/a.pid')).toBe('web:web_00');
  expect(startedAs(environ, '/run/b.pid')).toBeUndefined();
  expect(startedAs('PATH=/bin', '/run/a.pid')).toBeUndefined();
});
