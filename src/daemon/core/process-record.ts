/** What is known of a process, and what can be told from that alone. process.ts says how it changes. */
import { awaited, type Readiness } from './readiness.ts';
import { noHistory, type RestartHistory } from './restart.ts';

export type ProcessState =
  | { readonly name: 'STOPPED' }
  /** Without a pid it waits for its turn to be spawned, and then `upAt` does not count yet. */
  | {
      readonly name: 'STARTING';
      readonly pid: number | undefined;
      readonly upAt: number;
      readonly readiness?: Readiness;
    }
  /** `unready`: why it is not ready just now, though it was. */
  | { readonly name: 'RUNNING'; readonly pid: number; readonly unready?: string }
  | { readonly name: 'BACKOFF'; readonly retryAt: number }
  | StoppingState
  | { readonly name: 'EXITED' }
  /** `retryAt`: when it is tried again by itself, if ever. */
  | { readonly name: 'FATAL'; readonly retryAt?: number }
  | { readonly name: 'UNKNOWN' };

export interface StoppingState {
  readonly name: 'STOPPING';
  readonly pid: number;
  /** While it is prepared: when it gets its signal at the latest. Afterwards: when it is killed. */
  readonly killAt: number;
  readonly isPreparing?: boolean;
  /** It is to start again when it has stopped, unless that counts as an end too many. */
  readonly thenStart?: boolean;
  /** Why, unless somebody told it to. */
  readonly why?: string;
}

/** Everything that is known of a process; plain data, so that it can be written down and read again. */
export interface ProcessRecord {
  readonly state: ProcessState;
  /** Failed starts in a row: Supervisor's `backoff`. */
  readonly tries: number;
  /** Seconds since the epoch of the last start and the last death; 0 is never. */
  readonly startEpoch: number;
  readonly stopEpoch: number;
  /** Exit code, -1 after a signal, undefined when there is none to tell. */
  readonly exitStatus: number | undefined;
  readonly spawnError: string | undefined;
  readonly history: RestartHistory;
}

export const newProcess: ProcessRecord = {
  state: { name: 'STOPPED' },
  tries: 0,
  startEpoch: 0,
  stopEpoch: 0,
  exitStatus: undefined,
  spawnError: undefined,
  history: noHistory,
};

/** The moment (in `Moment.at`) at which the state needs a `tick`, if it ever does. */
export function deadlineOf(state: ProcessState): number | undefined {
  switch (state.name) {
    case 'STARTING':
      return state.pid === undefined ? undefined : (awaited(state.readiness) ?? state.upAt);
    case 'BACKOFF':
    case 'FATAL':
      return state.retryAt;
    case 'STOPPING':
      return state.killAt;
    case 'STOPPED':
    case 'RUNNING':
    case 'EXITED':
    case 'UNKNOWN':
      return undefined;
    default:
      return state satisfies never;
  }
}

/** The pid of the live process, 0 if there is none. */
export function pidOf(state: ProcessState): number {
  return 'pid' in state ? (state.pid ?? 0) : 0;
}

/** Whether it is there for others: RUNNING, and ready. */
export function isServing(state: ProcessState): boolean {
  return state.name === 'RUNNING' && state.unready === undefined;
}
