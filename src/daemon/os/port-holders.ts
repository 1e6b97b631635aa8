/**
 * Who listens on a TCP port, by /proc: net/tcp has the socket's inode (proc(5)), and the one who has a descriptor of
 * it is its holder. Looked up only when a port turned out to be taken: it takes a look at every open descriptor.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface PortHolder {
  readonly pid: number;
  /** Its command line, in one line. */
  readonly command: string;
  /** `group:name` of the process that the daemon with this marker started it as, or as a child of it. */
  readonly startedAs: string | undefined;
}

const LISTEN = '0A';

/** The port of each socket that listens, on whatever address, by its inode. Exported for its test. */
export function listeningSockets(table: string): Map<string, number> {
  const sockets = new Map<string, number>();
  for (const line of table.split('\n')) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === LISTEN && inode !== undefined) {
      sockets.set(inode, Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16));
    }
  }
  return sockets;
}

/**
 * How many connections wait to be accepted at the socket with this inode; zero where it is not known. The queue of a
 * socket that listens is counted in connections (proc(5), tcp_diag).
 */
export function waitingConnections(inode: number): number {
  for (const name of ['tcp', 'tcp6']) {
    for (const line of read(`/proc/net/${name}`).split('\n')) {
      const [, , , state, queues = '', , , , , owner] = line.trim().split(/\s+/);
      if (state === LISTEN && owner === String(inode)) return Number.parseInt(queues.split(':')[1] ?? '', 16) || 0;
    }
  }
  return 0;
}

/** Those of them that we may see; without root that is our own user's. One look for all ports. */
export function holdersOf(ports: ReadonlySet<number>, marker: string): ReadonlyMap<number, readonly PortHolder[]> {
  const found = new Map<number, PortHolder[]>();
  const wanted = new Map<string, number>();
  for (const name of ['tcp', 'tcp6']) {
    for (const [inode, port] of listeningSockets(read(`/proc/net/${name}`))) {
      if (ports.has(port)) wanted.set(`socket:[${inode}]`, port);
    }
  }
  if (wanted.size === 0) return found;
  for (const pid of names('/proc').filter((name) => /^\d+$/.test(name))) {
    const held = new Set(names(`/proc/${pid}/fd`).flatMap((fd) => wanted.get(link(`/proc/${pid}/fd/${fd}`)) ?? []));
    if (held.size === 0) continue;
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const holder = { pid: Number(pid), command, startedAs: startedAs(read(`/proc/${pid}/environ`), marker) };
    for (const port of held) found.set(port, [...(found.get(port) ?? []), holder]);
  }
  return found;
}

/** From `TSSUPERVISOR_CHILD=group:name@marker`. Exported for its test. */
export function startedAs(environ: string, marker: string): string | undefined {
  const entry = environ.split('\0').find((one) => one.startsWith('TSSUPERVISOR_CHILD='));
  const value = entry?.slice('TSSUPERVISOR_CHILD='.length) ?? '';
  return value.endsWith(`@${marker}`) ? value.slice(0, -marker.length - 1) : undefined;
}

// Whatever ends while we look, or belongs to somebody else, is as good as not there.
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function names(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
