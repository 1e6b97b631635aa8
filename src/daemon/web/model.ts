/** What the pages are made of. All of it is plain: it crosses from the daemon's file into that of the pages. */
import type { SupervisorMethods } from '../../rpc/methods.ts';
import type { ProcessInfo } from '../../rpc/structs.ts';
import type { PreEncoded } from '../../rpc/xml.ts';

/** The methods that the pages call: the very ones that RPC calls. */
type PageMethod =
  | 'startProcess'
  | 'stopProcess'
  | 'startAllProcesses'
  | 'stopAllProcesses'
  | 'clearProcessLogs'
  | 'readProcessStdoutLog'
  | 'readProcessStderrLog';

/** What a call comes to. A refusal has the code and the text of its fault. */
export type Outcome<Value> = { readonly value: Value } | { readonly code: number; readonly text: string };

/** None of these methods has its answer encoded beforehand. */
type CallOutcome<Name extends PageMethod> = Outcome<Exclude<Awaited<ReturnType<SupervisorMethods[Name]>>, PreEncoded>>;

/** A pool of event listeners with which something is wrong. */
export interface PoolTrouble {
  readonly name: string;
  /** Events lost because too many waited. */
  readonly dropped: number;
  /** The names of listeners that broke the protocol, so that they get no events any more. */
  readonly unknown: readonly string[];
}

/** The daemon, as far as the pages know it. */
export interface PageDaemon {
  call<Name extends PageMethod>(name: Name, ...args: Parameters<SupervisorMethods[Name]>): Promise<CallOutcome<Name>>;
  /** Whether there is such a process now. */
  has(group: string, process: string): boolean;
  /** Every process, by group and then by name; undefined while the daemon goes down. */
  processes(): readonly ProcessInfo[] | undefined;
  /** The pools of event listeners that people should know about. */
  troubledPools(): readonly PoolTrouble[];
  readonly identifier: string;
  /** The machine's name. */
  readonly machine: string;
  /** Of Supervisor, whose behaviour this is, and of ours. */
  readonly versions: { readonly supervisor: string; readonly own: string };
  /** What a form has to bring along to change anything: a secret of this life of the daemon. */
  readonly token: string;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A request, as far as the pages look at it. */
export interface PageRequest {
  readonly method: string;
  /** Path and query, as it was asked for. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of a POST. */
  readonly body: string;
}

export interface PageAnswer {
  readonly status: number;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: string;
}
