/**
 * When a listening socket was last used, by /proc/net (proc(5)): no event tells the holder of a socket that others
 * accept on that its last connection has ended.
 *
 *     established, also if it still waits to be accepted     now
 *     closed by the other side only (CLOSE_WAIT)             now: there may be an answer on its way
 *     TIME_WAIT                                              as long ago as the kernel's timer for it says
 *
 * TIME_WAIT (tcp, at the side that closed first) is what is seen of a connection that came and went between two looks.
 * A unix socket leaves no such trace, nor does a tcp connection that the other side, on another machine, closed first.
 *
 * The tables may be long on a busy machine. They are read off the event loop, and searched, not parsed.
 */
import { readFile } from 'node:fs/promises';

/** A listening socket as /proc/net writes it. */
export type TableEntry =
  | { readonly table: 'unix'; readonly path: string }
  | { readonly table: 'tcp' | 'tcp6'; readonly address: string; readonly port: string };

type TableName = TableEntry['table'];
type TcpEntry = Exclude<TableEntry, { table: 'unix' }>;

const AF_INET = 2;
const AF_INET6 = 10;
const TIME_WAIT = '06';
/** Established, to be accepted for the first time, and half closed. */
const openStates: ReadonlySet<string> = new Set(['01', '03', '08']);
/** TCP_TIMEWAIT_LEN, and the unit of its timer: USER_HZ. */
const TIME_WAIT_MS = 60_000;
const TICK_MS = 10;
const loopbacks: ReadonlySet<string> = new Set(['0100007F', '00000000000000000000000001000000']);

/** `sockaddr` is what getsockname(2) says; undefined for a family without a table. */
export function tableEntry(sockaddr: Uint8Array, path: string | undefined): TableEntry | undefined {
  if (path !== undefined) return { table: 'unix', path };
  const bytes = Buffer.from(sockaddr.buffer, sockaddr.byteOffset, sockaddr.byteLength);
  const family = bytes.readUInt16LE(0);
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const [at, words] = family === AF_INET ? [4, 1] : [8, 4];
  // Each 32-bit word of the address is written as the number that its bytes are on this processor.
  const address = Array.from({ length: words }, (_, word) => hex(bytes.readUInt32LE(at + word * 4), 8)).join('');
  return { table: family === AF_INET ? 'tcp' : 'tcp6', address, port: hex(bytes.readUInt16BE(2), 4) };
}

/** How many milliseconds ago each was used, in their order; undefined where nothing tells of any use. */
export async function lastUses(entries: readonly TableEntry[]): Promise<(number | undefined)[]> {
  const names = [...new Set(entries.map(({ table }) => table))];
  const tables = new Map(await Promise.all(names.map(async (name) => [name, await tableText(name)] as const)));
  return entries.map((entry) => {
    const table = tables.get(entry.table);
    // What cannot be looked at may well be in use.
    return table === undefined ? 0 : lastUse(table, entry);
  });
}

/** The same, in the text of the table. Exported for its test. */
export function lastUse(table: string, entry: TableEntry): number | undefined {
  const needle = entry.table === 'unix' ? ` ${entry.path}\n` : `:${entry.port} `;
  let least: number | undefined;
  for (let at = table.indexOf(needle); at >= 0 && least !== 0; at = table.indexOf(needle, at + 1)) {
    const line = table.slice(table.lastIndexOf('\n', at) + 1, table.indexOf('\n', at));
    const age = entry.table === 'unix' ? unixAge(line) : tcpAge(line, entry);
    if (age !== undefined && (least === undefined || age < least)) least = age;
  }
  return least;
}

/** `Num RefCount Protocol Flags Type St Inode Path`; 01 listens, 02 waits to be accepted, 03 is connected. */
function unixAge(line: string): number | undefined {
  const state = line.trim().split(/\s+/)[5];
  return state === '02' || state === '03' ? 0 : undefined;
}

/** `sl local rem st queues tr:when ...` */
function tcpAge(line: string, entry: TcpEntry): number | undefined {
  const [, local = '', remote = '', state = '', , timer = ''] = line.trim().split(/\s+/);
  const isServer = isAt(local, entry, () => true);
  if (isServer && openStates.has(state)) return 0;
  if (state !== TIME_WAIT) return undefined;
  // A client on this machine may be the one that closed first; to other machines' ports of that number we may be one.
  if (!isServer && !isAt(remote, entry, (found) => loopbacks.has(found))) return undefined;
  const left = Number.parseInt(timer.slice(timer.indexOf(':') + 1), 16) * TICK_MS;
  return Number.isNaN(left) ? undefined : Math.min(Math.max(TIME_WAIT_MS - left, 0), TIME_WAIT_MS);
}

function isAt(end: string, { address, port }: TcpEntry, isOurs: (found: string) => boolean): boolean {
  const colon = end.indexOf(':');
  if (end.slice(colon + 1) !== port) return false;
  const found = end.slice(0, colon);
  return found === address || (/^0+$/.test(address) && isOurs(found));
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

async function tableText(name: TableName): Promise<string | undefined> {
  try {
    return await readFile(`/proc/net/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}
