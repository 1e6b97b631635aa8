/** Where the output of programs is logged, and the opening of those logs. */
import { truncateSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ProcessConfig, StreamConfig } from './config/model.ts';
import { makeAutoLog } from './logs/auto-names.ts';
import { errnoCode } from './logs/errno.ts';
import { isDevice } from './logs/log-file.ts';
import type { LogFiles, LogLease } from './logs/log-files.ts';
import type { Channel } from './plumbing.ts';

/** As written: relative ones start from the directory that the daemon is in by then. Undefined: nothing is logged. */
export type LogPaths = Readonly<Record<Channel, string | undefined>>;

export type Leases = Partial<Record<Channel, LogLease>>;

export interface ProgramLogsOptions {
  readonly logs: LogFiles;
  readonly childlogdir: string;
  readonly identifier: string;
}

export class ProgramLogs {
  readonly #options: ProgramLogsOptions;

  constructor(options: ProgramLogsOptions) {
    this.#options = options;
  }

  /** Names for both streams; automatic ones are made now. */
  pathsOf(config: ProcessConfig): LogPaths {
    return {
      stdout: this.#path(config, 'stdout', config.stdout),
      stderr: config.redirect_stderr ? undefined : this.#path(config, 'stderr', config.stderr),
    };
  }

  /** Opens them for one start of the program, all or none. @throws with the errno code as `code`. */
  open(paths: LogPaths, config: ProcessConfig): Leases {
    const leases: Leases = {};
    for (const channel of ['stdout', 'stderr'] as const) {
      const path = paths[channel];
      if (path === undefined) continue;
      const { logfile_maxbytes: maxBytes, logfile_backups: backups } = config[channel];
      const lease = this.#options.logs.open(path, { maxBytes, backups });
      if ('code' in lease) {
        closeLogs(leases);
        throw Object.assign(new Error(`Cannot open log "${path}"`), { code: lease.code });
      }
      leases[channel] = lease;
    }
    return leases;
  }

  #path(config: ProcessConfig, channel: Channel, stream: StreamConfig): string | undefined {
    const { logfile } = stream;
    if (logfile.type === 'none') return undefined;
    if (logfile.type === 'file') return logfile.path === '' ? undefined : logfile.path;
    const { identifier } = this.#options;
    const childlogdir = resolve(this.#options.childlogdir);
    const made = makeAutoLog(childlogdir, config.name, channel, identifier);
    // Without a file the program cannot be started, and its spawn error says why: opening this will fail alike.
    return 'path' in made ? made.path : join(childlogdir, `${config.name}-${channel}---${identifier}.log`);
  }
}

export function closeLogs(leases: Leases): void {
  for (const lease of Object.values(leases)) lease.close();
}

/** Empties the log of a program that does not run; the code of a failure. One that is not there is empty. */
export function emptyLog(path: string | undefined): string | undefined {
  // Behind a descriptor there may be a file, that of whoever redirected it.
  if (path === undefined || isDevice(path)) return undefined;
  try {
    truncateSync(path);
    return undefined;
  } catch (error) {
    const code = errnoCode(error);
    return code === 'ENOENT' || code === 'EINVAL' ? undefined : code;
  }
}
