import { expect, test } from 'vitest';
import { inetAddress, readAddress, unixAddress } from '../../../src/daemon/os/sockaddr.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('an IPv4 address has its family, then port and host in network order', () => {
  expect(hex(inetAddress('127.0.0.1', 9001))).toBe('020023297f0000010000000000000000');
});

test('an IPv6 address is written whole, wherever its :: stands and however it ends', () => {
  const host = (text: string) => hex(inetAddress(text, 1)).slice(16, 48);
  expect(hex(inetAddress('::1', 80)).slice(0, 16)).toBe('0a00005000000000');
  expect(host('::1')).toBe('00000000000000000000000000000001');
  expect(host('::')).toBe('00000000000000000000000000000000');
  expect(host('fe80::')).toBe('fe800000000000000000000000000000');
  expect(host('2001:db8::8:800:200c:417a')).toBe('20010db80000000000080800200c417a');
  expect(host('1:2:3:4:5:6:7:8')).toBe('00010002000300040005000600070008');
  expect(host('::ffff:192.168.1.255')).toBe('00000000000000000000ffffc0a801ff');
});

test('what was written is read back', () => {
  for (const [host, port] of [
    ['10.20.30.40', 65_535],
    ['2001:db8::1', 0],
    ['::', 8080],
  ] as const) {
    expect(readAddress(inetAddress(host, port))).toEqual({ family: 'inet', host, port });
  }
  expect(readAddress(unixAddress('/run/a.sock'))).toEqual({ family: 'unix', path: '/run/a.sock' });
  expect(readAddress(Uint8Array.of(16, 0, 1, 2))).toBeUndefined();
});

test('a socket path of 107 bytes is taken, one byte more, none or a NUL is refused', () => {
  expect(unixAddress('a'.repeat(107))).toHaveLength(110);
  for (const path of ['a'.repeat(108), 'é'.repeat(54), '', 'a\0b']) expect(() => unixAddress(path)).toThrow(RangeError);
});

test('a host that is a name or has a zone and a port out of range are refused', () => {
  for (const host of ['localhost', 'fe80::1%eth0', '1.2.3', '']) expect(() => inetAddress(host, 1)).toThrow('address');
  for (const port of [-1, 65_536, 1.5, Number.NaN]) expect(() => inetAddress('::1', port)).toThrow('as a port');
});
