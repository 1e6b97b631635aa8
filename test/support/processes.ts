/**
 * Processes of this machine as /proc shows them, to prove that a test leaves none behind. A zombie counts as gone:
 * nothing of it runs, and whether somebody collects it is pid 1's business.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  /** In clock ticks since boot: with the pid it names a process for good, since pids are used again. */
  readonly startedAt: string;
  readonly command: string;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it has just ended, or is another user's
  }
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** What runs under `pid`, if it does (proc(5): the fields after the name in parentheses). */
export function seeProcess(pid: number): SeenProcess | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === undefined || state === '' || state === 'Z' || state === 'X') return undefined;
  const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
  return { pid, parent: Number(parent), startedAt: rest[17] ?? '', command };
}

export function isSameProcess(process: SeenProcess): boolean {
  return seeProcess(process.pid)?.startedAt === process.startedAt;
}

/** Children, their children and so on, of `root`. */
export function descendants(root: number): SeenProcess[] {
  const all = pids().flatMap((pid) => seeProcess(pid) ?? []);
  const found: SeenProcess[] = [];
  for (let parents = new Set([root]); parents.size > 0; ) {
    const children = all.filter(({ parent }) => parents.has(parent));
    found.push(...children);
    parents = new Set(children.map(({ pid }) => pid));
  }
  return found;
}

/** Processes that were started with `setting` (`KEY=value`) in their environment. */
export function processesWith(setting: string): SeenProcess[] {
  return pids()
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(setting))
    .flatMap((pid) => seeProcess(pid) ?? []);
}
