/**
 * A watch on a directory is one on its inode: it knows nothing of a directory that takes its place, or of a link on the
 * way to it (`current -> releases/42`) that leads elsewhere now. So whatever may be exchanged is watched from above:
 *
 *     /srv/app/current/src     a link: look for `current` in /srv/app     and for `src` in /srv/app/current
 *     /srv/app/missing/src     not there: look for `missing` in /srv/app
 */
import { type FSWatcher, lstatSync, realpathSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** What a path leads to now; equal texts are the same directory. */
export function identityOf(path: string): string {
  try {
    const { dev, ino, birthtimeMs } = statSync(path);
    return `${realpathSync(path)} ${dev}:${ino}:${birthtimeMs}`;
  } catch {
    return 'nothing';
  }
}

/** The paths whose exchange makes `root` another one: itself, links on the way, or the first that is not there. */
export function anchorsOf(root: string): string[] {
  const anchors: string[] = [];
  const whole = root.split('/').slice(1);
  for (let count = 1; count <= whole.length; count += 1) {
    const path = `/${whole.slice(0, count).join('/')}`;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || stats.isSymbolicLink() || path === root) anchors.push(path);
    if (stats === undefined) break;
  }
  return anchors.filter((path) => path !== '/');
}

/** Calls back when something happened to one of these names; `failed` for each directory that cannot be watched. */
export class Anchors {
  readonly #watchers: FSWatcher[] = [];

  constructor(paths: Iterable<string>, touched: () => void, failed: (error: unknown) => void) {
    const names = new Map<string, Set<string>>();
    for (const path of paths) {
      const known = names.get(dirname(path)) ?? new Set();
      names.set(dirname(path), known.add(basename(path)));
    }
    for (const [directory, wanted] of names) {
      try {
        const watcher = watch(directory, (_, name) => {
          if (name === null || wanted.has(name)) touched();
        });
        watcher.on('error', failed);
        this.#watchers.push(watcher);
      } catch (error) {
        // A directory that has gone meanwhile, or that may not be read, is no news.
        failed(error);
      }
    }
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}
