/**
 * `minfds` and `minprocs`: the limits that the daemon, and with it every program, has at least.
 *
 * Node raises its soft limit of open files to the hard one before any of our code runs. The daemon may keep that, but a
 * program must get what it would get from Supervisor: the soft limit that the daemon was started with, or `minfds` if
 * that is more. The command's first line (scripts/build.mjs) is read by a shell, which still sees it and leaves it in a
 * variable; without that (`node tssupervisord.cjs`) it is unknown, and programs get what Node made of it.
 */
import type { DaemonConfig } from './config/model.ts';
import type { Posix } from './os/posix.ts';

export const RLIMIT_CORE = 4;
const RLIMIT_NPROC = 6;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_AS = 9;

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

const VARIABLE = 'TSSUPERVISORD_NOFILE';

/** The soft limit of open files that the command was started with. The variable goes, so that nobody inherits it. */
export function takeInheritedNofile(environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment[VARIABLE];
  delete environment[VARIABLE];
  if (text === 'unlimited') return Number.POSITIVE_INFINITY;
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** What tells a copy of this command the same. */
export function nofileForCopy(nofile: number | undefined): Readonly<Record<string, string>> {
  if (nofile === undefined) return {};
  return { [VARIABLE]: nofile === Number.POSITIVE_INFINITY ? 'unlimited' : String(nofile) };
}

/** [resource, soft, hard], as a spawn takes it. */
export type Rlimit = readonly [resource: number, soft: number, hard: number];

export interface RaisedLimits {
  /** What was done, for the log. */
  readonly infos: readonly string[];
  /** The limit of open files for programs, where it is another than the daemon's. */
  readonly nofile: Rlimit | undefined;
}

/** A limit of the program's own stands for the one that all get. */
export function limitsFor(own: readonly Rlimit[], common: readonly Rlimit[] = []): readonly Rlimit[] {
  return [...common.filter(([resource]) => !own.some(([same]) => same === resource)), ...own];
}

/** Raises what is too low, or answers why the daemon cannot start: Supervisor's texts, but with the true limit. */
export function raiseLimits(
  posix: Pick<Posix, 'getRlimit' | 'setRlimit'>,
  { minfds, minprocs }: Pick<DaemonConfig, 'minfds' | 'minprocs'>,
  inheritedNofile: number | undefined,
): RaisedLimits | { readonly why: string } {
  const infos: string[] = [];
  const files = limitOf(posix, RLIMIT_NOFILE);
  const soft = inheritedNofile ?? files.soft;
  if (soft < minfds) {
    if (files.soft < minfds && posix.setRlimit(0, RLIMIT_NOFILE, minfds, Math.max(files.hard, minfds)) < 0) {
      return {
        why:
          `The minimum number of file descriptors required to run this process is ${minfds} as per the "minfds" ` +
          'command-line argument or config file setting. The current environment will only allow you to open ' +
          `${files.hard} file descriptors.  Either raise the number of usable file descriptors in your environment ` +
          '(see README.rst) or lower the minfds setting in the config file to allow the process to start.',
      };
    }
    infos.push(`Increased RLIMIT_NOFILE limit to ${minfds}`);
  }
  const processes = limitOf(posix, RLIMIT_NPROC);
  if (processes.soft < minprocs) {
    if (posix.setRlimit(0, RLIMIT_NPROC, minprocs, Math.max(processes.hard, minprocs)) < 0) {
      return {
        why:
          `The minimum number of available processes required to run this program is ${minprocs} as per the "minprocs" ` +
          'command-line argument or config file setting. The current environment will only allow you to open ' +
          `${processes.hard} processes.  Either raise the number of usable processes in your environment ` +
          '(see README.rst) or lower the minprocs setting in the config file to allow the program to start.',
      };
    }
    infos.push(`Increased RLIMIT_NPROC limit to ${minprocs}`);
  }
  const own = limitOf(posix, RLIMIT_NOFILE);
  const wanted = Math.max(soft, minfds);
  return { infos, nofile: wanted < own.soft ? [RLIMIT_NOFILE, wanted, own.hard] : undefined };
}

function limitOf(posix: Pick<Posix, 'getRlimit'>, resource: number): { readonly soft: number; readonly hard: number } {
  const limits = new Float64Array(2);
  posix.getRlimit(0, resource, limits);
  const [soft = Number.POSITIVE_INFINITY, hard = Number.POSITIVE_INFINITY] = limits;
  return { soft, hard };
}
