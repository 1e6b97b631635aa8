/**
 * How much memory a process and all below it use: the sum of their PSS (each shared page counted in shares; proc(5),
 * smaps_rollup), or of their RSS where the kernel does not let us read that.
 */
import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;
/** So many are taken for a mistake, or a fork bomb: what has been summed up by then is enough. */
const MAX_PROCESSES = 10_000;

/** In bytes; 0 for a process that has gone. */
export function treeBytes(pid: number): number {
  let bytes = 0;
  const seen = new Set([pid]);
  for (const one of seen) {
    bytes += bytesOf(one);
    if (seen.size < MAX_PROCESSES) for (const child of childrenOf(one)) seen.add(child);
  }
  return bytes;
}

function bytesOf(pid: number): number {
  try {
    return 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
  } catch {
    try {
      return PAGE_BYTES * Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1] ?? 0);
    } catch {
      return 0; // it has gone
    }
  }
}

/** Of all its threads: any of them may have forked. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
