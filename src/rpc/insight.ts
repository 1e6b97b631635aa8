/**
 * What dashboards and curious people ask: why something is as it is, what it costs, what has happened. All of it is
 * read at the moment of the question; nothing is measured for nobody. Methods of the `tssupervisor` namespace, declared
 * as `methods.ts` does.
 *
 * Processes are keys as `group:process`. Moments called `at` in `getSamples` and `getTimeline` are milliseconds since
 * the epoch, all others seconds; what does not fit into 32 bits is a `<double>` in XML-RPC.
 */
import type { Answer, MethodDeclaration } from './methods.ts';

/** Of those that run, each with all that is below it. */
export type Samples = {
  /** Milliseconds since the epoch: a share of a core is the difference of two samples by that of their moments. */
  readonly at: number;
  /** Cores of the machine. */
  readonly cpus: number;
  /** CPU time used up so far, in milliseconds, with that of its children that have ended; resident memory in bytes. */
  readonly processes: Readonly<Record<string, readonly [cpuMs: number, rssBytes: number]>>;
};

export type LastLines = Readonly<Record<string, string>>;

/** How one run ended, or why it did not begin. */
export type ExitInfo = {
  /** Seconds since the epoch. */
  readonly at: number;
  /** 0 if it never had one. */
  readonly pid: number;
  /** Seconds. */
  readonly ran: number;
  /**
   * exit and signal: of its own, or by a stranger; spawn, port: it could not be started; probe: it did not get ready,
   * or was found not alive; stopped: somebody wanted that, or memory_limit, watch and the like (`text` says which).
   */
  readonly cause: 'exit' | 'signal' | 'spawn' | 'port' | 'probe' | 'stopped';
  /** The same in words, as the log has it. */
  readonly text: string;
  /** The exit code; -1 after a signal and where there was no process. */
  readonly status: number;
  /** `SIGSEGV`; empty if it was none. */
  readonly signal: string;
  /** Nothing to worry about: told to stop, or an exit code that `exitcodes` names. */
  readonly expected: boolean;
  /** The last lines of its output, the oldest first: at most 50 of at most 500 characters, only of a bad end. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
};

export type WhyInfo = {
  readonly group: string;
  readonly name: string;
  readonly statename: string;
  /** Why it is in this state; often empty. */
  readonly why: string;
  /** When it got into this state, in seconds since the epoch, as far as that is still known; 0 is never. */
  readonly since: number;
  /** What must be there before it is started: `redis:ready`. */
  readonly waitsfor: readonly string[];
  /** The last ends since the daemon started, the newest first; at most 10. */
  readonly exits: readonly ExitInfo[];
};

export type TimelineItem = {
  readonly serial: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly name: string;
  readonly data: Readonly<Record<string, string | number | boolean>>;
};

export type Timeline = {
  /** Names this life of the daemon: a cursor out of another one means nothing. */
  readonly life: string;
  /** Where to go on. */
  readonly cursor: number;
  /** How many between the cursor that was given and the first item are no longer known. */
  readonly missed: number;
  readonly items: readonly TimelineItem[];
};

export type Graph = {
  readonly nodes: readonly { readonly group: string; readonly name: string; readonly statename: string }[];
  /** `from` depends on `to`: started, ready or exited. */
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly condition: string;
    readonly ismet: boolean;
  }[];
};

export type EnvironmentVariable = {
  readonly name: string;
  readonly value: string;
  /** `***` stands for it, or for the password in it. */
  readonly masked: boolean;
};

export type HostInfo = {
  readonly hostname: string;
  readonly identifier: string;
  readonly version: string;
  readonly pid: number;
  /** When the daemon started, in seconds since the epoch. */
  readonly started: number;
  readonly cpus: number;
  /** Of the last 1, 5 and 15 minutes. */
  readonly load: readonly [one: number, five: number, fifteen: number];
  /** In bytes, as are the next two. */
  readonly memtotal: number;
  readonly memavailable: number;
  /** The daemon's own. */
  readonly rss: number;
  readonly openfiles: number;
  /** 0 is no limit. */
  readonly maxfiles: number;
  /** Those with logs on them, by a folder of the logs; in bytes. `logs`: what the logs there take, old ones included. */
  readonly disks: readonly {
    readonly path: string;
    readonly total: number;
    readonly free: number;
    readonly logs: number;
  }[];
};

export interface InsightMethods {
  getSamples(names: readonly unknown[]): Answer<Samples>;
  getLastLines(names: readonly unknown[]): Answer<LastLines>;
  getWhy(name: string): Answer<WhyInfo>;
  getTimeline(cursor: number, limit: number): Answer<Timeline>;
  getGraph(): Answer<Graph>;
  getEnvironment(name: string, secrets: boolean): Answer<readonly EnvironmentVariable[]>;
  getHost(): Answer<HostInfo>;
}

const names = { name: 'names', type: 'array', initial: [] } as const;
const name = { name: 'name', type: 'string' } as const;

export const insightMethods = {
  getWhy: {
    params: [name],
    result: 'struct',
    doc:
      'Why a process is in its state, what it waits for, and its last 10 ends with their causes; at a bad one the last ' +
      'lines of its output.',
  },
  getSamples: {
    params: [names],
    result: 'struct',
    doc:
      'CPU time (milliseconds) and resident memory (bytes) of what runs, children included, measured now: all, or those ' +
      'of these names (name, group:name, group:*).',
  },
  getLastLines: {
    params: [names],
    result: 'struct',
    doc: 'The last line of the output of each process, or of those of these names, at most 200 characters.',
  },
  getTimeline: {
    params: [
      { name: 'cursor', type: 'int', initial: 0 },
      { name: 'limit', type: 'int', initial: 200 },
    ],
    result: 'struct',
    doc: 'What has happened since cursor (0: as far back as is known), the oldest first, at most limit of it; see Events.',
  },
  getGraph: {
    params: [],
    result: 'struct',
    doc: 'Who depends on whom (depends_on), on which condition, and whether that holds now.',
  },
  getEnvironment: {
    params: [name, { name: 'secrets', type: 'boolean', initial: false }],
    result: 'array',
    doc:
      'The environment that a process is started with. Values of names like KEY, SECRET, TOKEN and PASSWORD are masked, ' +
      'unless secrets are asked for; they are told over the unix socket only.',
  },
  getHost: {
    params: [],
    result: 'struct',
    doc: 'The machine and the daemon: load, memory, open files, room for logs.',
  },
} as const satisfies Record<keyof InsightMethods, MethodDeclaration>;
