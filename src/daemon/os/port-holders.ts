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

/** The inodes of sockets that listen on the port, on whatever address. Exported for its test. */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === LISTEN && local.endsWith(`:${wanted}`) && inode !== undefined ? [inode] : [];
  });
}

/** Those of them that we may see; without root that is our own user's. */
export function holdersOf(port: number, marker: string): PortHolder[] {
  const inodes = ['tcp', 'tcp6'].flatMap((name) => listeningInodes(read(`/proc/net/${name}`), port));
  if (inodes.length === 0) return [];
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  return names('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const folder = `/proc/${name}/fd`;
    if (!names(folder).some((fd) => links.has(link(`${folder}/${fd}`)))) return [];
    const command = read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
    return [{ pid: Number(name), command, startedAs: startedAs(read(`/proc/${name}/environ`), marker) }];
  });
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
