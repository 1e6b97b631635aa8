/**
 * The groups and their processes: by priority, and inside a group in the order in which they autostart. How many of each
 * priority are alive is counted as it changes, since the ordered stop asks after every exit.
 */
import { stoppedStates } from '../../rpc/states.ts';
import type { ProcessRecord } from './process-record.ts';
import type { ProcessSpec } from './spec.ts';
import type { ProcessId } from './supervisor-messages.ts';

export interface Entry {
  readonly id: ProcessId;
  spec: ProcessSpec;
  groupPriority: number;
  record: ProcessRecord;
}

export interface GroupEntry {
  readonly name: string;
  priority: number;
  /** In autostart order. */
  processes: Entry[];
}

export const isUnstopped = (entry: Entry): boolean => !stoppedStates.has(entry.record.state.name);

export class Groups {
  /** By priority; equal ones in the order in which they came. */
  #groups: GroupEntry[] = [];
  readonly #entries = new Map<ProcessId, Entry>();
  /** How many processes are not stopped, by the priority of their group. */
  readonly #alive = new Map<number, number>();

  /** In priority order. */
  get all(): readonly GroupEntry[] {
    return this.#groups;
  }

  /** In the order in which they came. */
  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  entry(id: ProcessId): Entry | undefined {
    return this.#entries.get(id);
  }

  named(name: string): GroupEntry | undefined {
    return this.#groups.find((group) => group.name === name);
  }

  insert(group: GroupEntry): void {
    const after = this.#groups.findIndex((other) => other.priority > group.priority);
    this.#groups.splice(after < 0 ? this.#groups.length : after, 0, group);
    for (const entry of group.processes) this.#entries.set(entry.id, entry);
  }

  remove(group: GroupEntry): void {
    this.#groups = this.#groups.filter((other) => other !== group);
    for (const { id } of group.processes) this.#entries.delete(id);
  }

  addProcess(group: GroupEntry, entry: Entry): void {
    group.processes.push(entry);
    this.#entries.set(entry.id, entry);
  }

  removeProcess(entry: Entry): void {
    this.#entries.delete(entry.id);
    for (const group of this.#groups) group.processes = group.processes.filter((other) => other !== entry);
  }

  /** Gives a group another priority, and its processes another order: names that are not in it come last. */
  regroup(group: GroupEntry, priority: number, order: readonly string[]): void {
    const place = new Map(order.map((process, index) => [process, index]));
    const placeOf = ({ spec }: Entry): number => place.get(spec.name) ?? order.length;
    group.processes.sort((a, b) => placeOf(a) - placeOf(b));
    const alive = group.processes.filter(isUnstopped);
    for (const entry of alive) this.count(entry, -1);
    for (const entry of group.processes) entry.groupPriority = priority;
    for (const entry of alive) this.count(entry, 1);
    group.priority = priority;
    this.#groups = this.#groups.filter((other) => other !== group);
    this.insert(group);
  }

  /** It is alive from now on, or not any more. */
  count(entry: Entry, change: 1 | -1): void {
    this.#alive.set(entry.groupPriority, (this.#alive.get(entry.groupPriority) ?? 0) + change);
  }

  /** The highest priority number of a group that has a live process. */
  highestAlive(): number | undefined {
    let highest: number | undefined;
    for (const [priority, count] of this.#alive) {
      if (count > 0 && (highest === undefined || priority > highest)) highest = priority;
    }
    return highest;
  }
}

export function byPriority(entries: readonly Entry[]): Entry[] {
  return [...entries].sort((a, b) => a.spec.priority - b.spec.priority);
}
