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
import { backOff, gaveUpForEnds, isUp, startsAgain } from './backoff.ts';
import { Draft } from './draft.ts';
import type { ProcessInput, Step } from './process-messages.ts';
import { deadlineOf, type ProcessRecord, pidOf } from './process-record.ts';
import { begunReadiness, endedBeforeReady, notReady, readyIn, readyOf } from './readiness.ts';
import { afterEnd, noHistory } from './restart.ts';
import { exitText } from './signals.ts';
import type { Moment, ProcessSpec } from './spec.ts';
import { beginStop, killAgain, signalStop } from './stopping.ts';

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
