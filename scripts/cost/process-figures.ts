import { readFileSync } from 'node:fs';

/** User and system time of a process so far, in milliseconds: proc(5) counts ticks of a hundredth of a second. */
export function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** Memory that is the process's own and no file's (proc(5): RssAnon), in megabytes. */
export function ownMegabytes(pid: number): number {
  return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}
