/**
 * Whether an nginx that was told to read its configuration has done so, by what /proc shows of its processes: the
 * master makes new workers, then tells the old ones to finish, which they show in their titles:
 *
 *     nginx: worker process                        takes connections
 *     nginx: worker process is shutting down       finishes those that it has
 *
 * As long as an old one takes connections, requests still go where the old configuration sends them.
 */
import { readdirSync, readFileSync } from 'node:fs';

const isMaster = /^nginx: master process/;
const isLeaving = /is shutting down/;

/** The processes that take connections under these masters, by pid. */
export type Workers = ReadonlySet<number>;

/** Reads /proc; a test gives it another. */
export interface ProcessTable {
  childrenOf(pid: number): readonly number[];
  titleOf(pid: number): string;
  pids(): readonly number[];
}

/** Of a process that may be a wrapper around nginx: the ends of the tree below it. */
export function workersOf(masters: readonly number[], table: ProcessTable): Workers {
  const found = new Set<number>();
  const visit = (pid: number, depth: number): void => {
    const children = depth > 3 ? [] : table.childrenOf(pid);
    for (const child of children) visit(child, depth + 1);
    const title = children.length > 0 || depth === 0 ? '' : table.titleOf(pid);
    if (title !== '' && !isLeaving.test(title)) found.add(pid);
  };
  for (const master of masters) visit(master, 0);
  return found;
}

/** None of the old ones takes connections any more, and there are others. With none before there is nothing to see. */
export function areNew(before: Workers, now: Workers): boolean {
  if (before.size === 0) return true;
  return now.size > 0 && [...now].every((pid) => !before.has(pid));
}

/** Every nginx of this machine that we can see, for one that is told by a command. */
export function nginxMasters(table: ProcessTable): number[] {
  return table.pids().filter((pid) => isMaster.test(table.titleOf(pid)));
}

export const procTable: ProcessTable = {
  childrenOf(pid) {
    const text = read(`/proc/${pid}/task/${pid}/children`);
    return text
      .split(' ')
      .filter((word) => word !== '')
      .map(Number);
  },
  titleOf: (pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim(),
  pids: () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
};

// What has just ended is as good as not there.
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
