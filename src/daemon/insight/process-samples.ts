/**
 * What a process and all below it use: proc_pid_stat(5), one small file each. RSS counts a page that several share
 * several times, but reading PSS would cost the kernel a walk over all of their pages, twice a second.
 */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

const PAGE_BYTES = 4096;
/** USER_HZ is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;
const MAX_PROCESSES = 10_000;

export type Usage = readonly [cpuMs: number, rssBytes: number];

/** A file of /proc comes in one read, if there is room: 9,000 children of one thread, as a rule. */
const buffer = Buffer.alloc(64 * 1024);

/** Undefined for a process that has gone. */
export function treeUsage(pid: number): Usage | undefined {
  let cpuMs = 0;
  let rssBytes = 0;
  let isThere = false;
  const seen = new Set([pid]);
  for (const one of seen) {
    const stat = read(`/proc/${one}/stat`);
    if (stat === undefined) continue;
    const { usage, threads } = readStat(stat);
    isThere = true;
    cpuMs += usage[0];
    rssBytes += usage[1];
    if (seen.size < MAX_PROCESSES) for (const child of childrenOf(one, threads)) seen.add(child);
  }
  return isThere ? [cpuMs, rssBytes] : undefined;
}

/** CPU time with that of children that have ended: when a worker goes, what it used is not to be missing from the sum. */
export function readStat(stat: string): { readonly usage: Usage; readonly threads: number } {
  // The name of the program stands in brackets, and may hold brackets and blanks itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 22);
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  const ticks = field(14) + field(15) + field(16) + field(17);
  return { usage: [ticks * MS_PER_TICK, field(24) * PAGE_BYTES], threads: field(20) };
}

/** Of all its threads: any of them may have forked. */
function childrenOf(pid: number, threads: number): number[] {
  return (threads === 1 ? [String(pid)] : threadsOf(pid)).flatMap((thread) =>
    (read(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  );
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A third of the time that readFileSync takes: a hundred programs are two hundred files, twice a second. */
function read(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, null));
  } catch {
    return undefined; // it has gone
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
