/** What a process holds, as /proc shows it: to see that it does not grow. */
import { readdirSync, readFileSync } from 'node:fs';

/** Memory that is the process's own and no file's (proc(5): RssAnon), in bytes. */
export function residentBytes(pid: number): number {
  return 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

/** How many file descriptors are open in it. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
