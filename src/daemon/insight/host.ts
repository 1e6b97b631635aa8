import { readdirSync, readFileSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, hostname, loadavg, totalmem } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import type { HostInfo } from '../../rpc/insight.ts';
import type { HandlerContext } from '../handlers/context.ts';

type HostContext = Pick<HandlerContext, 'runtime' | 'programs' | 'log' | 'identifier'>;

export async function host(context: HostContext): Promise<HostInfo> {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(read('/proc/meminfo'))?.[1];
  const limit = /^Max open files\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1];
  return {
    hostname: hostname(),
    identifier: context.identifier,
    version: process.env['TSSUPERVISOR_VERSION'] ?? '',
    pid: process.pid,
    started: Math.floor(Date.now() / 1000 - process.uptime()),
    cpus: availableParallelism(),
    load: [one, five, fifteen],
    memtotal: totalmem(),
    memavailable: Number(available ?? 0) * 1024,
    rss: process.memoryUsage.rss(),
    openfiles: names('/proc/self/fd').length,
    maxfiles: Number(limit ?? 0),
    disks: await disksOf(logPaths(context)),
  };
}

function logPaths({ runtime, programs, log }: HostContext): string[] {
  const written = runtime.supervisor
    .allIds()
    .flatMap((id) => (['stdout', 'stderr'] as const).map((channel) => programs.logPath(id, channel)));
  return [log.path, ...written].flatMap((path) =>
    path === undefined || path.startsWith('/dev/') ? [] : resolve(path),
  );
}

/** One for each file system. Two folders of it are one disk, named by the first. */
export async function disksOf(paths: readonly string[]): Promise<HostInfo['disks']> {
  const disks = new Map<number, { path: string; total: number; free: number; logs: number }>();
  for (const folder of new Set(paths.map(dirname))) {
    const device = statSync(folder, { throwIfNoEntry: false })?.dev;
    if (device === undefined) continue;
    let disk = disks.get(device);
    if (disk === undefined) {
      const { bsize, blocks, bavail } = await statfs(folder);
      disk = { path: folder, total: blocks * bsize, free: bavail * bsize, logs: 0 };
      disks.set(device, disk);
    }
    const here = new Set(paths.filter((path) => dirname(path) === folder).map((path) => basename(path)));
    for (const name of names(folder)) {
      // web.log, and what it was before it was rotated: web.log.1
      if (!here.has(name) && !here.has(name.replace(/\.\d+$/, ''))) continue;
      disk.logs += statSync(`${folder}/${name}`, { throwIfNoEntry: false })?.size ?? 0;
    }
  }
  return [...disks.values()];
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
