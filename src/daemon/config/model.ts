/**
 * What a configuration says once read: typed, expanded, with Supervisor's own words for its own settings
 * (`startsecs` in seconds, `*_maxbytes` in bytes). Nothing after this looks at text.
 */

import type { Dependency, RestartSpec } from '../core/spec.ts';
import type { Rlimit } from '../limits.ts';
import type { LineFormat } from '../logs/line-format.ts';
import type { CareConfig } from './care.ts';
import type { HooksConfig } from './hooks.ts';
import type { PortRange } from './port-options.ts';
import type { LiveConfig, ReadyConfig } from './probes.ts';
import type { ReloadConfig } from './reload-options.ts';
import type { EnvFile } from './restart-options.ts';
import type { ScheduleConfig } from './schedule.ts';
import type { WatchConfig } from './watch.ts';

/**
 * A log file setting: no log, a name chosen by the daemon, or a path as written. An empty setting is no log either,
 * but to `update` it is not the same setting as `NONE`.
 */
export type LogTarget =
  | { readonly type: 'none'; readonly empty?: true }
  | { readonly type: 'auto' }
  | { readonly type: 'file'; readonly path: string };

/** What becomes of one output stream of a program. */
export interface StreamConfig {
  readonly logfile: LogTarget;
  readonly logfile_maxbytes: number;
  readonly logfile_backups: number;
  readonly capture_maxbytes: number;
  readonly events_enabled: boolean;
  readonly syslog: boolean;
  /** How its lines stand in the log; undefined: as they are written. */
  readonly log_format?: LineFormat | undefined;
}

/** `key` is `port` or `port_metrics`. */
export interface PortConfig {
  readonly key: string;
  readonly port: number;
  /** The daemon listens there for the process: `listen`. */
  readonly isHeld?: true;
}

/** Where a held socket is bound: a host is an address or a name, without brackets. */
export type HeldAddress =
  | { readonly family: 'unix'; readonly path: string }
  | { readonly family: 'inet'; readonly host: string; readonly port: number };

/** A socket that the daemon holds for programs: `listen`. */
export interface HeldSocketConfig {
  /** The address in one form: what is the same socket has the same. */
  readonly url: string;
  readonly address: HeldAddress;
  readonly backlog: number;
  /** Permission bits and [uid, gid] (-1 unchanged); only of unix sockets. */
  readonly mode?: number | undefined;
  readonly owner?: readonly [uid: number, gid: number] | undefined;
  /** Each process has one of its own, with SO_REUSEPORT. */
  readonly isSpread: boolean;
}

/** The held sockets of one process, and how it gets them. */
export interface ListenConfig {
  /** With `fds` its descriptors 3, 4, ...; with `stdin` a single one, its descriptor 0. */
  readonly sockets: readonly HeldSocketConfig[];
  readonly as: 'fds' | 'stdin';
  /** LISTEN_FDNAMES, one for each socket. */
  readonly names: readonly string[];
  /** A connection starts it, and it is stopped when there has been none for so long (0: never). */
  readonly onDemand?: { readonly idleStopMs: number };
}

/** One process: a program section expanded for one `process_num`. */
export interface ProcessConfig {
  readonly name: string;
  readonly group: string;
  /** The section that defined it, `program:web`, and where it stands. */
  readonly section: string;
  readonly command: string;
  readonly priority: number;
  readonly autostart: boolean;
  readonly autorestart: boolean | 'unexpected';
  readonly startsecs: number;
  readonly startretries: number;
  readonly exitcodes: readonly number[];
  /** The number of the signal. */
  readonly stopsignal: number;
  readonly stopwaitsecs: number;
  readonly stopasgroup: boolean;
  readonly killasgroup: boolean;
  readonly directory: string | undefined;
  readonly umask: number | undefined;
  /** As written: a name or a number that exists. `uid` is what it stands for. */
  readonly user: string | undefined;
  readonly uid: number | undefined;
  readonly redirect_stderr: boolean;
  readonly stdout: StreamConfig;
  readonly stderr: StreamConfig;
  /** `[supervisord] environment` already merged in below the program's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it listens, and on which ports: `port`, `port_NAME`. Without these keys empty. */
  readonly bind: string;
  readonly ports: readonly PortConfig[];
  /** The sockets that the daemon holds for it: `listen`. */
  readonly listen?: ListenConfig | undefined;
  /** The files that it is acted on for: `watch`. */
  readonly watch?: WatchConfig | undefined;
  /** Files of variables, read at every start; the names in `ownVariables` are the program's own, which win over them. */
  readonly envFiles: readonly EnvFile[];
  readonly ownVariables: readonly string[];
  /** The keys of ours about waits, limits of ends and the daemon's end; undefined where they change nothing. */
  readonly restart: RestartSpec | undefined;
  /** `ready` and `live`, where they are written. */
  readonly ready?: ReadyConfig;
  readonly live?: LiveConfig;
  /** What it waits for, and the commands around its starts and stops, where they are written. */
  readonly dependsOn?: readonly Dependency[];
  readonly hooks?: HooksConfig;
  /** What `reload NAME` does, where it is written. */
  readonly reload?: ReloadConfig;
  /** `roll_batch`, where it is written: `2`, `25%`. */
  readonly rollBatch?: string | undefined;
  /** `roll_surge`, where it is over 0. */
  readonly rollSurge?: number | undefined;
  /** `memory_limit` and `max_age`, where they are written. */
  readonly care?: CareConfig | undefined;
  /** When it is started: `schedule`. */
  readonly schedule?: ScheduleConfig;
  /** `tags`, where it has any. */
  readonly tags?: readonly string[];
  /** What it gets instead of the daemon's own. */
  readonly rlimits: readonly Rlimit[];
  readonly nice: number | undefined;
  /** It is in an [upstream:x], and its connections have so long to end before it is told to stop. */
  readonly upstreamDrainMs?: number;
  /** Undefined means AUTO. */
  readonly serverurl: string | undefined;
  /** The listening socket that it gets as its standard input: one and the same object for all who share it. */
  readonly socket?: FcgiSocketConfig;
  /**
   * Where the section says `%(numprocs)`: what it says of a process whatever their number. By this it is compared, so
   * that another number alone changes nothing for those that are there.
   */
  readonly uncounted?: Pick<
    ProcessConfig,
    'command' | 'directory' | 'stdout' | 'stderr' | 'environment' | 'envFiles' | 'listen'
  >;
  /** Why an fcgi-program in a [group:x] has no socket. (Supervisor reads none there, so that is no problem.) */
  readonly socketTrouble?: string;
}

export interface GroupBase {
  readonly name: string;
  readonly priority: number;
  readonly processes: readonly ProcessConfig[];
}

export interface FcgiSocketConfig {
  /** `unix:///path`, made normal, or `tcp://host:port` in lower case. */
  readonly url: string;
  /** Undefined means the system's SOMAXCONN. */
  readonly backlog: number | undefined;
  /** Permission bits and [uid, gid] (-1 unchanged); only for unix sockets. */
  readonly mode: number | undefined;
  readonly owner: readonly [uid: number, gid: number] | undefined;
}

export type GroupConfig =
  | (GroupBase & { readonly type: 'group' })
  | (GroupBase & {
      readonly type: 'eventlistener';
      readonly events: readonly string[];
      readonly buffer_size: number;
      /** Whether the file names a buffer_size: one that is written is kept to the letter. */
      readonly buffer_size_written: boolean;
      readonly result_handler: string;
    })
  | (GroupBase & { readonly type: 'fcgi'; readonly socket: FcgiSocketConfig });

interface HttpServerBase {
  readonly section: string;
  /** What follows the `:` of the section's name, if anything does. */
  readonly name: string | undefined;
  readonly username: string | undefined;
  /** Clear text or `{SHA}` and 40 hex digits. */
  readonly password: string | undefined;
}

export type HttpServerConfig =
  | (HttpServerBase & {
      readonly family: 'unix';
      readonly file: string;
      readonly chmod: number;
      readonly chown: readonly [uid: number, gid: number];
    })
  | (HttpServerBase & {
      readonly family: 'inet';
      /** Empty means every IPv4 interface. */
      readonly host: string;
      readonly port: number;
      readonly allow_unauthenticated: boolean;
    });

export type LogLevel = 'critical' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'blather';

/** `[supervisord]`, with the command line on top. Paths are absolute. */
export interface DaemonConfig {
  readonly logfile: string;
  readonly logfile_maxbytes: number;
  readonly logfile_backups: number;
  readonly loglevel: LogLevel;
  readonly pidfile: string;
  readonly umask: number;
  readonly directory: string | undefined;
  readonly nodaemon: boolean;
  readonly silent: boolean;
  readonly minfds: number;
  readonly minprocs: number;
  readonly nocleanup: boolean;
  readonly childlogdir: string;
  readonly user: string | undefined;
  readonly uid: number | undefined;
  readonly strip_ansi: boolean;
  readonly port_range: PortRange;
  /** Whether an update follows when the files change. */
  readonly watch_config: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly identifier: string;
}

export interface RpcInterfaceConfig {
  readonly name: string;
  readonly factory: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** How the proxy of an [upstream:x] is told. Commands are argument vectors, paths are absolute. */
export type UpstreamDriver =
  | {
      readonly type: 'nginx';
      readonly file: string;
      readonly test: readonly string[] | undefined;
      readonly reload:
        | { readonly type: 'program'; readonly program: string }
        | { readonly type: 'command'; readonly argv: readonly string[] };
    }
  | { readonly type: 'haproxy'; readonly socket: string; readonly backend: string };

/** `[upstream:x]`: the processes of these programs are the servers of a proxy. */
export interface UpstreamConfig {
  readonly name: string;
  readonly programs: readonly string[];
  /** What stands behind every server. */
  readonly options: string;
  readonly drainMs: number;
  readonly driver: UpstreamDriver;
}

/** Everything a set of files says. */
export interface LoadedConfig {
  /** The main file, absolute, and the directory it stands in. */
  readonly file: string;
  readonly here: string;
  /** The files that were read, in order, the main file first. */
  readonly files: readonly string[];
  /** The patterns of `[include]`, absolute; only where they are watched. */
  readonly includes?: readonly string[];
  readonly supervisord: DaemonConfig;
  /** Sorted by (priority, name), as Supervisor lists them. */
  readonly groups: readonly GroupConfig[];
  /** inet servers first, then unix, each in the order written. */
  readonly httpServers: readonly HttpServerConfig[];
  /** Absent without a section [upstream:x]. */
  readonly upstreams?: readonly UpstreamConfig[];
  readonly rpcinterfaces: readonly RpcInterfaceConfig[];
  /** What is logged about the configuration once the log is open, in this order: criticals, warnings, infos. */
  readonly messages: {
    readonly critical: readonly string[];
    readonly warn: readonly string[];
    readonly info: readonly string[];
  };
}

/** One thing wrong with a configuration. */
export interface Problem {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly section: string | undefined;
  readonly key: string | undefined;
  /** One sentence without a full stop, in Supervisor's words where Supervisor has words for it. */
  readonly message: string;
  /** What Supervisor adds to a problem inside a program: ` in section 'program:p' (file: '/etc/x.conf')`. */
  readonly suffix?: string;
  readonly expected?: string;
  readonly got?: string;
  /** What the writer may have meant. */
  readonly hint?: string;
}

/** A key or a section that means nothing, but nearly has the name of one that does. Never an error. */
export interface Suggestion {
  readonly file: string;
  readonly line: number;
  readonly section: string;
  /** Undefined if it is the section's name that looks misspelt. */
  readonly key: string | undefined;
  readonly hint: string;
}

/** All problems of all files, the one that Supervisor would report first. */
export type LoadResult =
  | { readonly ok: true; readonly config: LoadedConfig; readonly suggestions: readonly Suggestion[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly suggestions: readonly Suggestion[] };
