/**
 * What `ready` changes on the way to RUNNING, and there: a process is STARTING until its probe has said yes and
 * startsecs have passed; RUNNING it may be unready for a while, which stops nothing.
 *
 *     spawned ──► awaited ──ready──► (startsecs) ──► RUNNING ◄──ready── unready
 *                   │ ready_timeout                     └─────unready─────┘
 *                   ▼
 *            told to stop, killed ──exited──► BACKOFF, `Not ready within 30 seconds: why`
 *
 * An exit before the first yes is a failed start, whatever startsecs is.
 */
import type { Draft } from './draft.ts';
import type { ProcessState } from './process-record.ts';
import { secondsText } from './restart.ts';
import type { Moment, ProcessSpec } from './spec.ts';

/** Of a process that is STARTING. */
export interface Readiness {
  readonly isGood: boolean;
  /** When its time to get ready is over. */
  readonly by: number;
  /** It is over: when the process, which was told to stop, is killed. */
  readonly killAt?: number;
  /** What the probe complained of last. */
  readonly why: string;
}

type Starting = Extract<ProcessState, { name: 'STARTING' }>;

export function begunReadiness({ ready }: ProcessSpec, now: Moment): Readiness | undefined {
  return ready && { isGood: false, by: now.at + ready.timeoutMs, why: 'no answer yet' };
}

/** Whether nothing but startsecs is between it and RUNNING. */
export function readyOf(readiness: Readiness | undefined): boolean {
  return readiness === undefined || readiness.isGood;
}

/** The moment that counts as long as it is not ready. */
export function awaited(readiness: Readiness | undefined): number | undefined {
  return readiness === undefined || readiness.isGood ? undefined : (readiness.killAt ?? readiness.by);
}

/** It is ready; too late for one that was told to stop. */
export function readyIn(state: Starting): Starting {
  const { readiness } = state;
  if (readiness === undefined || readiness.killAt !== undefined) return state;
  return { ...state, readiness: { ...readiness, isGood: true } };
}

/** The news of a probe that does not end its start. */
export function notReady(
  draft: Draft,
  state: Starting | Extract<ProcessState, { name: 'RUNNING' }>,
  input: { readonly type: 'ready' } | { readonly type: 'unready'; readonly why: string },
  spec: ProcessSpec,
): void {
  if (state.name === 'STARTING') {
    const { readiness } = state;
    // What it complains of while it is being stopped is the stop's doing.
    if (input.type === 'ready' || readiness === undefined || readiness.killAt !== undefined) return;
    if (readiness.why === input.why) return;
    draft.set({ state: { ...state, readiness: { ...readiness, why: input.why } } });
  } else if (input.type === 'unready' && spec.ready !== undefined) {
    if (state.unready === undefined) draft.log('warn', `unready: ${spec.name} (${input.why})`);
    draft.set({ state: { ...state, unready: input.why } });
  } else if (state.unready !== undefined) {
    const { unready: _, ...ready } = state;
    draft.log('info', `ready again: ${spec.name}`);
    draft.set({ state: ready });
  }
}

/** What an exit before it was ready is called; undefined for one that was, or need not be. */
export function endedBeforeReady(readiness: Readiness | undefined, { ready }: ProcessSpec): string | undefined {
  if (readiness === undefined || readiness.isGood) return undefined;
  if (readiness.killAt === undefined) return 'Exited before ready (process log may have details)';
  return `Not ready within ${secondsText(ready?.timeoutMs ?? 0)}: ${readiness.why}`;
}
