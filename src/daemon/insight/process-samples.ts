/**
 * What a process and all below it use: proc_pid_stat(5), one small file each. RSS counts a page that several share
 * several times, but reading PSS would cost the kernel a walk over all of their pages, twice a second.
 */
import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;
/** USER_HZ is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;
const MAX_PROCESSES = 10_000;

export type Usage = readonly [cpuMs: number, rssBytes: number];

/** Undefined for a process that has gone. */
export function treeUsage(pid: number): Usage | undefined {
  let cpuMs = 0;
  let rssBytes = 0;
  let isThere = false;
  const seen = new Set([pid]);
  for (const one of seen) {
    const usage = usageOf(one);
    if (usage === undefined) continue;
    isThere = true;
    cpuMs += usage[0];
    rssBytes += usage[1];
    if (seen.size < MAX_PROCESSES) for (const child of childrenOf(one)) seen.add(child);
  }
  return isThere ? [cpuMs, rssBytes] : undefined;
}

function usageOf(pid: number): Usage | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text === undefined ? undefined : usageIn(text);
}

/** Of children that have ended too: when a worker goes, what it used is not to be missing from the sum. */
export function usageIn(stat: string): Usage {
  // The name of the program stands in brackets, and may hold brackets and blanks itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  const ticks = field(14) + field(15) + field(16) + field(17);
  return [ticks * MS_PER_TICK, field(24) * PAGE_BYTES];
}

/** Of all its threads: any of them may have forked. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      (read(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // it has gone
  }
}
