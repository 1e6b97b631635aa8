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
 * FATAL to STARTING by itself (fatal_retry). With `spec.ready` the way to RUNNING is readiness.ts's; with
 * `spec.prepareStopMs` something comes between STOPPING and its signal, and a `restart` goes on from STOPPED: stopping.ts.
 *
 * `step` decides and does nothing: it answers the next record, the public events and the orders. There are no
 * timers here; `deadlineOf` says when the process needs a `tick`, and leaving a state drops its deadline with it.
 * Texts of log lines and of `spawnError` are Supervisor's to the letter (supervisor/process.py).
 */
import type { StateName } from '../../rpc/states.ts';
import { backOff, gaveUpForEnds, isUp, startsAgain } from './backoff.ts';
import { Draft } from './draft.ts';
import { awaited, begunReadiness, endedBeforeReady, notReady, type Readiness, readyIn, readyOf } from './readiness.ts';
import type { RestartHistory } from './restart.ts';
import { afterEnd, noHistory } from './restart.ts';
import { exitText } from './signals.ts';
import type { Moment, ProcessSpec } from './spec.ts';
import { beginStop, killAgain, signalStop } from './stopping.ts';

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
    case 'held':
      draft.set({ spawnError: input.why });
      if (input.why !== undefined) draft.log('warn', `not started: ${spec.name} (${input.why})`);
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
      stop(draft, input.why, spec, now);
      break;
    case 'restart':
      restart(draft, input.why, spec, now);
      break;
    case 'stopPrepared':
      if (record.state.name === 'STOPPING' && record.state.pid === input.pid && record.state.isPreparing) {
        signalStop(draft, record.state, spec, now);
      }
      break;
    case 'ready':
    case 'unready':
      if (pidOf(record.state) === input.pid && input.pid !== 0) probed(draft, input, spec, now);
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
    case 'stay':
      stay(draft);
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
  const readiness = begunReadiness(spec, now);
  const upAt = now.at + spec.startMs;
  draft.set({ startEpoch: now.epoch, state: { name: 'STARTING', pid, upAt, ...(readiness && { readiness }) } });
  if (readiness !== undefined) return;
  // startsecs=0 counts as RUNNING at once, so that its success line comes before the news of its end.
  if (spec.startMs <= 0) succeed(draft, pid, spec, now.at);
}

function succeed(draft: Draft, pid: number, spec: ProcessSpec, at: number): void {
  isUp(draft, pid, spec, at);
  const seconds = spec.startMs / 1000;
  const ready = spec.ready === undefined ? '' : ' and is ready';
  draft.log(
    'info',
    `success: ${spec.name} entered RUNNING state, process has stayed up for > than ${seconds} seconds (startsecs)${ready}`,
  );
}

function probed(
  draft: Draft,
  input: Extract<ProcessInput, { type: 'ready' | 'unready' }>,
  spec: ProcessSpec,
  now: Moment,
): void {
  const { state } = draft.record;
  if (state.name === 'STARTING' && input.type === 'ready') {
    const next = readyIn(state);
    draft.set({ state: next });
    if (now.at >= next.upAt && readyOf(next.readiness)) succeed(draft, input.pid, spec, now.at);
  } else if (state.name === 'STARTING' || state.name === 'RUNNING') {
    notReady(draft, state, input, spec);
  }
}

function stop(draft: Draft, why: string | undefined, spec: ProcessSpec, now: Moment): void {
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
      beginStop(draft, state.pid, { why }, spec, now);
      return;
    case 'RUNNING':
      beginStop(draft, state.pid, { why }, spec, now);
      return;
    case 'STOPPING':
      stay(draft);
      return;
    default:
      return;
  }
}

/** Somebody wants it stopped: it does not come back by itself. */
function stay(draft: Draft): void {
  const { state } = draft.record;
  if (state.name !== 'STOPPING' || !state.thenStart) return;
  const { thenStart: _, ...stopping } = state;
  draft.set({ state: stopping });
}

function restart(draft: Draft, why: string, spec: ProcessSpec, now: Moment): void {
  const { state } = draft.record;
  const pid = state.name === 'STARTING' || state.name === 'RUNNING' ? state.pid : undefined;
  if (pid === undefined) return;
  draft.log('warn', `restarting: ${spec.name} (pid ${pid}): ${why}`);
  beginStop(draft, pid, { why, thenStart: true }, spec, now);
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
    const isBack = state.thenStart === true;
    draft.set({ exitStatus: status, ...(!isBack && { history: noHistory }) });
    draft.enter({ name: 'STOPPED' }, { pid });
    draft.log(expected ? 'info' : 'warn', `stopped: ${spec.name} (${text})`);
    if (isBack && !gaveUpForEnds(draft, spec, now)) start(draft, now);
    return;
  }
  const unready = state.name === 'STARTING' ? endedBeforeReady(state.readiness, spec) : undefined;
  if (state.name === 'STARTING' && (unready !== undefined || now.at < state.upAt)) {
    const spawnError = unready ?? 'Exited too quickly (process log may have details)';
    draft.set({ exitStatus: undefined, spawnError });
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
      if (state.pid === undefined) return;
      if (readyOf(state.readiness)) succeed(draft, state.pid, spec, now.at);
      else killAgain(draft, { ...state, pid: state.pid }, spec, now);
      return;
    case 'BACKOFF':
    case 'FATAL':
      start(draft, now);
      return;
    case 'STOPPING':
      if (state.isPreparing) signalStop(draft, state, spec, now);
      else killAgain(draft, state, spec, now);
      return;
    default:
      return;
  }
}
