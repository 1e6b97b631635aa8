/** What happens to a process, and what follows from it. */
import type { StateName } from '../../rpc/states.ts';
import type { ProcessRecord } from './process-record.ts';

export type ProcessInput =
  /** Somebody wants it to run: what was remembered of its ends is forgotten. */
  | { readonly type: 'start' }
  /** It is to run once others are there, and does not run yet; with `why` that has come to nothing. */
  | { readonly type: 'held'; readonly why: string | undefined }
  /** It has EXITED and is to be restarted: at once, or as `spec.restart` says. */
  | { readonly type: 'again' }
  | { readonly type: 'spawned'; readonly pid: number }
  | { readonly type: 'spawnFailed'; readonly why: string }
  /** `why` unless somebody asked for it; only told, and decides nothing. */
  | { readonly type: 'stop'; readonly why?: string }
  /** Stopped, and started again whatever autorestart says; of one that does not run nothing comes. For the log: `web: why`. */
  | { readonly type: 'restart'; readonly why: string }
  /** What `prepareStop` asked for is done. */
  | { readonly type: 'stopPrepared'; readonly pid: number }
  /** What its probe `ready` says: a good answer, or (enough of) bad ones. */
  | { readonly type: 'ready'; readonly pid: number }
  | { readonly type: 'unready'; readonly pid: number; readonly why: string }
  | {
      readonly type: 'exited';
      readonly pid: number;
      readonly code: number | undefined;
      readonly signal: number | undefined;
      readonly coreDumped: boolean;
    }
  | { readonly type: 'killFailed'; readonly pid: number; readonly why: string }
  /** The daemon goes down: what backs off is given up. */
  | { readonly type: 'giveUp' }
  /** What is being stopped is not started again behind that. */
  | { readonly type: 'stay' }
  | { readonly type: 'tick' };

export type LogLevelName = 'critical' | 'warn' | 'info' | 'debug';

export type ProcessEffect =
  | { readonly type: 'spawn' }
  | { readonly type: 'kill'; readonly pid: number; readonly signal: number; readonly asGroup: boolean }
  /** It is STOPPING: what is to be done before its signal, then `stopPrepared`. */
  | { readonly type: 'prepareStop'; readonly pid: number }
  | { readonly type: 'log'; readonly level: LogLevelName; readonly text: string };

/** A change of state as the world is told of it; `PROCESS_STATE_` and the name of the state entered. */
export interface StateEvent {
  readonly to: StateName;
  readonly from: StateName;
  /** With STARTING and BACKOFF. */
  readonly tries?: number;
  /** With RUNNING, STOPPING, EXITED and STOPPED; 0 if it never had one. */
  readonly pid?: number;
  /** With EXITED. */
  readonly expected?: boolean;
}

export interface Step {
  readonly record: ProcessRecord;
  readonly events: readonly StateEvent[];
  readonly effects: readonly ProcessEffect[];
}
