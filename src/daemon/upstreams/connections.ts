/**
 * How many connections a server has, by /proc/net (proc(5)): of TCP those that are established at its port, of a unix
 * socket those that were accepted, or wait to be, at its path. Looked at only while somebody waits for their end.
 */
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import type { SocketAddress } from '../os/sockaddr.ts';

const ESTABLISHED = '01';
const UNIX_CONNECTED = '03';

/** The tables as the kernel shows them; of TCP it is enough to have the connections that are established. */
export interface ConnectionTables {
  readonly tcp: string;
  readonly unix: string;
}

export function connectionsTo(address: SocketAddress, { tcp, unix }: ConnectionTables): number {
  return address.family === 'unix' ? unixConnections(address.path, unix) : tcpConnections(address, tcp);
}

/** Reads what is needed for these addresses; a table that cannot be read is empty. */
export async function readConnectionTables(addresses: readonly SocketAddress[]): Promise<ConnectionTables> {
  const needs = (family: SocketAddress['family']) => addresses.some((address) => address.family === family);
  return {
    tcp: needs('inet') ? (await established('/proc/net/tcp', 8)) + (await established('/proc/net/tcp6', 32)) : '',
    unix: needs('unix') ? await read('/proc/net/unix') : '',
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

const PIECE_BYTES = 64 * 1024;
const LF = 10;
const COLON = 58;
const SPACE = 32;

/**
 * The lines of a table of TCP that are established: few, where a busy proxy leaves tens of thousands in TIME_WAIT. It
 * is read piece by piece, off the event loop (the kernel takes a tenth of a second to write down so many), and searched
 * as bytes, so that a look costs no memory, however long the table.
 * `digits` is the length of an address: `  12: 0100007F:07D0 0100007F:C001 01 ...`
 */
async function established(path: string, digits: number): Promise<string> {
  const end = digits + 5; // an address, a colon and a port
  const stateAt = 2 + end + 1 + end + 1;
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let lines = '';
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    let kept = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, kept, piece.length - kept, null);
      if (bytesRead === 0) return lines;
      const length = kept + bytesRead;
      let from = 0;
      for (let to = piece.indexOf(LF); to >= 0 && to < length; to = piece.indexOf(LF, from)) {
        const colon = piece.indexOf(COLON, from);
        const state = colon + stateAt;
        // "01" with a space behind it; a line without (the headings) has something else there.
        if (state < to && piece[state] === 48 && piece[state + 1] === 49 && piece[state + 2] === SPACE) {
          lines += piece.toString('latin1', from, to + 1);
        }
        from = to + 1;
      }
      piece.copyWithin(0, from, length);
      kept = length - from;
    }
  } catch {
    return lines;
  } finally {
    await file?.close();
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch {
    return '';
  }
}
