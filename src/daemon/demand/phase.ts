import type { StateName } from '../../rpc/states.ts';
import type { ProcessConfig } from '../config/model.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { keysOf } from '../held-sockets.ts';
import type { Cancel } from '../os/os.ts';

/** What a process that is started by a connection is doing, beside its state. */
export type Phase =
  | { readonly name: 'waiting'; readonly fds: readonly number[]; readonly text: string }
  /** To wait in a moment: it has just been started, or its socket could not be had (then it is not held). */
  | { readonly name: 'pausing'; readonly text: string; readonly isHeld: boolean; readonly cancel: Cancel }
  /** `isAwaited`: started by a connection, which waits for it. */
  | { readonly name: 'up'; readonly isAwaited?: boolean }
  /** Told to stop because it was idle. */
  | { readonly name: 'retiring' }
  | { readonly name: 'closing'; readonly cancel: Cancel }
  | { readonly name: 'off' };

export interface Entry {
  readonly config: ProcessConfig;
  phase: Phase;
  /** When a connection started it last. */
  startedAt: number;
}

/** It has a child, or is to have one by itself. */
export const busyStates: ReadonlySet<StateName> = new Set(['STARTING', 'RUNNING', 'STOPPING', 'BACKOFF']);

/** What it waits for, in words. */
export function waitOf(phase: Phase): string | undefined {
  return phase.name === 'waiting' || phase.name === 'pausing' ? phase.text : undefined;
}

/** Whether a connection to its socket will be served, though the process does not run, or not yet. */
export function isOpen(phase: Phase): boolean {
  switch (phase.name) {
    case 'waiting':
    case 'retiring':
      return true;
    case 'pausing':
      return phase.isHeld;
    case 'up':
      return phase.isAwaited === true;
    case 'closing':
    case 'off':
      return false;
    default:
      return phase satisfies never;
  }
}

/** The sockets at which a connection is news: somebody waits there, and nobody who could accept it is busy. */
export function toBePolled(
  entries: ReadonlyMap<ProcessId, Entry>,
  isBusy: (id: ProcessId) => boolean,
): ReadonlySet<number> {
  const busyKeys = new Set<string>();
  for (const [id, { config }] of entries) if (isBusy(id)) for (const key of keysOf(config)) busyKeys.add(key);
  const fds = new Set<number>();
  for (const { config, phase } of entries.values()) {
    if (phase.name !== 'waiting') continue;
    for (const [index, key] of keysOf(config).entries()) {
      const fd = phase.fds[index];
      if (fd !== undefined && !busyKeys.has(key)) fds.add(fd);
    }
  }
  return fds;
}

export function urlsOf({ listen }: ProcessConfig): string {
  return listen?.sockets.map(({ url }) => url).join(', ') ?? '';
}

export function waitingText(config: ProcessConfig): string {
  return `Waiting for a connection on ${urlsOf(config)}`;
}
