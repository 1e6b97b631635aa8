import { expect, test } from 'vitest';
import { connectionsTo } from '../../../src/daemon/upstreams/connections.ts';

/** As /proc/net/tcp and tcp6 show 127.0.0.1:2000 (07D0) and others. */
const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:07D0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:07D0 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0100007F:C001 0100007F:07D0 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
   3: 0100007F:07D0 0100007F:C002 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0
   4: 0A00000A:07D0 0100007F:C003 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0 100 0 0 10 0
   5: 0100007F:07D0 0100007F:C004 08 00000000:00000000 00:00000000 00000000     0        0 5 1 0 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 0000000000000000FFFF00000100007F:07D0 0000000000000000FFFF00000100007F:C005 01 00000000:00000000 00:00000000
   1: 00000000000000000000000001000000:07D1 00000000000000000000000001000000:C006 01 00000000:00000000 00:00000000
`;

const unix = `Num       RefCount Protocol Flags    Type St Inode Path
ffff8881: 00000002 00000000 00010000 0001 01 100 /run/web.sock
ffff8882: 00000003 00000000 00000000 0001 03 101 /run/web.sock
ffff8883: 00000003 00000000 00000000 0001 03 102
ffff8884: 00000003 00000000 00000000 0001 03 103 /run/a b.sock
ffff8885: 00000003 00000000 00000000 0001 03 104 /run/web.sock2
`;

const inet = (host: string, port: number) => ({ family: 'inet', host, port }) as const;

test('the connections of a port are those that are established at its own end and address', () => {
  expect(connectionsTo(inet('127.0.0.1', 2000), { tcp, unix })).toBe(2);
  expect(connectionsTo(inet('10.0.0.10', 2000), { tcp, unix })).toBe(1);
  expect(connectionsTo(inet('::1', 2001), { tcp, unix })).toBe(1);
  expect(connectionsTo(inet('localhost', 2000), { tcp, unix })).toBe(3);
  expect(connectionsTo(inet('127.0.0.1', 2002), { tcp, unix })).toBe(0);
});

test('the connections of a unix socket are those at its path', () => {
  expect(connectionsTo({ family: 'unix', path: '/run/web.sock' }, { tcp, unix })).toBe(1);
  expect(connectionsTo({ family: 'unix', path: '/run/a b.sock' }, { tcp, unix })).toBe(1);
  expect(connectionsTo({ family: 'unix', path: '/run/none.sock' }, { tcp, unix })).toBe(0);
});
