/**
 * One process: its states, what can happen to it, and what follows.
 *
 *                  start                    upAt passes
 *   STOPPED  ─────────────────►  STARTING ───────────────► RUNNING ──── exited ───► EXITED
 *   EXITED ──┘      ▲            │   │                      │                         │ start (autorestart is
 *   FATAL ───┘      │ retryAt    │   │ stop                 │ stop                    ▼  the supervisor's)
 *                   │ passes     │   ▼                      ▼                      STARTING
 *                BACKOFF ◄───────┘  STOPPING ◄──────────────┘
 *                   │  exited too     │  killAt passes: SIGKILL, again and again
 *                   ▼  soon, or       ▼  exited
 *                 FATAL  not spawned  STOPPED           (a kill(2) that fails for an unknown reason: UNKNOWN)
 *
 * Only with keys of ours (`spec.restart`): EXITED to BACKOFF (backoff_after_exit), EXITED to FATAL (restart_limit) and
 * FATAL to STARTING by itself (fatal_retry).
 *
 * `step` decides and does nothing: it answers the next record, the public events and the orders. There are no
 * timers here; `deadlineOf` says when the process needs a `tick`, and leaving a state drops its deadline with it.
 * Texts of log lines and of `spawnError` are Supervisor's to the letter (supervisor/process.py).
 */
import type { StateName } from '../../rpc/states.ts';
import { backOff, isUp, startsAgain } from './backoff.ts';
import { Draft } from './draft.ts';
import type { RestartHistory } from './restart.ts';
import { afterEnd, noHistory } from './restart.ts';
import { exitText, SIGKILL, signalName } from './signals.ts';
import type { Moment, ProcessSpec } from './spec.ts';

export type ProcessState =
  | { readonly name: 'STOPPED' }
  /** Without a pid it waits for its turn to be spawned, and then `upAt` does not count yet. */
  | { readonly name: 'STARTING'; readonly pid: number | undefined; readonly upAt: number }
  | { readonly name: 'RUNNING'; readonly pid: number }
  | { readonly name: 'BACKOFF'; readonly retryAt: number }
  | { readonly name: 'STOPPING'; readonly pid: number; readonly killAt: number }
  | { readonly name: 'EXITED' }
  /** `retryAt`: when it is tried again by itself, if ever. */
  | { readonly name: 'FATAL'; readonly retryAt?: number }
  | { readonly name: 'UNKNOWN' };

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

export type ProcessInput =
  /** Somebody wants it to run: what was remembered of its ends is forgotten. */
  | { readonly type: 'start' }
  /** It has EXITED and is to be restarted: at once, or as `spec.restart` says. */
  | { readonly type: 'again' }
  | { readonly type: 'spawned'; readonly pid: number }
  | { readonly type: 'spawnFailed'; readonly why: string }
  | { readonly type: 'stop' }
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
  | { readonly type: 'tick' };

export type LogLevelName = 'critical' | 'warn' | 'info' | 'debug';

export type ProcessEffect =
  | { readonly type: 'spawn' }
  | { readonly type: 'kill'; readonly pid: number; readonly signal: number; readonly asGroup: boolean }
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

export const newProcess: ProcessRecord = {
  state: { name: 'STOPPED' },
  tries: 0,
  startEpoch: 0,
  stopEpoch: 0,
  exitStatus: undefined,
  spawnError: undefined,
  history: noHistory,
};

/** A SIGKILL that did not help is repeated, but never more often than this. */
const MIN_KILL_INTERVAL_MS = 1000;

/** The moment (in `Moment.at`) at which the state needs a `tick`, if it ever does. */
export function deadlineOf(state: ProcessState): number | undefined {
  switch (state.name) {
    case 'STARTING':
      return state.pid === undefined ? undefined : state.upAt;
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

/**
 * What `input` makes of `record`. An input that does not fit (an old pid, a tick that came too early, a start of
 * something that runs) changes nothing.
 */
export function step(record: ProcessRecord, input: ProcessInput, spec: ProcessSpec, now: Moment): Step {
  const draft = new Draft(record);
  switch (input.type) {
    case 'start':
      if (record.state.name === 'EXITED' || record.state.name === 'FATAL') draft.set({ history: noHistory });
      start(draft, now);
      break;
    case 'again':
      if (record.state.name === 'EXITED' && startsAgain(draft, spec, now)) start(draft, now);
      break;
    case 'spawned':
      spawned(draft, input.pid, spec, now);
      break;
    case 'spawnFailed':
      if (record.state.name === 'STARTING' && record.state.pid === undefined) {
        draft.set({ spawnError: input.why });
        draft.log('info', `spawnerr: ${input.why}`);
        backOff(draft, spec, now);
      }
      break;
    case 'stop':
      stop(draft, spec, now);
      break;
    case 'exited':
      if (pidOf(record.state) === input.pid && input.pid !== 0) exited(draft, input, spec, now);
      break;
    case 'killFailed':
      if (pidOf(record.state) === input.pid && input.pid !== 0) {
        draft.log('critical', `unknown problem killing ${spec.name} (${input.pid}):${input.why}`);
        draft.enter({ name: 'UNKNOWN' });
      }
      break;
    case 'giveUp':
      if (record.state.name === 'BACKOFF') {
        draft.set({ tries: 0 });
        draft.enter({ name: 'FATAL' });
      }
      break;
    case 'tick': {
      const due = deadlineOf(record.state);
      if (due !== undefined && due <= now.at) tick(draft, spec, now);
      break;
    }
    default:
      input satisfies never;
  }
  return draft;
}

function start(draft: Draft, now: Moment): void {
  const { name } = draft.record.state;
  if (name === 'STARTING' || name === 'RUNNING' || name === 'STOPPING' || name === 'UNKNOWN') return;
  draft.set({ startEpoch: now.epoch, exitStatus: undefined, spawnError: undefined });
  draft.enter({ name: 'STARTING', pid: undefined, upAt: 0 }, { tries: draft.record.tries });
  draft.effects.push({ type: 'spawn' });
}

function spawned(draft: Draft, pid: number, spec: ProcessSpec, now: Moment): void {
  const { state } = draft.record;
  if (state.name !== 'STARTING' || state.pid !== undefined) return;
  draft.log('info', `spawned: '${spec.name}' with pid ${pid}`);
  draft.set({ startEpoch: now.epoch, state: { name: 'STARTING', pid, upAt: now.at + spec.startMs } });
  // startsecs=0 counts as RUNNING at once, so that its success line comes before the news of its end.
  if (spec.startMs <= 0) succeed(draft, pid, spec, now.at);
}

function succeed(draft: Draft, pid: number, spec: ProcessSpec, at: number): void {
  isUp(draft, pid, spec, at);
  const seconds = spec.startMs / 1000;
  draft.log(
    'info',
    `success: ${spec.name} entered RUNNING state, process has stayed up for > than ${seconds} seconds (startsecs)`,
  );
}

function stop(draft: Draft, spec: ProcessSpec, now: Moment): void {
  const { state } = draft.record;
  switch (state.name) {
    case 'BACKOFF':
      draft.log('debug', `Attempted to kill ${spec.name}, which is in BACKOFF state.`);
      draft.set({ tries: 0, history: noHistory });
      draft.enter({ name: 'STOPPED' }, { pid: 0 });
      return;
    case 'FATAL':
      // It stays what it is, but not for a while only.
      if (state.retryAt === undefined) return;
      draft.set({ state: { name: 'FATAL' } });
      draft.log('info', `${spec.name} stays in FATAL state: told to stop`);
      return;
    case 'STARTING':
      if (state.pid === undefined) {
        draft.enter({ name: 'STOPPED' }, { pid: 0 });
        return;
      }
      kill(draft, state.pid, spec.stopSignal, spec.stopAsGroup, spec, now.at + spec.stopWaitMs);
      return;
    case 'RUNNING':
      kill(draft, state.pid, spec.stopSignal, spec.stopAsGroup, spec, now.at + spec.stopWaitMs);
      return;
    default:
      return;
  }
}

function kill(draft: Draft, pid: number, signal: number, asGroup: boolean, spec: ProcessSpec, killAt: number): void {
  const whom = `${spec.name} (pid ${pid}) ${asGroup ? 'process group ' : ''}`;
  draft.log('debug', `killing ${whom}with signal ${signalName(signal)}`);
  if (draft.record.state.name === 'STOPPING') draft.set({ state: { name: 'STOPPING', pid, killAt } });
  else draft.enter({ name: 'STOPPING', pid, killAt }, { pid });
  draft.effects.push({ type: 'kill', pid, signal, asGroup });
}

function exited(draft: Draft, exit: Extract<ProcessInput, { type: 'exited' }>, spec: ProcessSpec, now: Moment): void {
  const { state } = draft.record;
  const text = exitText(exit.code, exit.signal, exit.coreDumped);
  const status = exit.signal === undefined ? (exit.code ?? 0) : -1;
  const expected = spec.exitCodes.includes(status);
  const { pid } = exit;
  draft.set({ stopEpoch: now.epoch });
  if (spec.restart !== undefined) {
    const ending = { text, status: exit.signal === undefined ? status : 128 + exit.signal };
    draft.set({ history: afterEnd(draft.record.history, spec.restart, now.at, ending) });
  }
  if (state.name === 'STOPPING') {
    draft.set({ exitStatus: status, history: noHistory });
    draft.enter({ name: 'STOPPED' }, { pid });
    draft.log(expected ? 'info' : 'warn', `stopped: ${spec.name} (${text})`);
    return;
  }
  if (state.name === 'STARTING' && now.at < state.upAt) {
    draft.set({ exitStatus: undefined, spawnError: 'Exited too quickly (process log may have details)' });
    draft.log('warn', `exited: ${spec.name} (${text}; not expected)`);
    backOff(draft, spec, now);
    return;
  }
  if (state.name === 'STARTING') isUp(draft, pid, spec, state.upAt);
  draft.set({ tries: 0, exitStatus: status });
  const { history } = draft.record;
  if (spec.restart !== undefined && now.at - history.upAt >= spec.restart.resetMs) {
    draft.set({ history: { ...history, waits: 0 } });
  }
  if (!expected) draft.set({ spawnError: `Bad exit code ${status}` });
  draft.enter({ name: 'EXITED' }, { expected, pid });
  draft.log(expected ? 'info' : 'warn', `exited: ${spec.name} (${text}; ${expected ? 'expected' : 'not expected'})`);
}

function tick(draft: Draft, spec: ProcessSpec, now: Moment): void {
  const { state } = draft.record;
  switch (state.name) {
    case 'STARTING':
      if (state.pid !== undefined) succeed(draft, state.pid, spec, now.at);
      return;
    case 'BACKOFF':
    case 'FATAL':
      start(draft, now);
      return;
    case 'STOPPING':
      draft.log('warn', `killing '${spec.name}' (${state.pid}) with SIGKILL`);
      kill(draft, state.pid, SIGKILL, spec.killAsGroup, spec, now.at + Math.max(spec.stopWaitMs, MIN_KILL_INTERVAL_MS));
      return;
    default:
      return;
  }
}
