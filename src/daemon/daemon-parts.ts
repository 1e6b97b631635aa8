/** What a life of the daemon is made of, and how it ends. */
import type { Mood } from '../rpc/states.ts';
import type { LoadedConfig, LoadResult } from './config/model.ts';
import type { Scales } from './config/scales.ts';
import type { FirstWords } from './first-words.ts';
import type { HeldSocketMap } from './held-sockets.ts';
import type { Rlimit } from './limits.ts';
import type { MainLog } from './logs/main-log.ts';
import type { LinuxOs } from './os/linux.ts';
import type { Posix } from './os/posix.ts';

/** The daemon cannot start: said on stderr after `Error: `, exit status 2. */
export class StartError extends Error {}

export interface DaemonParts {
  readonly os: LinuxOs;
  readonly posix: Posix;
  readonly config: LoadedConfig;
  /** The environment at the start. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pipeMaxBytes: number;
  /** Collected before there was a log. */
  readonly messages: FirstWords;
  readonly isForeground: boolean;
  /** Numbers the events of all lives. */
  readonly serials: { next: number };
  /** The sockets of `listen` that are open, in all lives. */
  readonly heldSockets: HeldSocketMap;
  /** Whether this is the first life of the process, not one after a restart. */
  readonly isFirst: boolean;
  /** The limit of open files for programs, where it is another than the daemon's. */
  readonly nofile: Rlimit | undefined;
  /** Numbers of processes that somebody has asked for, in all lives. */
  readonly scales: Scales;
  /** Reads the files of the command line again; `scales` are others than those above, for a trial. */
  load(scales?: Scales): LoadResult;
  /** Called once the servers listen: the moment to become a daemon. */
  onListening(log: MainLog): void;
  /** Called before the first program starts, with the pidfile and all lines of the log written. */
  onStarted(): void;
}

/** How it ended: for good with an exit status, or to be started again. */
export interface DaemonEnd {
  readonly mood: Mood;
  readonly status: number;
}
