/** Every method of the `tssupervisor` namespace: what Supervisor has no method for. Declared as `methods.ts` does. */
import { type InsightMethods, insightMethods } from './insight.ts';
import type { Answer, MethodDeclaration } from './methods.ts';
import type { ProcessResult } from './structs.ts';

/** Who is told of a pool's events. */
export type ListenerPool = {
  readonly name: string;
  /** Events that wait for a listener. */
  readonly waiting: number;
  /** Events lost because too many waited, since the daemon started. */
  readonly dropped: number;
  readonly listeners: readonly { readonly name: string; readonly state: string }[];
};

/** One port of one process. */
export type PortInfo = {
  readonly group: string;
  readonly name: string;
  /** `port`, `port_metrics`, or `listen` for a socket that the daemon holds. */
  readonly key: string;
  readonly bind: string;
  readonly port: number;
  readonly statename: string;
  /** Who listens there now: pid and command line. Empty where nobody does, or nobody whom the daemon may see. */
  readonly holders: readonly { readonly pid: number; readonly command: string; readonly startedas: string }[];
};

/** One process, and what Supervisor's struct has no place for. */
export type ProcessDetail = {
  readonly group: string;
  readonly name: string;
  readonly statename: string;
  readonly pid: number;
  /** RUNNING, and ready. */
  readonly serving: boolean;
  /** Why it is in this state, or what it waits for; often empty. */
  readonly why: string;
  /** What its probes have come to: `good`, `bad`, `unknown`, or empty where there is none. */
  readonly ready: string;
  readonly live: string;
  /** What it says of itself (sd_notify STATUS). */
  readonly status: string;
  /** When its schedule starts it next, in seconds since the epoch; 0 without one. */
  readonly nextrun: number;
  /** Runs that did not take place: the one before went on, or the machine slept. */
  readonly skippedruns: number;
  /** Seconds since the epoch: of the last start, and of the last end; 0 is never. */
  readonly start: number;
  readonly stop: number;
  /** How often it has been started again within the last hour, as far as this daemon has seen it. */
  readonly restarts: number;
  /** As the setting `tags` has them. */
  readonly tags: readonly string[];
  /** Its ports, those of the sockets that the daemon holds for it included. */
  readonly ports: readonly number[];
  /** As `getProcessInfo` has it. */
  readonly description: string;
};

/** A line of a job; `at` in seconds since the epoch. */
export type JobInfo = {
  readonly id: string;
  readonly what: string;
  /** running, done, failed or cancelled. */
  readonly state: string;
  /** Give it to `waitJob` to be told what comes after these lines. */
  readonly cursor: number;
  readonly lines: readonly { readonly at: number; readonly text: string }[];
};

/** One `[upstream:x]`, and what its proxy was told. */
export type UpstreamInfo = {
  readonly name: string;
  /** nginx or haproxy. */
  readonly driver: string;
  /** The file, or the socket and the backend. */
  readonly target: string;
  /** Why the proxy does not have what is to be; empty if it does. */
  readonly error: string;
  readonly servers: readonly {
    readonly name: string;
    readonly address: string;
    /** in, draining or out. */
    readonly state: string;
    /** Seconds since the epoch. */
    readonly since: number;
    readonly why: string;
  }[];
};

/** Where in a log to begin. */
export type LogOffset = {
  /** In bytes: for `readProcessStdoutLog(name, offset, 0)`. */
  readonly offset: number;
  /** Something of that time has been rotated away. */
  readonly iscut: boolean;
};

/** What an update does to a process. */
export type ProcessChange = {
  readonly group: string;
  readonly name: string;
  /** keep, add, remove or restart. */
  readonly change: string;
  /** The settings that restart it, or those that it takes over as it goes on. */
  readonly keys: readonly string[];
};

export interface OwnMethods extends InsightMethods {
  startAlone(name: string, wait: boolean): Answer<readonly ProcessResult[]>;
  update(names: readonly unknown[]): Answer<string>;
  reload(names: readonly unknown[]): Answer<string>;
  scale(name: string, to: string): Answer<string>;
  planUpdate(names: readonly unknown[]): Answer<readonly ProcessChange[]>;
  roll(name: string, batch: string, force: boolean): Answer<string>;
  getJobs(lines: number): Answer<readonly JobInfo[]>;
  waitJob(id: string, cursor: number): Answer<JobInfo>;
  cancelJob(id: string): Answer<boolean>;
  getVersion(): Answer<string>;
  getProcesses(): Answer<readonly ProcessDetail[]>;
  getPorts(): Answer<readonly PortInfo[]>;
  getLogOffset(name: string, channel: string, since: string): Answer<LogOffset>;
  closeSockets(name: string): Answer<readonly string[]>;
  getUpstreams(): Answer<readonly UpstreamInfo[]>;
  getListenerPools(): Answer<readonly ListenerPool[]>;
}

export const ownMethods = {
  ...insightMethods,
  getVersion: { params: [], result: 'string', doc: 'The version of tssupervisor.' },
  getProcesses: {
    params: [],
    result: 'array',
    doc: 'Every process with the reason for its state: what it waits for, what its probes say, what it says of itself; its tags, ports and restarts.',
  },
  getPorts: {
    params: [],
    result: 'array',
    doc: 'Every port that the files give to a process, and who listens on it.',
  },
  getLogOffset: {
    params: [
      { name: 'name', type: 'string' },
      { name: 'channel', type: 'string' },
      { name: 'since', type: 'string', orNumber: true },
    ],
    result: 'struct',
    doc:
      'From which byte on the log of a process (stdout, stderr) has all that was written since a time: `10m`, an ISO time, ' +
      'seconds since the epoch. See Logs for what more may come with it.',
  },
  closeSockets: {
    params: [{ name: 'name', type: 'string' }],
    result: 'array',
    doc:
      'Closes the sockets that the daemon holds (listen) for what has been stopped: a process, a group (web:*) or all, until ' +
      'the next start; one that others use stays open. The URLs of those that were open.',
  },
  startAlone: {
    params: [
      { name: 'name', type: 'string' },
      { name: 'wait', type: 'boolean', initial: true },
    ],
    result: 'array',
    doc: 'Starts a process, a group (`group:*`) or all (`all`) at once, without waiting for what they depend on. A list of results.',
  },
  roll: {
    params: [
      { name: 'name', type: 'string' },
      { name: 'batch', type: 'string', orNumber: true, initial: '' },
      { name: 'force', type: 'boolean', initial: false },
    ],
    result: 'string',
    doc:
      'Restarts the running processes of a group (or one process, with force) one after the other, batch at a time (2, ' +
      '25%; empty: what roll_batch says), each when the one before is RUNNING again; one that does not get there ends it. The id of the job.',
  },
  update: {
    params: [{ name: 'names', type: 'array', initial: [] }],
    result: 'string',
    doc:
      'Reads the files and makes all groups (or these) what they say; only processes whose own settings have changed are ' +
      'stopped, and start again if they autostart or ran. The id of the job, empty if there is nothing to do.',
  },
  planUpdate: {
    params: [{ name: 'names', type: 'array', initial: [] }],
    result: 'array',
    doc: 'What update would do to each process (keep, add, remove, restart), and because of which settings.',
  },
  scale: {
    params: [
      { name: 'name', type: 'string' },
      { name: 'to', type: 'string', orNumber: true },
    ],
    result: 'string',
    doc:
      'Gives a program so many processes (6, +2, -2), the highest going first; the others are not touched. It holds until ' +
      'numprocs in the file is another one. The id of the job, empty if it has as many.',
  },
  reload: {
    params: [{ name: 'names', type: 'array' }],
    result: 'string',
    doc: 'Makes running processes and groups reload, as their setting `reload` says. The id of the job.',
  },
  getJobs: {
    params: [{ name: 'lines', type: 'int', initial: 0 }],
    result: 'array',
    doc: 'The last jobs, the oldest first, each with so many of its last lines.',
  },
  waitJob: {
    params: [
      { name: 'id', type: 'string' },
      { name: 'cursor', type: 'int', initial: 0 },
    ],
    result: 'struct',
    doc: 'What a job has said since cursor; waits until there is something, or the job is over.',
  },
  cancelJob: {
    params: [{ name: 'id', type: 'string' }],
    result: 'boolean',
    doc: 'Lets a job finish what it has begun, and begin nothing else.',
  },
  getUpstreams: {
    params: [],
    result: 'array',
    doc: 'Every upstream with its servers: in, draining or out, since when and why; and why its proxy could not be told.',
  },
  getListenerPools: {
    params: [],
    result: 'array',
    doc: 'The pools of event listeners: how many events wait, how many were lost, what each listener is doing.',
  },
} as const satisfies Record<keyof OwnMethods, MethodDeclaration>;
