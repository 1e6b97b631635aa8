/** `minfds` and `minprocs`: the limits that the daemon, and with it every program, has at least. */
import type { DaemonConfig } from './config/model.ts';
import type { Posix } from './os/posix.ts';

const RLIMIT_NPROC = 6;
const RLIMIT_NOFILE = 7;

/** Two pipes' ends or three, and two logs. */
const FILES_PER_PROCESS = 5;
/** Ours: the log, the event loop's, the servers', and the six pipe ends of a program that is being started. */
const OWN_FILES = 64;
/** The connection itself, and the log that it may follow. */
const FILES_PER_CONNECTION = 2;
const MOST_CONNECTIONS = 512;
const LEAST_CONNECTIONS = 8;

/**
 * How many connections each of so many servers may have at this moment: clients must not use up the file descriptors
 * that programs are started with.
 */
export function connectionRoom(posix: Pick<Posix, 'getRlimit'>, processes: number, servers: number): number {
  const limits = new Float64Array(2);
  if (posix.getRlimit(0, RLIMIT_NOFILE, limits) < 0) return LEAST_CONNECTIONS;
  const [files = 0] = limits;
  const free = files - OWN_FILES - processes * FILES_PER_PROCESS;
  const room = Math.floor(Math.min(free / FILES_PER_CONNECTION, MOST_CONNECTIONS) / servers);
  return Math.max(room, LEAST_CONNECTIONS);
}

/** Raises what is too low. Answers what was done, for the log, or why the daemon cannot start. */
export function raiseLimits(
  posix: Posix,
  { minfds, minprocs }: Pick<DaemonConfig, 'minfds' | 'minprocs'>,
): { readonly infos: readonly string[] } | { readonly why: string } {
  const infos: string[] = [];
  const wanted = [
    { name: 'RLIMIT_NOFILE', resource: RLIMIT_NOFILE, least: minfds, setting: 'minfds', what: 'file descriptors' },
    { name: 'RLIMIT_NPROC', resource: RLIMIT_NPROC, least: minprocs, setting: 'minprocs', what: 'processes' },
  ];
  for (const { name, resource, least, setting, what } of wanted) {
    const limits = new Float64Array(2);
    if (posix.getRlimit(0, resource, limits) < 0) continue;
    const [soft = Number.POSITIVE_INFINITY, hard = Number.POSITIVE_INFINITY] = limits;
    if (soft >= least) continue;
    if (posix.setRlimit(0, resource, least, Math.max(hard, least)) < 0) {
      const why =
        `The minimum number of ${what} required to run this process is ${least} as per the "${setting}" ` +
        `command-line argument or config file setting. The current environment will only allow you to open ${hard} ` +
        `${what}.  Either raise the number of usable ${what} in your environment or lower the ${setting} setting in ` +
        'the config file to allow the process to start.';
      return { why };
    }
    infos.push(`Increased ${name} limit to ${least}`);
  }
  return { infos };
}
