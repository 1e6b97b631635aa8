/**
 * Who waits for whom (`depends_on`): which processes are to run and may not yet, and who must have stopped before whom.
 *
 *     boot, a new group ──► waits, starts nobody ───────────────────────┐
 *     asked for by name ──► waits, and so does all that it needs and    ├──► all conditions hold: started
 *                           that does not run ──► one of them cannot ───┼──► refused, with the reason
 *                                                                       └──► told to stop, removed, going down: dropped
 *
 * A condition is looked at when something is to start, and never again: the later death of what it needed touches
 * nobody. Who waits keeps its state (STOPPED, mostly); the wait is no state because Supervisor's clients know none.
 *
 * This decides; the supervisor starts and refuses. Circles are refused or passed over where the files are read, but a
 * file that is taken in piece by piece may have one for a while: then what they need of each other is passed over.
 */
import { stoppedStates } from '../../rpc/states.ts';
import { cyclesOf, inOrder } from './graph.ts';
import type { ProcessRecord } from './process-record.ts';
import { isServing } from './process-record.ts';
import type { Condition, Dependency, ProcessSpec } from './spec.ts';
import type { ProcessId } from './supervisor-messages.ts';

/** What must be known of the processes. */
interface Processes {
  allIds(): ProcessId[];
  idsOf(group: string): ProcessId[] | undefined;
  spec(id: ProcessId): ProcessSpec | undefined;
  record(id: ProcessId): ProcessRecord | undefined;
}

/** A dependency, and the processes that there are of it just now; without any it is waited for. */
interface Need {
  readonly dependency: Dependency;
  readonly ids: readonly ProcessId[];
}

export type Decision =
  | { readonly type: 'start'; readonly id: ProcessId }
  | { readonly type: 'refuse'; readonly id: ProcessId; readonly why: string };

export interface Wait {
  readonly id: ProcessId;
  /** Somebody asked for it: then what it needs is started too, and when that fails the wait is over. */
  readonly isAsked: boolean;
}

/** One process that another one depends on. */
export interface Needed {
  readonly id: ProcessId;
  readonly condition: Condition;
  readonly isMet: boolean;
}

interface Graph {
  readonly needs: ReadonlyMap<ProcessId, readonly Need[]>;
  readonly dependents: ReadonlyMap<ProcessId, readonly ProcessId[]>;
}

export class Order {
  readonly #processes: Processes;
  readonly #waits = new Map<ProcessId, boolean>();
  #begun: ProcessId[] = [];
  #graph: Graph | undefined;

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  /** Processes have come or gone, or need others than before. */
  changed(): void {
    this.#graph = undefined;
  }

  /** Whether anybody needs anybody. */
  get isAny(): boolean {
    return this.#known().needs.size > 0;
  }

  get isWaiting(): boolean {
    return this.#waits.size > 0;
  }

  waits(): Wait[] {
    return [...this.#waits].map(([id, isAsked]) => ({ id, isAsked }));
  }

  /** What a process that waits waits for, as one would write it; undefined if it does not wait. */
  waitingFor(id: ProcessId): string | undefined {
    if (!this.#waits.has(id)) return undefined;
    const texts = this.#unmet(id).map(({ dependency }) => dependency.text);
    // What is just being stopped may wait for nothing but that.
    return texts.length === 0 ? undefined : texts.join(', ');
  }

  /** It is to run as soon as it may; nobody is started for it. */
  wait({ id, isAsked }: Wait): void {
    if (!this.#waits.has(id)) this.#begun.push(id);
    this.#waits.set(id, isAsked || this.#waits.get(id) === true);
  }

  /** Who waits since the last call. */
  begun(): ProcessId[] {
    const begun = this.#begun.filter((id) => this.#waits.has(id));
    this.#begun = [];
    return begun;
  }

  /** Somebody wants it to run, and so all that it needs. Why that cannot be, if it cannot: then nothing waits. */
  ask(id: ProcessId): string | undefined {
    const trouble = this.#troubleOf(id, new Set());
    if (trouble !== undefined) return trouble;
    this.#want(id);
    return undefined;
  }

  /** False if it did not wait. */
  drop(id: ProcessId): boolean {
    return this.#waits.delete(id);
  }

  /** What can be decided now. A start is to be carried out at once; what comes of it may decide more. */
  decided(): Decision[] {
    const decisions: Decision[] = [];
    for (const [id, isAsked] of this.#waits) {
      const name = this.#processes.record(id)?.state.name;
      if (name === 'STOPPING') continue;
      if (name === undefined || !stoppedStates.has(name)) {
        this.#waits.delete(id);
        continue;
      }
      const unmet = this.#unmet(id);
      const why = isAsked ? this.#hopeless(unmet) : undefined;
      if (unmet.length === 0) decisions.push({ type: 'start', id });
      else if (why !== undefined) decisions.push({ type: 'refuse', id, why });
    }
    for (const { id } of decisions) this.#waits.delete(id);
    return decisions;
  }

  /** So that each stands behind what it needs; otherwise as they stand. */
  inOrder(ids: readonly ProcessId[]): ProcessId[] {
    const { needs } = this.#known();
    return needs.size === 0 ? [...ids] : inOrder(ids, (id) => neededBy(needs, id));
  }

  /** Of those that are not stopped, the ones that nobody among them needs. */
  free(unstopped: readonly ProcessId[]): Set<ProcessId> {
    const alive = new Set(unstopped);
    return new Set(unstopped.filter((id) => !this.dependentsOf(id).some((dependent) => alive.has(dependent))));
  }

  /** What it needs directly. */
  needsOf(id: ProcessId): Needed[] {
    return (this.#known().needs.get(id) ?? []).flatMap(({ dependency: { condition }, ids }) =>
      ids.map((needed) => ({ id: needed, condition, isMet: this.#isMet(condition, needed) })),
    );
  }

  /** Those who need it directly. */
  dependentsOf(id: ProcessId): readonly ProcessId[] {
    return this.#known().dependents.get(id) ?? [];
  }

  #want(id: ProcessId): void {
    if (this.#waits.get(id) === true) return;
    for (const { dependency, ids } of this.#unmet(id)) {
      for (const needed of ids) {
        const record = this.#processes.record(needed);
        if (this.#isMet(dependency.condition, needed) || record === undefined) continue;
        if (isToBeStarted(record)) this.#want(needed);
      }
    }
    this.wait({ id, isAsked: true });
  }

  /** Why one that it needs, directly or not, cannot be had; nobody is started for something that is lost anyway. */
  #troubleOf(id: ProcessId, seen: Set<ProcessId>): string | undefined {
    if (seen.has(id)) return undefined;
    seen.add(id);
    for (const { dependency, ids } of this.#unmet(id)) {
      if (ids.length === 0) return missing(dependency);
      for (const needed of ids) {
        const record = this.#processes.record(needed);
        if (record === undefined || this.#isMet(dependency.condition, needed)) continue;
        const { name } = record.state;
        const isLost = (name === 'FATAL' || name === 'UNKNOWN') && !this.#waits.has(needed);
        const why = isLost ? this.#whyNot(dependency, needed) : undefined;
        const trouble = why ?? (isToBeStarted(record) ? this.#troubleOf(needed, seen) : undefined);
        if (trouble !== undefined) return trouble;
      }
    }
    return undefined;
  }

  /** Why what it waits for does not come any more. */
  #hopeless(unmet: readonly Need[]): string | undefined {
    for (const { dependency, ids } of unmet) {
      if (ids.length === 0) return missing(dependency);
      for (const id of ids) {
        const state = this.#processes.record(id)?.state;
        if (state === undefined || this.#waits.has(id) || this.#isMet(dependency.condition, id)) continue;
        const isEnding = state.name === 'STOPPING' && state.thenStart !== true;
        if (isEnding || stoppedStates.has(state.name)) return this.#whyNot(dependency, id);
      }
    }
    return undefined;
  }

  #whyNot({ text }: Dependency, id: ProcessId): string {
    const record = this.#processes.record(id);
    const { name, group } = this.#processes.spec(id) ?? { name: id, group: id };
    const reason = record?.spawnError === undefined ? '' : `: ${record.spawnError}`;
    return `${text} does not come, ${name === group ? name : id} is ${record?.state.name ?? 'gone'}${reason}`;
  }

  #unmet(id: ProcessId): readonly Need[] {
    const needs = this.#known().needs.get(id) ?? [];
    return needs.filter(
      ({ dependency, ids }) => ids.length === 0 || !ids.every((needed) => this.#isMet(dependency.condition, needed)),
    );
  }

  #isMet(condition: Condition, id: ProcessId): boolean {
    const record = this.#processes.record(id);
    if (record === undefined) return false;
    const { state, exitStatus } = record;
    // What has done its work is as good as what is still there for it.
    if (state.name === 'EXITED') {
      return exitStatus !== undefined && this.#processes.spec(id)?.exitCodes.includes(exitStatus) === true;
    }
    switch (condition) {
      case 'started':
        return state.name === 'RUNNING' || (state.name === 'STARTING' && state.pid !== undefined);
      case 'ready':
        return isServing(state);
      case 'exited':
        return false;
      default:
        return condition satisfies never;
    }
  }

  #known(): Graph {
    this.#graph ??= this.#read();
    return this.#graph;
  }

  #read(): Graph {
    const needs = new Map<ProcessId, readonly Need[]>();
    const ids = this.#processes.allIds();
    const all = new Set(ids);
    for (const id of ids) {
      const dependencies = this.#processes.spec(id)?.dependsOn;
      if (dependencies === undefined) continue;
      const found = dependencies.map((dependency) => ({ dependency, ids: this.#resolve(dependency, all) }));
      needs.set(id, found);
    }
    for (const cycle of cyclesOf(needs.keys(), (id) => neededBy(needs, id))) {
      const members = new Set(cycle);
      for (const id of cycle) {
        const others = (needs.get(id) ?? []).flatMap((need): Need[] => {
          const left = need.ids.filter((needed) => !members.has(needed));
          return left.length === 0 && need.ids.length > 0 ? [] : [{ ...need, ids: left }];
        });
        needs.set(id, others);
      }
    }
    const dependents = new Map<ProcessId, ProcessId[]>();
    for (const id of needs.keys()) {
      for (const needed of new Set(neededBy(needs, id))) {
        const known = dependents.get(needed);
        if (known === undefined) dependents.set(needed, [id]);
        else known.push(id);
      }
    }
    return { needs, dependents };
  }

  #resolve({ targets }: Dependency, all: ReadonlySet<ProcessId>): ProcessId[] {
    return targets.flatMap((target) => {
      if (target.endsWith(':*')) return this.#processes.idsOf(target.slice(0, -2)) ?? [];
      return all.has(target) ? [target] : [];
    });
  }
}

function neededBy(needs: ReadonlyMap<ProcessId, readonly Need[]>, id: ProcessId): readonly ProcessId[] {
  return (needs.get(id) ?? []).flatMap(({ ids }) => ids);
}

function missing({ text }: Dependency): string {
  return `${text} does not come, nothing of that name is active`;
}

/** It does not run and will not by itself; FATAL is left to whoever finds out why. */
function isToBeStarted({ state }: ProcessRecord): boolean {
  return state.name === 'STOPPED' || state.name === 'EXITED' || (state.name === 'STOPPING' && state.thenStart !== true);
}
