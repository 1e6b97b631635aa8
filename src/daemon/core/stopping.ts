/**
 * How a process is stopped: prepared where that is asked for, told by its stop signal, and killed when it has not ended
 * in time. A restart is a stop with a start behind it.
 *
 *     STOPPING, preparing ──stopPrepared, or prepareStopMs passes──► signalled ──stopwaitsecs──► SIGKILL, again and again
 */
import type { Draft } from './draft.ts';
import type { ProcessState, StoppingState } from './process-record.ts';
import { SIGKILL, signalName } from './signals.ts';
import type { Moment, ProcessSpec } from './spec.ts';

/** A SIGKILL that did not help is repeated, but never more often than this. */
const MIN_KILL_INTERVAL_MS = 1000;

export function beginStop(
  draft: Draft,
  pid: number,
  { why, thenStart = false }: { readonly why: string | undefined; readonly thenStart?: boolean },
  spec: ProcessSpec,
  now: Moment,
): void {
  const isUp = draft.record.state.name === 'RUNNING';
  const state: StoppingState = {
    name: 'STOPPING',
    pid,
    killAt: now.at,
    ...(thenStart && { thenStart }),
    ...(why !== undefined && { why }),
  };
  // One that never got ready serves nobody, and has nothing to take leave from.
  if (spec.prepareStopMs === undefined || !isUp) {
    signalStop(draft, state, spec, now);
    return;
  }
  draft.enter({ ...state, killAt: now.at + spec.prepareStopMs, isPreparing: true }, { pid });
  draft.effects.push({ type: 'prepareStop', pid });
}

/** The stop signal. */
export function signalStop(draft: Draft, state: StoppingState, spec: ProcessSpec, now: Moment): void {
  const { isPreparing: _, ...told } = state;
  kill(draft, { ...told, killAt: now.at + spec.stopWaitMs }, spec.stopSignal, spec.stopAsGroup, spec);
}

/** Its time is over, or its time to get ready: told to stop first, then SIGKILL. */
export function killAgain(
  draft: Draft,
  state: StoppingState | (Extract<ProcessState, { name: 'STARTING' }> & { readonly pid: number }),
  spec: ProcessSpec,
  now: Moment,
): void {
  const { pid } = state;
  const isTold = state.name === 'STOPPING' || state.readiness?.killAt !== undefined;
  if (isTold) draft.log('warn', `killing '${spec.name}' (${pid}) with SIGKILL`);
  const [signal, asGroup] = isTold ? [SIGKILL, spec.killAsGroup] : [spec.stopSignal, spec.stopAsGroup];
  const killAt = now.at + (isTold ? Math.max(spec.stopWaitMs, MIN_KILL_INTERVAL_MS) : spec.stopWaitMs);
  if (state.name === 'STOPPING') {
    kill(draft, { ...state, killAt }, signal, asGroup, spec);
  } else if (state.readiness !== undefined) {
    const { why } = state.readiness;
    if (!isTold)
      draft.log('warn', `not ready: ${spec.name} (pid ${pid}) has used up ready_timeout (${why}), stopping it`);
    kill(draft, { ...state, readiness: { ...state.readiness, killAt } }, signal, asGroup, spec);
  }
}

function kill(
  draft: Draft,
  state: ProcessState & { readonly pid: number },
  signal: number,
  asGroup: boolean,
  spec: ProcessSpec,
): void {
  const { pid } = state;
  const whom = `${spec.name} (pid ${pid}) ${asGroup ? 'process group ' : ''}`;
  draft.log('debug', `killing ${whom}with signal ${signalName(signal)}`);
  if (draft.record.state.name === state.name) draft.set({ state });
  else draft.enter(state, { pid });
  draft.effects.push({ type: 'kill', pid, signal, asGroup });
}
