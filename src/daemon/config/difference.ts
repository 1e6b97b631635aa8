/**
 * What a configuration that was read again changes (`reloadConfig`, `update`): compared group by group, with
 * Supervisor's idea of what is equal (the __eq__ of its configuration classes); the order in which a listener's events
 * are written does not count. Processes are compared by process-difference.ts; what they take over as they go on is no
 * change here, or a control command of Supervisor would restart the whole group for it.
 */
import { groupsInOrder } from './dependencies.ts';
import type { GroupConfig, ProcessConfig } from './model.ts';
import { restartingKeys } from './process-difference.ts';

export interface Difference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export function differenceOf(active: readonly GroupConfig[], read: readonly GroupConfig[]): Difference {
  const now = new Map(active.map((group) => [group.name, group]));
  const next = new Map(read.map((group) => [group.name, group]));
  const added = read.filter((group) => !now.has(group.name));
  const changed = read.filter((group) => {
    const old = now.get(group.name);
    return old !== undefined && !sameGroup(old, group);
  });
  const removed = active.filter((group) => !next.has(group.name));
  const namesOf = (groups: readonly GroupConfig[]) => groups.map((group) => group.name);
  // They are taken one after the other: what is depended on comes first, and goes last.
  return {
    added: groupsInOrder(namesOf(added), read),
    changed: groupsInOrder(namesOf(changed), read),
    removed: groupsInOrder(namesOf(removed).reverse(), active).reverse(),
  };
}

function sameGroup(a: GroupConfig, b: GroupConfig): boolean {
  if (a.name !== b.name || a.priority !== b.priority || poolKeys(a, b).length > 0) return false;
  if (a.processes.length !== b.processes.length) return false;
  return a.processes.every((process, index) => {
    const other = b.processes[index];
    return other !== undefined && sameProcess(process, other);
  });
}

/** The settings of a group that are those of each of its processes too: what kind it is, and those of a pool. */
export function poolKeys(a: GroupConfig, b: GroupConfig): string[] {
  if (a.type !== b.type) return ['type'];
  if (a.type !== 'eventlistener' || b.type !== 'eventlistener') return [];
  const keys = (['buffer_size', 'result_handler'] as const).filter((key) => a[key] !== b[key]);
  return [...keys, ...(sortedText(a.events) === sortedText(b.events) ? [] : ['events'])];
}

function sortedText(words: readonly string[]): string {
  return [...words].sort().join();
}

function sameProcess(a: ProcessConfig, b: ProcessConfig): boolean {
  return a.name === b.name && restartingKeys(a, b).length === 0;
}
