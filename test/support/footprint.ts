/** What a process holds, as /proc shows it: to see that it does not grow. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Memory that is the process's own and no file's (proc(5): RssAnon), in bytes. */
export function residentBytes(pid: number): number {
  return 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

/**
 * How many file descriptors are open in it. A log that was once written to in great pieces has a second one, for
 * splice(2), as long as it is open: that one is not counted, a third would be.
 */
export function openFiles(pid: number): number {
  const descriptors = openFileList(pid).split('\n');
  const times = new Map<string, number>();
  for (const descriptor of descriptors) {
    const target = descriptor.slice(descriptor.indexOf('> ') + 2);
    if (target.startsWith('/') && !target.startsWith('/dev/')) times.set(target, (times.get(target) ?? 0) + 1);
  }
  return descriptors.length - [...times.values()].filter((count) => count > 1).length;
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
