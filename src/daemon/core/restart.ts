/**
 * Whether and when a process that has ended is started again. Supervisor's part is `autorestart` (at once, without a
 * limit) and the wait after a failed start (a second more each time). The rest is ours, and only where `spec.restart`
 * is set: other waits, waits after RUNNING, a limit of ends in a window of time.
 *
 * Two counts, because they answer two questions: `tries` is Supervisor's, failed starts in a row, and decides with
 * `startretries` about FATAL; `waits` decides only how long the next wait is, and counts the waits after RUNNING too.
 */
import type { ProcessRecord } from './process-record.ts';
import type { ProcessSpec, RestartSpec } from './spec.ts';

/** How it ended last: in words, and as a shell would say it (128 and the signal's number). */
export interface Ending {
  readonly text: string;
  readonly status: number;
}

/** What is remembered of a process with keys of ours; without them it stays `noHistory`. Moments are `Moment.at`. */
export interface RestartHistory {
  readonly waits: number;
  /** Since when it has been RUNNING, or was last. */
  readonly upAt: number;
  /** Its ends inside the window of `limit`, never more than one above it. */
  readonly exits: readonly number[];
  readonly ending: Ending | undefined;
}

export const noHistory: RestartHistory = { waits: 0, upAt: 0, exits: [], ending: undefined };

/**
 * Whether a process that has just ended on its own is started again (Supervisor's `autorestart`). Death by a signal
 * has the status -1, which `exitcodes` cannot list.
 */
export function wantsRestart(record: ProcessRecord, spec: ProcessSpec): boolean {
  if (record.state.name !== 'EXITED') return false;
  if (spec.autorestart === 'unexpected') return !spec.exitCodes.includes(record.exitStatus ?? 0);
  return spec.autorestart;
}

/** Whether it starts with the daemon: only one that was never started, so that an admin's stop is respected. */
export function wantsAutostart(record: ProcessRecord, spec: ProcessSpec): boolean {
  return spec.autostart && record.state.name === 'STOPPED' && record.startEpoch === 0;
}

/** The history after an end at `at`, from RUNNING or from a start that came to nothing. */
export function afterEnd(history: RestartHistory, restart: RestartSpec, at: number, ending: Ending): RestartHistory {
  const { limit } = restart;
  const exits = limit === undefined ? [] : [...history.exits.filter((exit) => exit > at - limit.withinMs), at];
  return { ...history, exits, ending };
}

/** Why it may not be started again, if it has ended too often. */
export function limitTrouble({ exits }: RestartHistory, { limit }: RestartSpec): string | undefined {
  if (limit === undefined || exits.length <= limit.exits) return undefined;
  return `exited ${exits.length} times within ${secondsText(limit.withinMs)} (restart_limit)`;
}

/** With `exitDaemon`: the exit status that the daemon is to end with because of what became of the process, and why. */
export function leavingWith(
  before: ProcessRecord,
  { state, history }: ProcessRecord,
  { name, restart }: ProcessSpec,
): { readonly status: number; readonly text: string } | undefined {
  if (restart?.exitDaemon === undefined || state.name === before.state.name) return undefined;
  const isFatal = state.name === 'FATAL';
  if (!isFatal && !(state.name === 'EXITED' && restart.exitDaemon === 'exit')) return undefined;
  const { text, status: last } = history.ending ?? { text: 'never started', status: 1 };
  // Whoever looks at the daemon's exit status must not take a program that was given up for one that has done well.
  const status = isFatal && last === 0 ? 1 : last;
  const what = isFatal ? 'has entered FATAL state' : `has ended (${text})`;
  return { status, text: `${name} ${what}: shutting down with exit status ${status} (exit_daemon)` };
}

/** How long the `waits`th wait in a row is, in milliseconds; `at` is the moment at which it begins. */
export function waitOf(spec: ProcessSpec, waits: number, at: number): number {
  const { restart } = spec;
  if (restart === undefined) return waits * 1000;
  const { backoff, initialMs, factor, maxMs, jitter } = restart;
  const plain = backoff === 'supervisor' ? waits * 1000 : Math.min(initialMs * factor ** (waits - 1), maxMs);
  return Math.round(plain * (1 + jitter * (2 * chance(`${spec.group}:${spec.name}/${waits}/${at}`) - 1)));
}

/**
 * The jitter's number from 0 to 1. It is made of who waits, how often and since when, and not taken from a source of
 * chance: the core stays a function of its inputs, so that a walk or a log can be played again, and still neighbours
 * have other names and other machines other moments, which is all that is asked of it. (FNV-1a, mixed once more
 * because its last letters reach only its low bits.)
 */
export function chance(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** `90 seconds`, `0.5 seconds`. */
export function secondsText(ms: number): string {
  const seconds = Math.round(ms / 10) / 100;
  return `${seconds} second${seconds === 1 ? '' : 's'}`;
}
