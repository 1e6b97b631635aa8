/**
 * A rolling restart: the processes of a program one after the other (or `batch` at a time), each stopped, started and
 * awaited before the next one's turn.
 *
 *   waiting ──► stopping ──STOPPED──► starting ──RUNNING──► (joining ──joined──►) done
 *      │ it does not run any more          │ BACKOFF, FATAL, EXITED, or somebody else stopped it
 *      ▼                                   ▼
 *   skipped                              failed: the roll ends, and what still waits is left serving
 *
 * RUNNING means ready. One that has an upstream joins it again before the next one leaves.
 *
 * Pure: it is told what happened to its processes, and answers with orders. Nothing here knows of time: how long a stop
 * or a start may take is the process's own business (stopwaitsecs, startsecs).
 */
import type { StateName } from '../../rpc/states.ts';
import type { ProcessId } from './supervisor-messages.ts';

export type RollPhase = 'waiting' | 'stopping' | 'starting' | 'joining' | 'done' | 'skipped' | 'failed';

export interface Roll {
  /** How many are on their way at a time. */
  readonly batch: number;
  readonly phases: ReadonlyMap<ProcessId, RollPhase>;
  readonly isCancelled: boolean;
  /** Those that have an upstream to join. */
  readonly joining: ReadonlySet<ProcessId>;
}

export type RollInput =
  | { readonly type: 'begin' }
  | { readonly type: 'state'; readonly id: ProcessId; readonly state: StateName }
  /** It is in its upstream. */
  | { readonly type: 'joined'; readonly id: ProcessId }
  /** Its proxy could not be told of it: with the next one it would be the same. */
  | { readonly type: 'unjoined'; readonly id: ProcessId }
  /** What is on its way goes on; nothing else begins. */
  | { readonly type: 'cancel' };

export type RollOrder = { readonly type: 'stop' | 'start' | 'join'; readonly id: ProcessId };

export interface RollStep {
  readonly roll: Roll;
  readonly orders: readonly RollOrder[];
  /** Who has come into another phase, in order. */
  readonly news: readonly { readonly id: ProcessId; readonly phase: RollPhase }[];
}

export function newRoll(ids: readonly ProcessId[], batch: number, joining: ReadonlySet<ProcessId> = new Set()): Roll {
  return { batch, phases: new Map(ids.map((id) => [id, 'waiting'])), isCancelled: false, joining };
}

/** `done`, `failed`, `cancelled`, or undefined while something is on its way. */
export function outcomeOf({ phases, isCancelled }: Roll): 'done' | 'failed' | 'cancelled' | undefined {
  const all = [...phases.values()];
  if (all.some(isBusy)) return undefined;
  if (all.includes('failed')) return 'failed';
  if (all.every((phase) => phase === 'done' || phase === 'skipped')) return 'done';
  return isCancelled ? 'cancelled' : undefined;
}

export function rollStep(roll: Roll, input: RollInput): RollStep {
  const phases = new Map(roll.phases);
  const orders: RollOrder[] = [];
  const news: { id: ProcessId; phase: RollPhase }[] = [];
  const enter = (id: ProcessId, phase: RollPhase): void => {
    phases.set(id, phase);
    news.push({ id, phase });
  };
  const isCancelled = roll.isCancelled || input.type === 'cancel';
  if (input.type === 'state') {
    const phase = phases.get(input.id);
    const next = phase === undefined ? undefined : nextPhase(phase, input.state, roll.joining.has(input.id));
    if (next !== undefined) enter(input.id, next);
    if (next === 'starting') orders.push({ type: 'start', id: input.id });
    if (next === 'joining') orders.push({ type: 'join', id: input.id });
  } else if ((input.type === 'joined' || input.type === 'unjoined') && phases.get(input.id) === 'joining') {
    enter(input.id, input.type === 'joined' ? 'done' : 'failed');
  }
  // One that has failed is reason enough to leave the others alone.
  const isOver = isCancelled || [...phases.values()].includes('failed');
  const busy = [...phases.values()].filter(isBusy).length;
  let room = isOver ? 0 : roll.batch - busy;
  for (const [id, phase] of phases) {
    if (room <= 0) break;
    if (phase !== 'waiting') continue;
    room -= 1;
    enter(id, 'stopping');
    orders.push({ type: 'stop', id });
  }
  return { roll: { ...roll, phases, isCancelled }, orders, news };
}

function isBusy(phase: RollPhase): boolean {
  return phase === 'stopping' || phase === 'starting' || phase === 'joining';
}

function nextPhase(phase: RollPhase, state: StateName, joins: boolean): RollPhase | undefined {
  if (phase === 'waiting') return isDown(state) ? 'skipped' : undefined;
  if (phase === 'stopping') return isDown(state) ? 'starting' : undefined;
  if (phase !== 'starting' && phase !== 'joining') return undefined;
  if (state === 'RUNNING') return joins ? 'joining' : 'done';
  return isDown(state) || state === 'BACKOFF' || state === 'STOPPING' ? 'failed' : undefined;
}

function isDown(state: StateName): boolean {
  return state === 'STOPPED' || state === 'EXITED' || state === 'FATAL';
}

/** `2`, or `25%` of `count`, at least one; undefined for anything else. */
export function batchOf(text: string, count: number): number | undefined {
  const [, digits, percent] = /^(\d{1,6})(%?)$/.exec(text.trim()) ?? [];
  if (digits === undefined || Number(digits) < 1) return undefined;
  return percent === '%' ? Math.max(1, Math.floor((count * Number(digits)) / 100)) : Number(digits);
}
