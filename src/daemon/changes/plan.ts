/**
 * What the files, read again, mean for each process: it goes on, comes, goes, or is started anew because settings of
 * its own have changed. Supervisor knows only of groups that changed, and restarts all of such a group.
 */
import { differenceOf, poolKeys } from '../config/difference.ts';
import type { GroupConfig, ProcessConfig } from '../config/model.ts';
import { quietKeys, restartingKeys } from '../config/process-difference.ts';

export interface ProcessPlan {
  readonly group: string;
  readonly name: string;
  readonly change: 'keep' | 'add' | 'remove' | 'restart';
  /** The settings that restart it, or those that it takes over as it goes on. */
  readonly keys: readonly string[];
}

export interface GroupPlan {
  readonly name: string;
  readonly change: 'removed' | 'changed' | 'added' | 'same';
  /** It has changed, but in nothing that is Supervisor's business: no process comes, goes or starts anew. */
  readonly isQuiet: boolean;
  readonly processes: readonly ProcessPlan[];
}

/** In the order in which they are applied: what is removed, changed, added; those that stay the same come last. */
export function plansOf(active: readonly GroupConfig[], read: readonly GroupConfig[]): GroupPlan[] {
  const now = new Map(active.map((group) => [group.name, group]));
  const next = new Map(read.map((group) => [group.name, group]));
  const { added, changed, removed } = differenceOf(active, read);
  const isSame = (name: string): boolean => next.has(name) && !changed.includes(name);
  return [
    ...removed.map((name) => planOf(name, 'removed', now.get(name), undefined)),
    ...changed.map((name) => planOf(name, 'changed', now.get(name), next.get(name))),
    ...added.map((name) => planOf(name, 'added', undefined, next.get(name))),
    ...[...now.keys()].filter(isSame).map((name) => quietPlan(planOf(name, 'same', now.get(name), next.get(name)))),
  ];
}

/** Nothing that is Supervisor's business; but a process may have something to take over. */
function quietPlan(plan: GroupPlan): GroupPlan {
  const isQuiet = plan.processes.some(({ keys }) => keys.length > 0);
  return isQuiet ? { ...plan, change: 'changed', isQuiet } : plan;
}

function planOf(
  group: string,
  change: GroupPlan['change'],
  now: GroupConfig | undefined,
  next: GroupConfig | undefined,
): GroupPlan {
  const before = byName(now);
  const after = byName(next);
  const common = now === undefined || next === undefined ? [] : poolKeys(now, next);
  const isMoved = now !== undefined && next !== undefined && now.priority !== next.priority;
  const processes = [...new Set([...before.keys(), ...after.keys()])].map((name): ProcessPlan => {
    const [old, fresh] = [before.get(name), after.get(name)];
    if (old === undefined) return { group, name, change: 'add', keys: [] };
    if (fresh === undefined) return { group, name, change: 'remove', keys: [] };
    const keys = [...common, ...restartingKeys(old, fresh)];
    if (keys.length > 0) return { group, name, change: 'restart', keys };
    return {
      group,
      name,
      change: 'keep',
      keys: [...(isMoved ? ['priority of the group'] : []), ...quietKeys(old, fresh)],
    };
  });
  return { name: group, change, isQuiet: false, processes };
}

/** The later of two of one name counts, as in the core. */
function byName(group: GroupConfig | undefined): Map<string, ProcessConfig> {
  return new Map(group?.processes.map((process) => [process.name, process]));
}

/**
 * `next` with the FastCGI sockets of `now` where they have the same URL: a socket that a process which goes on has as
 * its standard input is the one that its new siblings accept on too.
 */
export function sharingSockets(now: GroupConfig, next: GroupConfig): GroupConfig {
  const sockets = new Map(
    now.processes.flatMap(({ section, socket }) => (socket ? [[section + socket.url, socket]] : [])),
  );
  const processes = next.processes.map((process) => {
    const socket = process.socket && sockets.get(process.section + process.socket.url);
    return socket === undefined ? process : { ...process, socket };
  });
  return { ...next, processes };
}
