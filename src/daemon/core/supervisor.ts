/**
 * All processes and the daemon's own mood: routes an input to the process that it is about, gathers what follows,
 * and decides what only the whole can decide: what starts by itself, and in which order everything stops.
 *
 * The state is plain data (`snapshot`, `restore`). It is changed in place, by `apply` alone, because a thousand
 * processes should not be copied for the exit of one; the processes themselves are immutable records.
 */
import type { Mood } from '../../rpc/states.ts';
import { stoppedStates } from '../../rpc/states.ts';
import { byPriority, type Entry, type GroupEntry, Groups, isUnstopped } from './groups.ts';
import { type Needed, Order } from './order.ts';
import { step } from './process.ts';
import type { ProcessInput } from './process-messages.ts';
import type { ProcessRecord } from './process-record.ts';
import { deadlineOf, isServing, newProcess } from './process-record.ts';
import { leavingWith, wantsAutostart, wantsRestart } from './restart.ts';
import type { GroupSpec, Moment, ProcessSpec } from './spec.ts';
import type { Effect, Event, Input, Outcome, ProcessId, Snapshot } from './supervisor-messages.ts';
import { processId } from './supervisor-messages.ts';

/** Whether nothing but time lies between it and a start. */
const isDueToStart = ({ record }: Entry): boolean => record.state.name === 'BACKOFF' || record.state.name === 'FATAL';

export class Supervisor {
  /** Grows with every change of which groups and processes there are, and of their settings. */
  layout = 0;
  #mood: Mood = 'RUNNING';
  #booted = false;
  readonly #groups = new Groups();
  readonly #order = new Order(this);
  /** The group priority whose turn it is to stop. */
  #turn: number | undefined;
  #soonest: number | undefined;
  /** What a program with exit_daemon makes the daemon's exit status. */
  #exitStatus: number | undefined;

  get mood(): Mood {
    return this.#mood;
  }

  /** Group names in priority order. */
  groupNames(): string[] {
    return this.#groups.all.map((group) => group.name);
  }

  hasGroup(name: string): boolean {
    return this.#groups.named(name) !== undefined;
  }

  /** Ids of a group's processes: in autostart order, or by priority (ties in that order) as `start g:*` takes them. */
  idsOf(group: string, order: 'autostart' | 'priority' = 'autostart'): ProcessId[] | undefined {
    const found = this.#groups.named(group);
    if (found === undefined) return undefined;
    return (order === 'priority' ? byPriority(found.processes) : found.processes).map((entry) => entry.id);
  }

  /** Every id: groups ascending, inside each by priority. */
  allIds(): ProcessId[] {
    return this.#groups.all.flatMap((group) => byPriority(group.processes).map((entry) => entry.id));
  }

  spec(id: ProcessId): ProcessSpec | undefined {
    return this.#groups.entry(id)?.spec;
  }

  record(id: ProcessId): ProcessRecord | undefined {
    return this.#groups.entry(id)?.record;
  }

  /** What a process waits for before it starts, as `depends_on` names it; undefined if it does not wait. */
  waitingFor(id: ProcessId): string | undefined {
    return this.#order.waitingFor(id);
  }

  /** What it depends on, process by process, and whether that is so now. */
  needsOf(id: ProcessId): Needed[] {
    return this.#order.needsOf(id);
  }

  /** Ids so that each stands behind what it depends on; otherwise as they stand. */
  inOrder(ids: readonly ProcessId[]): ProcessId[] {
    return this.#order.inOrder(ids);
  }

  /** Those who depend on it, and stop before it. */
  dependentsOf(id: ProcessId): readonly ProcessId[] {
    return this.#order.dependentsOf(id);
  }

  /** The earliest moment at which a `tick` is due. */
  deadline(): number | undefined {
    let earliest: number | undefined;
    for (const entry of this.#groups.entries()) {
      // While the daemon goes down nothing is started, so nothing waits to be.
      if (isDueToStart(entry) && this.#mood !== 'RUNNING') continue;
      const due = deadlineOf(entry.record.state);
      if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due;
    }
    return earliest;
  }

  /** Unstopped processes, for `waiting for a, b to die`. */
  unstopped(): ProcessId[] {
    return [...this.#groups.entries()].filter(isUnstopped).map((entry) => entry.id);
  }

  apply(input: Input, now: Moment): Outcome {
    const effects: Effect[] = [];
    const events: Event[] = [];
    this.#soonest = undefined;
    switch (input.type) {
      case 'boot':
        this.#booted = true;
        events.push({ type: 'supervisorState', state: 'RUNNING' });
        for (const group of this.#groups.all) this.#autostart(group, now, effects, events);
        break;
      case 'addGroup':
        this.#addGroup(input.group, now, effects, events);
        break;
      case 'removeGroup':
        this.#removeGroup(input.name, events);
        break;
      case 'addProcess':
        this.#addProcess(input.group, input.spec, now, effects, events);
        break;
      case 'removeProcess':
        this.#removeProcess(input.id, events);
        break;
      case 'regroup':
        this.#regroup(input);
        break;
      case 'respec': {
        const entry = this.#groups.entry(input.id);
        if (entry === undefined) break;
        entry.spec = input.spec;
        this.#laidOut();
        events.push({ type: 'member', id: entry.id, is: 'changed' });
        break;
      }
      case 'startInOrder': {
        const entry = this.#groups.entry(input.id);
        if (entry !== undefined) this.#startInOrder(entry, true, now, effects, events);
        break;
      }
      case 'process': {
        const entry = this.#groups.entry(input.id);
        if (entry !== undefined) this.#process(entry, input.input, now, effects, events);
        break;
      }
      case 'shutdown':
      case 'restart':
        this.#goDown(input.type === 'shutdown' ? 'SHUTDOWN' : 'RESTARTING', now, events);
        break;
      case 'tick':
        for (const entry of this.#groups.entries()) {
          if (isDueToStart(entry) && this.#mood !== 'RUNNING') continue;
          const due = deadlineOf(entry.record.state);
          if (due !== undefined && due <= now.at) this.#process(entry, { type: 'tick' }, now, effects, events);
        }
        break;
      default:
        input satisfies never;
    }
    if (this.#order.isWaiting) this.#settleWaits(now, effects, events);
    if (this.#mood !== 'RUNNING') this.#stopInOrder(now, effects, events);
    return { effects, events, deadline: this.#soonest };
  }

  snapshot(): Snapshot {
    return {
      mood: this.#mood,
      exitStatus: this.#exitStatus,
      groups: this.#groups.all.map((group) => ({
        name: group.name,
        priority: group.priority,
        processes: group.processes.map(({ spec, record }) => ({ spec, record })),
      })),
      ...(this.#order.isWaiting && { waits: this.#order.waits() }),
    };
  }

  static restore(snapshot: Snapshot): Supervisor {
    const supervisor = new Supervisor();
    supervisor.#mood = snapshot.mood;
    supervisor.#exitStatus = snapshot.exitStatus;
    supervisor.#booted = true;
    for (const { name, priority, processes } of snapshot.groups) {
      const entries = processes.map(({ spec, record }) => {
        const id = processId(name, spec.name);
        return { id, spec, groupPriority: priority, record };
      });
      supervisor.#groups.insert({ name, priority, processes: entries });
      supervisor.#laidOut();
      for (const entry of entries) if (isUnstopped(entry)) supervisor.#groups.count(entry, 1);
    }
    for (const wait of snapshot.waits ?? []) supervisor.#order.wait(wait);
    return supervisor;
  }

  #addGroup(spec: GroupSpec, now: Moment, effects: Effect[], events: Event[]): void {
    if (this.hasGroup(spec.name)) return;
    // Two processes of one name in one group: the later one replaces the earlier, in its place (Supervisor keeps a dict).
    const byName = new Map(spec.processes.map((process) => [process.name, process]));
    const processes = [...byName.values()].map((process) => ({
      id: processId(spec.name, process.name),
      spec: process,
      groupPriority: spec.priority,
      record: newProcess,
    }));
    const group = { name: spec.name, priority: spec.priority, processes };
    this.#groups.insert(group);
    this.#laidOut();
    events.push({ type: 'groupAdded', group: spec.name });
    if (this.#booted) this.#autostart(group, now, effects, events);
  }

  #removeGroup(name: string, events: Event[]): void {
    const group = this.#groups.named(name);
    if (group === undefined || group.processes.some(isUnstopped)) return;
    for (const { id } of group.processes) this.#endWait(id, events);
    this.#groups.remove(group);
    this.#laidOut();
    events.push({ type: 'groupRemoved', group: name });
  }

  #laidOut(): void {
    this.layout += 1;
    this.#order.changed();
  }

  #addProcess(name: string, spec: ProcessSpec, now: Moment, effects: Effect[], events: Event[]): void {
    const group = this.#groups.named(name);
    const id = processId(name, spec.name);
    if (group === undefined || this.#groups.entry(id) !== undefined) return;
    const entry: Entry = { id, spec, groupPriority: group.priority, record: newProcess };
    this.#groups.addProcess(group, entry);
    this.#laidOut();
    events.push({ type: 'member', id, is: 'added' });
    if (this.#booted) this.#autostart({ ...group, processes: [entry] }, now, effects, events);
  }

  #removeProcess(id: ProcessId, events: Event[]): void {
    const entry = this.#groups.entry(id);
    if (entry === undefined || isUnstopped(entry)) return;
    this.#endWait(id, events);
    this.#groups.removeProcess(entry);
    this.#laidOut();
    events.push({ type: 'member', id, is: 'removed' });
  }

  #regroup({ name, priority, order }: Extract<Input, { type: 'regroup' }>): void {
    const group = this.#groups.named(name);
    if (group === undefined) return;
    this.#groups.regroup(group, priority, order);
    this.#laidOut();
  }

  #autostart(group: GroupEntry, now: Moment, effects: Effect[], events: Event[]): void {
    if (this.#mood !== 'RUNNING') return;
    for (const entry of group.processes) {
      if (wantsAutostart(entry.record, entry.spec)) this.#startInOrder(entry, false, now, effects, events);
    }
  }

  /** At once, where it depends on nobody; otherwise when those are there. */
  #startInOrder(entry: Entry, isAsked: boolean, now: Moment, effects: Effect[], events: Event[]): void {
    const { id, spec, record } = entry;
    if (spec.dependsOn === undefined) {
      this.#process(entry, { type: 'start' }, now, effects, events);
    } else if (this.#mood === 'RUNNING' && stoppedStates.has(record.state.name)) {
      const why = isAsked ? this.#order.ask(id) : this.#order.wait({ id, isAsked });
      this.#process(entry, { type: 'held', why: why ?? undefined }, now, effects, events);
    }
  }

  /** Starts who need not wait any longer, and says who waits, or has waited in vain. */
  #settleWaits(now: Moment, effects: Effect[], events: Event[]): void {
    for (let decided = this.#order.decided(); decided.length > 0; decided = this.#order.decided()) {
      for (const decision of decided) {
        const entry = this.#groups.entry(decision.id);
        if (entry === undefined) continue;
        const { type } = decision;
        const input: ProcessInput = type === 'start' ? { type } : { type: 'held', why: decision.why };
        this.#process(entry, input, now, effects, events);
        if (type === 'refuse') events.push({ type: 'waiting', id: entry.id });
      }
    }
    for (const id of this.#order.begun()) {
      const what = this.#order.waitingFor(id);
      if (what === undefined) continue;
      effects.push({ type: 'log', level: 'info', text: `${id} waits for ${what}`, id });
      events.push({ type: 'waiting', id, for: what });
    }
  }

  #endWait(id: ProcessId, events: Event[]): void {
    if (this.#order.drop(id)) events.push({ type: 'waiting', id });
  }

  #process(entry: Entry, input: ProcessInput, now: Moment, effects: Effect[], events: Event[]): void {
    const startsIt = input.type === 'start' || input.type === 'again' || input.type === 'restart';
    if (startsIt && this.#mood !== 'RUNNING') return;
    if (input.type === 'start') this.#order.drop(entry.id);
    else if (input.type === 'stop') this.#endWait(entry.id, events);
    const before = entry.record;
    const wasUnstopped = isUnstopped(entry);
    const result = step(before, input, entry.spec, now);
    if (result.record === before) return;
    entry.record = result.record;
    const isNowUnstopped = isUnstopped(entry);
    if (wasUnstopped !== isNowUnstopped) this.#groups.count(entry, isNowUnstopped ? 1 : -1);
    const due = deadlineOf(entry.record.state);
    if (due !== undefined && (this.#soonest === undefined || due < this.#soonest)) this.#soonest = due;
    for (const event of result.events) events.push({ ...event, type: 'processState', id: entry.id });
    const serving = isServing(entry.record.state);
    if (serving !== isServing(before.state)) events.push({ type: 'serving', id: entry.id, serving });
    for (const effect of result.effects) effects.push({ ...effect, id: entry.id });
    if (input.type === 'exited' && this.#mood === 'RUNNING' && wantsRestart(entry.record, entry.spec)) {
      this.#process(entry, { type: 'again' }, now, effects, events);
      return;
    }
    // exit_daemon: the first that ends for good takes all along, and decides about the exit status.
    const leaving = this.#mood === 'RUNNING' ? leavingWith(before, entry.record, entry.spec) : undefined;
    if (leaving === undefined) return;
    this.#exitStatus = leaving.status;
    effects.push({ type: 'log', level: 'warn', text: leaving.text, id: entry.id });
    this.#goDown('SHUTDOWN', now, events);
  }

  #goDown(mood: Mood, now: Moment, events: Event[]): void {
    // A second wish may still turn a restart into a shutdown, never the other way round.
    if (this.#mood === 'SHUTDOWN') return;
    if (this.#mood === 'RUNNING') events.push({ type: 'supervisorState', state: 'STOPPING' });
    this.#mood = mood;
    // What was to start again behind its stop does not any more.
    for (const entry of this.#groups.entries()) {
      entry.record = step(entry.record, { type: 'stay' }, entry.spec, now).record;
      this.#endWait(entry.id, events);
    }
  }

  /**
   * One move of the ordered stop: of the groups that still have a live process, those of the highest priority number
   * are told to stop, all at once; the others wait. Inside a group the highest priority number is told first.
   */
  #stopInOrder(now: Moment, effects: Effect[], events: Event[]): void {
    if (this.#order.isAny) this.#stopDependentsFirst(now, effects, events);
    else this.#stopByPriority(now, effects, events);
    if (this.#groups.highestAlive() !== undefined) return;
    const status = this.#exitStatus;
    effects.push({ type: 'finished', mood: this.#mood, ...(status !== undefined && { status }) });
  }

  #stopByPriority(now: Moment, effects: Effect[], events: Event[]): void {
    for (let turn = this.#groups.highestAlive(); turn !== this.#turn; turn = this.#groups.highestAlive()) {
      this.#turn = turn;
      const groups = this.#groups.all.filter((group) => group.priority === turn).reverse();
      for (const entry of groups.flatMap((group) => byPriority(group.processes).reverse())) {
        this.#process(entry, { type: 'giveUp' }, now, effects, events);
        this.#process(entry, { type: 'stop' }, now, effects, events);
      }
    }
  }

  /** The same, but only among those whom no live process depends on: whoever is needed stops after who needs it. */
  #stopDependentsFirst(now: Moment, effects: Effect[], events: Event[]): void {
    for (;;) {
      const free = this.#order.free(this.unstopped());
      const groups = this.#groups.all.filter((group) => group.processes.some(({ id }) => free.has(id)));
      const turn = groups.at(-1)?.priority;
      const told = groups
        .filter((group) => group.priority === turn)
        .reverse()
        .flatMap((group) => byPriority(group.processes).reverse())
        .filter(({ id, record }) => free.has(id) && record.state.name !== 'STOPPING');
      if (told.length === 0) return;
      for (const entry of told) {
        this.#process(entry, { type: 'giveUp' }, now, effects, events);
        this.#process(entry, { type: 'stop' }, now, effects, events);
      }
    }
  }
}
