/**
 * What a configuration that was read again changes (`reloadConfig`, `update`): compared group by group, with
 * Supervisor's idea of what is equal (the __eq__ of its configuration classes). A log file that is AUTO on either
 * side is not compared, so a path that becomes AUTO is no change; of an FCGI socket only the URL counts, also where it
 * is that of a member of a [group:x]; the order in which a listener's events are written does not.
 */
import type { GroupConfig, LogTarget, ProcessConfig, StreamConfig } from './model.ts';

export interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export function differenceOf(active: readonly GroupConfig[], read: readonly GroupConfig[]): Difference {
  const now = new Map(active.map((group) => [group.name, group]));
  const next = new Map(read.map((group) => [group.name, group]));
  return {
    added: read.filter((group) => !now.has(group.name)).map((group) => group.name),
    changed: read
      .filter((group) => {
        const old = now.get(group.name);
        return old !== undefined && !sameGroup(old, group);
      })
      .map((group) => group.name),
    removed: active.filter((group) => !next.has(group.name)).map((group) => group.name),
  };
}

function sameGroup(a: GroupConfig, b: GroupConfig): boolean {
  if (a.type !== b.type || a.name !== b.name || a.priority !== b.priority) return false;
  if (a.processes.length !== b.processes.length) return false;
  if (a.type === 'eventlistener' && b.type === 'eventlistener') {
    if (a.buffer_size !== b.buffer_size || a.result_handler !== b.result_handler) return false;
    if (![...a.events].sort().every((event, index) => event === [...b.events].sort()[index])) return false;
    if (a.events.length !== b.events.length) return false;
  }
  return a.processes.every((process, index) => {
    const other = b.processes[index];
    return other !== undefined && sameProcess(process, other);
  });
}

/** What is not compared here is compared piece by piece below, or is where a setting stands and not what it says. */
const compared = [
  'name',
  'uid',
  'command',
  'directory',
  'umask',
  'priority',
  'autostart',
  'autorestart',
  'startsecs',
  'startretries',
  'stopsignal',
  'stopwaitsecs',
  'stopasgroup',
  'killasgroup',
  'redirect_stderr',
  'serverurl',
  'bind',
  'nice',
] as const satisfies readonly (keyof ProcessConfig)[];

function sameProcess(a: ProcessConfig, b: ProcessConfig): boolean {
  return (
    compared.every((key) => a[key] === b[key]) &&
    a.exitcodes.length === b.exitcodes.length &&
    a.exitcodes.every((code, index) => code === b.exitcodes[index]) &&
    a.socket?.url === b.socket?.url &&
    a.ports.length === b.ports.length &&
    a.ports.every(({ key, port }, index) => key === b.ports[index]?.key && port === b.ports[index]?.port) &&
    sameText(a.listen, b.listen) &&
    sameText(a.restart, b.restart) &&
    sameText(a.rlimits, b.rlimits) &&
    sameText(a.envFiles, b.envFiles) &&
    sameEnvironment(a.environment, b.environment) &&
    sameStream(a.stdout, b.stdout) &&
    sameStream(a.stderr, b.stderr)
  );
}

/** For plain data that is made by one reader, and so in one order. No limit (Infinity) is not the same as any number. */
function sameText(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function sameEnvironment(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

function sameStream(a: StreamConfig, b: StreamConfig): boolean {
  return (
    sameTarget(a.logfile, b.logfile) &&
    a.logfile_maxbytes === b.logfile_maxbytes &&
    a.logfile_backups === b.logfile_backups &&
    a.capture_maxbytes === b.capture_maxbytes &&
    a.events_enabled === b.events_enabled &&
    a.syslog === b.syslog &&
    a.log_format === b.log_format
  );
}

function sameTarget(a: LogTarget, b: LogTarget): boolean {
  if (a.type === 'auto' || b.type === 'auto') return true;
  if (a.type === 'none' || b.type === 'none') return a.type === b.type;
  return a.path === b.path;
}
