/**
 * Tells of files that change: chokidar looks into the directories that a PathFilter names, `Anchors` see those
 * directories exchanged, and then all is set up anew. What is there at the start is no change.
 *
 * An editor that writes a new file and renames it, one that writes twice, a directory that is deleted and made again:
 * each is told at least once, and whoever listens waits until it is quiet.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { Anchors, anchorsOf, identityOf } from './anchors.ts';
import { PathFilter, type Patterns } from './patterns.ts';

export interface FileWatchRequest extends Patterns {
  /** A file was made, written or deleted, or the directory that holds it was exchanged. */
  onChange(path: string): void;
  /** Something cannot be watched: said once, until all is watched again. */
  onTrouble(text: string): void;
  /** Everything that was there at the start is watched. */
  onReady?(): void;
}

export class FileWatch {
  readonly #request: FileWatchRequest;
  #watcher: FSWatcher | undefined;
  #anchors: Anchors | undefined;
  #identities = new Map<string, string>();
  #isTroubled = false;

  constructor(request: FileWatchRequest) {
    this.#request = { ...request, directory: resolve(request.directory) };
    this.#begin();
  }

  close(): void {
    this.#anchors?.close();
    const watcher = this.#watcher;
    if (watcher !== undefined) {
      watcher.removeAllListeners();
      // What it is looking at just now would add itself again, and a watcher that is added to is open again.
      watcher.add = () => watcher;
      watcher.on('error', () => undefined);
      watcher.close().catch(() => undefined);
    }
    this.#watcher = undefined;
    this.#anchors = undefined;
  }

  #begin(): void {
    const filter = new PathFilter(this.#request, isDirectory);
    const roots = filter.roots();
    this.#identities = new Map(roots.map((root) => [root, identityOf(root)]));
    this.#isTroubled = false;
    const failed = (error: unknown) => this.#failed(error);
    this.#anchors = new Anchors(new Set(roots.flatMap(anchorsOf)), () => this.#look(), failed);
    const watcher = watch(
      roots.filter((root) => this.#identities.get(root) !== 'nothing'),
      {
        ignoreInitial: true,
        atomic: false,
        // Asked with and without what is there; without, anything that may be meant is to be looked at.
        ignored: (path, stats) => {
          if (stats?.isDirectory()) return !filter.isOnTheWay(path);
          return !filter.isMeant(path) && (stats?.isFile() === true || !filter.isOnTheWay(path));
        },
      },
    );
    this.#watcher = watcher;
    watcher.on('all', (event, path) => {
      if (event !== 'addDir' && event !== 'unlinkDir' && filter.isMeant(path)) this.#request.onChange(path);
    });
    watcher.on('error', failed);
    watcher.once('ready', () => this.#request.onReady?.());
  }

  /** Whether one of the roots is another directory now. */
  #look(): void {
    const changed = [...this.#identities].filter(([root, identity]) => identityOf(root) !== identity);
    if (changed.length === 0) return;
    this.close();
    this.#begin();
    for (const [root] of changed) this.#request.onChange(root);
  }

  #failed(error: unknown): void {
    const why = troubleText(error);
    if (why === undefined || this.#isTroubled) return;
    this.#isTroubled = true;
    this.#request.onTrouble(why);
  }
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** In words; undefined for what need not be told: a file that is gone by the time it is looked at. */
export function troubleText(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  if (code === 'ENOSPC') return 'the system allows no more watches (sysctl fs.inotify.max_user_watches)';
  if (code === 'EMFILE') return 'the system allows no more watchers (sysctl fs.inotify.max_user_instances)';
  return error instanceof Error ? error.message : String(error);
}
