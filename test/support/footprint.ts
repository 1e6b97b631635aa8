/** What a process holds, as /proc shows it: to see that it does not grow. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Memory that is the process's own and no file's (proc(5): RssAnon), in bytes. */
export function residentBytes(pid: number): number {
  return 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

/** How many file descriptors are open in it. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** What those descriptors are of, one a line: `7 -> socket:[123]`. One that has been closed meanwhile is left out. */
export function openFileList(pid: number): string {
  const folder = `/proc/${pid}/fd`;
  const lines: string[] = [];
  for (const fd of readdirSync(folder)) {
    try {
      lines.push(`${fd} -> ${readlinkSync(join(folder, fd))}`);
    } catch {
      // closed since it was listed
    }
  }
  return lines.join('\n');
}
