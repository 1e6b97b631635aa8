/**
 * How many connections a server has, by /proc/net (proc(5)): of TCP those that are established at its port, of a unix
 * socket those that were accepted, or wait to be, at its path. Looked at only while somebody waits for their end.
 */
import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import type { SocketAddress } from '../os/sockaddr.ts';

const ESTABLISHED = '01';
const UNIX_CONNECTED = '03';

/** The tables as the kernel shows them. */
export interface ConnectionTables {
  readonly tcp: string;
  readonly unix: string;
}

export function connectionsTo(address: SocketAddress, { tcp, unix }: ConnectionTables): number {
  return address.family === 'unix' ? unixConnections(address.path, unix) : tcpConnections(address, tcp);
}

/** Reads what is needed for these addresses; a table that cannot be read is empty. */
export function readConnectionTables(addresses: readonly SocketAddress[]): ConnectionTables {
  const needs = (family: SocketAddress['family']) => addresses.some((address) => address.family === family);
  return {
    tcp: needs('inet') ? read('/proc/net/tcp') + read('/proc/net/tcp6') : '',
    unix: needs('unix') ? read('/proc/net/unix') : '',
  };
}

function tcpConnections({ host, port }: { readonly host: string; readonly port: number }, table: string): number {
  // 127.0.0.1:2000 is 0100007F:07D0 on the little-endian machines that we build for; in tcp6 it ends with that.
  const local = `${isIPv4(host) ? hexOf(host) : ''}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let count = 0;
  for (const line of table.split('\n')) {
    const [, here = '', , state] = line.trimStart().split(/\s+/, 4);
    if (state === ESTABLISHED && here.endsWith(local)) count += 1;
  }
  return count;
}

function hexOf(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'));
  return bytes.reverse().join('');
}

function unixConnections(path: string, table: string): number {
  let count = 0;
  for (const line of table.split('\n')) {
    const [, , , , , state, , ...rest] = line
      .trimStart()
      .split(' ')
      .filter((word) => word !== '');
    if (state === UNIX_CONNECTED && rest.join(' ') === path) count += 1;
  }
  return count;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
