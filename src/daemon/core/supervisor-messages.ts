/** What happens to the daemon as a whole, what follows from it, and what is kept of it. */
import type { Mood } from '../../rpc/states.ts';
import type { Wait } from './order.ts';
import type { ProcessEffect, ProcessInput, StateEvent } from './process-messages.ts';
import type { ProcessRecord } from './process-record.ts';
import type { GroupSpec, ProcessSpec } from './spec.ts';

/** A process is known by its group and its name in one string; neither may hold a `:`. */
export type ProcessId = string;

export function processId(group: string, name: string): ProcessId {
  return `${group}:${name}`;
}

export type Input =
  /** The daemon is up: what autostarts does. */
  | { readonly type: 'boot' }
  | { readonly type: 'addGroup'; readonly group: GroupSpec }
  /** Only for a group all of whose processes are stopped. */
  | { readonly type: 'removeGroup'; readonly name: string }
  /** Another process in a group that is there; it autostarts as those of a new group do. */
  | { readonly type: 'addProcess'; readonly group: string; readonly spec: ProcessSpec }
  /** Only for a stopped one. */
  | { readonly type: 'removeProcess'; readonly id: ProcessId }
  /** Another priority for a group that goes on as it is, and the order of its processes. */
  | { readonly type: 'regroup'; readonly name: string; readonly priority: number; readonly order: readonly string[] }
  /** Other settings for a process that goes on as it is. */
  | { readonly type: 'respec'; readonly id: ProcessId; readonly spec: ProcessSpec }
  | { readonly type: 'process'; readonly id: ProcessId; readonly input: ProcessInput }
  /** Somebody wants it to run, after what it depends on, which is started too. */
  | { readonly type: 'startInOrder'; readonly id: ProcessId }
  | { readonly type: 'shutdown' }
  | { readonly type: 'restart' }
  | { readonly type: 'tick' };

export type Effect =
  | (ProcessEffect & { readonly id: ProcessId })
  /**
   * Everything is down: leave (mood SHUTDOWN) or read the configuration again (mood RESTARTING). `status` is what to
   * leave with, where a program with exit_daemon decides that.
   */
  | { readonly type: 'finished'; readonly mood: Mood; readonly status?: number };

export type Event =
  | (StateEvent & { readonly type: 'processState'; readonly id: ProcessId })
  | { readonly type: 'supervisorState'; readonly state: 'RUNNING' | 'STOPPING' }
  | { readonly type: 'groupAdded' | 'groupRemoved'; readonly group: string }
  /** Told to nobody outside: one process of a group has come, has gone, or has other settings. */
  | { readonly type: 'member'; readonly id: ProcessId; readonly is: 'added' | 'removed' | 'changed' }
  /** It is there for others from now on (RUNNING and ready), or not any more. */
  | { readonly type: 'serving'; readonly id: ProcessId; readonly serving: boolean }
  /** It waits for others before it starts; without `for` it does not any more, and has not been started. */
  | { readonly type: 'waiting'; readonly id: ProcessId; readonly for?: string };

export interface Outcome {
  readonly effects: readonly Effect[];
  readonly events: readonly Event[];
  /** The earliest deadline among the processes that this input changed: a `tick` is due then at the latest. */
  readonly deadline: number | undefined;
}

export interface Snapshot {
  readonly mood: Mood;
  readonly exitStatus: number | undefined;
  readonly groups: readonly {
    readonly name: string;
    readonly priority: number;
    readonly processes: readonly { readonly spec: ProcessSpec; readonly record: ProcessRecord }[];
  }[];
  /** Who is to start after others. */
  readonly waits?: readonly Wait[];
}
