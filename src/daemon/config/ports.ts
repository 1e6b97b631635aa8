/**
 * The ports of a program's processes: read from its section, counted up from process to process, and compared with
 * those of everybody else when all of the files has been read.
 */
import { Refusal } from '../../config/values.ts';
import type { FcgiSocketConfig, GroupConfig, HttpServerConfig, PortConfig, Problem } from './model.ts';
import { basePort, furtherPort, portOptions } from './port-options.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';

/** What all processes of a section have in common. */
export interface PortSettings {
  readonly bind: string;
  readonly step: number;
  readonly ports: readonly { readonly key: string; readonly base: number | 'auto' }[];
}

export function readPorts(reading: Reading, section: string, scope: Scope): PortSettings {
  const keys = reading.ini.keys(section).filter((key) => key === 'port' || furtherPort.test(key));
  const reader = new SectionReader(reading, portOptions, section);
  const ports = keys.flatMap((key) => {
    const text = reading.ini.get(section, key)?.value ?? '';
    const expanded = reader.expandFurther(key, text, scope);
    if (expanded === undefined) return [];
    try {
      return [{ key, base: basePort.parse(expanded, reading.host) }];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reader.problemAt(key, error.message, { expected: basePort.expected, got: expanded });
      return [];
    }
  });
  const step = reader.read('port_step', scope);
  if (step < 1) {
    reader.problem('port_step', `Cannot count ports by ${step}`, { expected: 'at least 1', got: String(step) });
  }
  // Without a port the address means nothing, and a change of it is no change.
  const bind = reader.read('bind', scope);
  return { bind: ports.length === 0 ? '' : bind, step: Math.max(1, step), ports };
}

/** The ports of one process; `index` counts from 0 whatever `numprocs_start` is. */
export function portsOf(
  reading: Reading,
  section: string,
  group: string,
  settings: PortSettings,
  index: number,
): PortConfig[] {
  return settings.ports.flatMap(({ key, base }) => {
    if (base === 'auto') {
      const port = reading.autoPort(`${group} ${section} ${index} ${key}`);
      if (port !== undefined) return [{ key, port }];
      const { first, last } = reading.portRange;
      report(reading, section, key, `No port of ${first}-${last} is left for process ${index + 1} of this program`, {
        expected: 'a larger port_range in [supervisord], or fewer processes',
      });
      return [];
    }
    const port = base + index * settings.step;
    if (port <= 65_535) return [{ key, port }];
    report(reading, section, key, `Process ${index + 1} of this program would have port ${port}`, {
      expected: 'ports up to 65535 for all of its processes',
      got: String(base),
    });
    return [];
  });
}

function report(reading: Reading, section: string, key: string, message: string, details: Partial<Problem>): void {
  new SectionReader(reading, portOptions, section).problemAt(key, message, details);
}

interface Claim {
  /** Of a unix socket `host` is empty and `port` its path. */
  readonly host: string;
  readonly port: number | string;
  readonly who: string;
  readonly section: string;
  readonly key: string;
}

/** Reports each address that two would listen on: processes, sockets that are held for them, and our own servers. */
export function reportClashes(
  reading: Reading,
  groups: readonly GroupConfig[],
  servers: readonly HttpServerConfig[],
): void {
  const claims = [...servers.map(claimOfServer), ...groups.flatMap(claimsOfGroup)];
  const byPort = new Map<number | string, Claim[]>();
  for (const claim of claims) {
    const others = byPort.get(claim.port) ?? [];
    const other = others.find((one) => overlaps(one.host, claim.host) && isOurs(one, claim));
    if (other !== undefined) {
      const place = reading.ini.get(other.section, other.key)?.place ?? reading.ini.placeOf(other.section);
      const where = place === undefined ? '' : ` (${place.file}:${place.line})`;
      const [what, expected] =
        typeof claim.port === 'string'
          ? ['Socket', 'a socket of its own for each program']
          : ['Port', 'a port of its own for each process, or port=auto'];
      const message = `${what} ${claim.port} of ${claim.who} is that of ${other.who}${where}`;
      report(reading, claim.section, claim.key, message, { expected });
    }
    byPort.set(claim.port, [...others, claim]);
  }
}

/** Two that use none of our keys may clash: under Supervisor they do, at their start. */
function isOurs(...claims: readonly Claim[]): boolean {
  return claims.some(({ key }) => key === 'port' || key === 'listen' || furtherPort.test(key));
}

function claimOfServer(server: HttpServerConfig): Claim {
  const address = server.family === 'inet' ? server : { host: '', port: server.file };
  // Not one of our keys, though an inet server's has the same name.
  return { host: address.host, port: address.port, who: `[${server.section}]`, section: server.section, key: 'port ' };
}

function claimsOfGroup(group: GroupConfig): Claim[] {
  /** What processes of a section share is claimed once. */
  const shared = new Set<string | FcgiSocketConfig>();
  const isNew = (socket: string | FcgiSocketConfig): boolean => shared.size < shared.add(socket).size;
  return group.processes.flatMap(({ name, section, bind, ports, socket, listen }) => {
    const who = `${group.name}:${name}`;
    const claims: Claim[] = ports
      .filter(({ isHeld }) => isHeld !== true)
      .map(({ key, port }) => ({ host: bind, port, who, section, key }));
    if (socket !== undefined && isNew(socket)) {
      const [, host, port] = /^tcp:\/\/(.*):(\d+)$/.exec(socket.url) ?? [];
      const path = socket.url.slice('unix://'.length);
      claims.push({ host: host ?? '', port: host === undefined ? path : Number(port), who, section, key: 'socket' });
    }
    for (const { url, address } of listen?.sockets ?? []) {
      if (!isNew(`${section} ${url}`)) continue;
      const { host, port } = address.family === 'inet' ? address : { host: '', port: address.path };
      claims.push({ host, port, who, section, key: 'listen' });
    }
    return claims;
  });
}

const isWildcard = (host: string): boolean => ['', '*', '0.0.0.0', '::', '[::]'].includes(host);

/** Whether who listens on a port of `a` is in the way of one who would on the same port of `b`. */
export function overlaps(a: string, b: string): boolean {
  const plain = (host: string) => (host === 'localhost' ? '127.0.0.1' : host.replace(/^\[(.*)\]$/, '$1'));
  return isWildcard(a) || isWildcard(b) || plain(a) === plain(b);
}

/** Fixed ports of all sections, before any process is read: automatic ones keep away from them. */
export function fixedPorts(reading: Reading): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const section of reading.ini.sections()) {
    if (!/^(program|fcgi-program|eventlistener):/.test(section)) continue;
    const number = (key: string, initial: number) => {
      const value = Number(reading.ini.get(section, key)?.value ?? initial);
      return Number.isInteger(value) ? value : initial;
    };
    const count = Math.min(reading.countOf(section, number('numprocs', 1)), 65_535);
    for (const key of reading.ini.keys(section).filter((one) => one === 'port' || furtherPort.test(one))) {
      const base = Number(reading.ini.get(section, key)?.value);
      for (let index = 0; Number.isInteger(base) && index < count; index += 1) {
        ports.add(base + index * number('port_step', 1));
      }
    }
    for (const [, port] of (reading.ini.get(section, 'listen')?.value ?? '').matchAll(/tcp:\/\/[^\s,]*:(\d+)/g)) {
      ports.add(Number(port));
    }
  }
  return ports;
}
