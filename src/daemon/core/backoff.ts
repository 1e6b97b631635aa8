/**
 * BACKOFF and FATAL: what becomes of a process whose start came to nothing, and, with keys of ours, of one that has
 * ended. How long and how often is restart.ts's to say.
 */
import type { Draft } from './draft.ts';
import { limitTrouble, noHistory, secondsText, waitOf } from './restart.ts';
import type { Moment, ProcessSpec } from './spec.ts';

/** It has stayed up, since `upAt`. */
export function isUp(draft: Draft, pid: number, spec: ProcessSpec, upAt: number): void {
  draft.set({ tries: 0 });
  if (spec.restart !== undefined) {
    const { history } = draft.record;
    draft.set({ history: { ...history, upAt, waits: spec.restart.afterExit ? history.waits : 0 } });
  }
  draft.enter({ name: 'RUNNING', pid }, { pid });
}

/** A start came to nothing. */
export function backOff(draft: Draft, spec: ProcessSpec, now: Moment): void {
  const tries = draft.record.tries + 1;
  draft.set({ tries });
  const waitMs = wait(draft, spec, now);
  if (gaveUpForEnds(draft, spec, now)) return;
  if (tries > spec.startRetries && spec.startRetries !== -1) {
    giveUp(draft, spec, now, 'too many start retries too quickly');
  } else if (spec.restart !== undefined) {
    draft.log('info', `backing off: ${spec.name} is started again in ${secondsText(waitMs)}`);
  }
}

/** It has ended, and once too often: then it is FATAL. */
export function gaveUpForEnds(draft: Draft, spec: ProcessSpec, now: Moment): boolean {
  const tooOften = spec.restart && limitTrouble(draft.record.history, spec.restart);
  if (tooOften === undefined) return false;
  draft.set({ spawnError: capital(tooOften) });
  giveUp(draft, spec, now, `it ${tooOften}`);
  return true;
}

/** It has EXITED and autorestart wants it back: whether it is to be started at once. If not, it waits or is FATAL. */
export function startsAgain(draft: Draft, spec: ProcessSpec, now: Moment): boolean {
  const { restart } = spec;
  if (restart === undefined) return true;
  const { history } = draft.record;
  if (gaveUpForEnds(draft, spec, now)) return false;
  if (restart.afterExit) {
    const again = `is started again in ${secondsText(wait(draft, spec, now))}`;
    draft.set({ spawnError: `Exited (${history.ending?.text}), ${again}` });
    draft.log('info', `backing off: ${spec.name} ${again} (backoff_after_exit)`);
    return false;
  }
  return true;
}

/** Answers how long, in milliseconds. */
function wait(draft: Draft, spec: ProcessSpec, now: Moment): number {
  const { tries, history } = draft.record;
  const waits = spec.restart === undefined ? tries : history.waits + 1;
  if (spec.restart !== undefined) draft.set({ history: { ...history, waits } });
  const waitMs = waitOf(spec, waits, now.at);
  draft.enter({ name: 'BACKOFF', retryAt: now.at + waitMs }, { tries });
  return waitMs;
}

function giveUp(draft: Draft, spec: ProcessSpec, now: Moment, why: string): void {
  const retryMs = spec.restart?.fatalRetryMs ?? 0;
  const { ending } = draft.record.history;
  draft.set({ tries: 0, history: ending === undefined ? noHistory : { ...noHistory, ending } });
  draft.enter(retryMs > 0 ? { name: 'FATAL', retryAt: now.at + retryMs } : { name: 'FATAL' });
  draft.log('info', `gave up: ${spec.name} entered FATAL state, ${why}`);
  if (retryMs > 0) draft.log('info', `${spec.name} is tried again in ${secondsText(retryMs)} (fatal_retry)`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
