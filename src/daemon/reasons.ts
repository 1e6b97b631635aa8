/**
 * Why a process is in its state, or what it waits for, in words for people: Supervisor's `description` has no room for
 * that. Each part of the daemon that makes processes wait adds what it knows; the first that has something to say wins.
 */
import type { ProcessRecord } from './core/process-record.ts';
import { secondsText } from './core/restart.ts';
import type { ProcessId } from './core/supervisor-messages.ts';

export type ReasonSource = (id: ProcessId) => string | undefined;

export class Reasons {
  readonly #sources: ReasonSource[] = [];

  add(source: ReasonSource): void {
    this.#sources.push(source);
  }

  of(id: ProcessId): string {
    for (const source of this.#sources) {
      const reason = source(id);
      if (reason !== undefined) return reason;
    }
    return '';
  }
}

/** What the core itself knows; `at` is the daemon's clock. */
export function reasonOf({ state, spawnError }: ProcessRecord, at: number): string | undefined {
  switch (state.name) {
    case 'STARTING':
      if (state.pid === undefined) return undefined;
      if (state.readiness !== undefined && !state.readiness.isGood) {
        const { killAt, why } = state.readiness;
        return killAt === undefined ? `waiting until it is ready: ${why}` : `not ready in time, being stopped: ${why}`;
      }
      return undefined;
    case 'RUNNING':
      return state.unready === undefined ? undefined : `not ready: ${state.unready}`;
    case 'BACKOFF':
      return `${spawnError ?? 'it did not start'}; tried again in ${secondsText(Math.max(0, state.retryAt - at))}`;
    case 'FATAL':
      if (state.retryAt === undefined) return spawnError;
      return `${spawnError ?? 'it did not start'}; tried again in ${secondsText(Math.max(0, state.retryAt - at))}`;
    case 'STOPPING':
      if (state.isPreparing) return 'leaving its upstream or running pre_stop, before it is told to stop';
      return state.thenStart ? 'restarting' : undefined;
    default:
      return undefined;
  }
}
