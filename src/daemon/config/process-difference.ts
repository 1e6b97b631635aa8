/**
 * What makes two readings of one process different, as the keys of its section. A setting that is compared here is one
 * that the process was started with, or is treated by; when it changes, `update` restarts the process. Whatever else a
 * process has is taken over while it goes on: probes, dependencies, upstreams, rolls, and a number of processes
 * (`%(numprocs)d`) that merely expands anew.
 *
 * What is equal is Supervisor's idea (the __eq__ of its configuration classes): a log file that is AUTO on either side
 * is not compared, so a path that becomes AUTO is no change; of an FCGI socket only the URL counts.
 */
import type { LogTarget, ProcessConfig, StreamConfig } from './model.ts';

type Same = (a: ProcessConfig, b: ProcessConfig) => boolean;

const plain = [
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

const streamKeys = [
  'logfile_maxbytes',
  'logfile_backups',
  'capture_maxbytes',
  'events_enabled',
  'syslog',
  'log_format',
] as const satisfies readonly (keyof StreamConfig)[];

/** Under the name of the key that is most likely meant where several make one value. */
const compared: ReadonlyMap<string, Same> = new Map<string, Same>([
  ...plain.map((key): [string, Same] => [key, (a, b) => a[key] === b[key]]),
  ['user', (a, b) => a.uid === b.uid],
  ['exitcodes', (a, b) => sameText(a.exitcodes, b.exitcodes)],
  ['socket', (a, b) => a.socket?.url === b.socket?.url],
  ['port', (a, b) => sameText(portsOf(a), portsOf(b))],
  ['listen', (a, b) => sameText(a.listen, b.listen)],
  ['restart', (a, b) => sameText(a.restart, b.restart)],
  ['rlimits', (a, b) => sameText(a.rlimits, b.rlimits)],
  ['env_file', (a, b) => sameText(a.envFiles, b.envFiles)],
  ['environment', (a, b) => sameEnvironment(a.environment, b.environment)],
  ...(['stdout', 'stderr'] as const).flatMap((stream): [string, Same][] => [
    [`${stream}_logfile`, (a, b) => sameTarget(a[stream].logfile, b[stream].logfile)],
    ...streamKeys.map((key): [string, Same] => [`${stream}_${key}`, (a, b) => a[stream][key] === b[stream][key]]),
  ]),
]);

/** What is compared above, in the words of ProcessConfig, or says where a setting stands and not what it is. */
const elsewhere: ReadonlySet<string> = new Set<keyof ProcessConfig>([
  ...plain,
  'name',
  'group',
  'section',
  'user',
  'uid',
  'exitcodes',
  'socket',
  'socketTrouble',
  'ports',
  'listen',
  'restart',
  'rlimits',
  'envFiles',
  'ownVariables',
  'environment',
  'stdout',
  'stderr',
  'uncounted',
]);

/** The settings that restart a process of this name. */
export function restartingKeys(now: ProcessConfig, next: ProcessConfig): string[] {
  const [a, b] = [
    { ...now, ...now.uncounted },
    { ...next, ...next.uncounted },
  ];
  return [...compared].filter(([, isSame]) => !isSame(a, b)).map(([key]) => key);
}

/** The settings that it takes over as it goes on. */
export function quietKeys(now: ProcessConfig, next: ProcessConfig): string[] {
  const keys = new Set([...Object.keys(now), ...Object.keys(next)]);
  return [...keys]
    .filter((key) => !elsewhere.has(key))
    .filter((key) => !sameText(now[key as keyof ProcessConfig], next[key as keyof ProcessConfig]))
    .map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

function portsOf({ ports }: ProcessConfig): unknown {
  return ports.map(({ key, port }) => [key, port]);
}

/** For plain data that is made by one reader, and so in one order. No limit (Infinity) is not the same as any number. */
function sameText(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function sameEnvironment(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

function sameTarget(a: LogTarget, b: LogTarget): boolean {
  if (a.type === 'auto' || b.type === 'auto') return true;
  if (a.type === 'none' || b.type === 'none') return a.type === b.type;
  return a.path === b.path;
}
