import { resolve } from 'node:path';
import { LogFile, type LogWorld } from './log-file.ts';
import { LogHistory } from './log-history.ts';
import type { LogLimits } from './regular-log.ts';

/**
 * All open logs. A path is open once, however many programs write to it (`numprocs=4` with one `stdout_logfile`), so
 * that its size, its rotation and what is spliced into it stay true; it is closed when the last one lets go of it.
 */
export class LogFiles {
  /** When which part of them was written. */
  readonly history = new LogHistory();
  readonly #world: LogWorld;
  readonly #open = new Map<string, { readonly file: LogFile; users: number }>();
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(world: Omit<LogWorld, 'onChange'>) {
    this.#world = { ...world, onChange: (path) => this.#changed(path) };
  }

  /**
   * Opens a log, or answers the errno code (`ENOENT`): for a program that is a spawn error,
   * `unknown error making dispatchers for 'NAME': ENOENT`.
   */
  open(path: string, limits: LogLimits): LogLease | { readonly code: string } {
    const absolute = resolve(path);
    let entry = this.#open.get(absolute);
    if (entry === undefined) {
      const file = LogFile.open(absolute, this.#world);
      if ('code' in file) return file;
      entry = { file, users: 0 };
      this.#open.set(absolute, entry);
      if (file.size > 0) this.history.note(absolute, file.size);
    }
    const held = entry;
    held.users += 1;
    return new LogLease(held.file, limits, () => {
      held.users -= 1;
      if (held.users > 0) return;
      this.#open.delete(absolute);
      held.file.close();
    });
  }

  isOpen(path: string): boolean {
    return this.#open.has(resolve(path));
  }

  /** Calls back whenever this daemon has written to that file, rotated or cleared it. Answers how to stop it. */
  watch(path: string, changed: () => void): () => void {
    const absolute = resolve(path);
    const watchers = this.#watchers.get(absolute) ?? new Set();
    this.#watchers.set(absolute, watchers);
    watchers.add(changed);
    return () => {
      watchers.delete(changed);
      if (watchers.size === 0 && this.#watchers.get(absolute) === watchers) this.#watchers.delete(absolute);
    };
  }

  #changed(path: string): void {
    const file = this.#open.get(path)?.file;
    if (file !== undefined) this.history.note(path, file.size);
    for (const changed of this.#watchers.get(path) ?? []) changed();
  }
}

/** One user's hold on an open log. Rotation follows the limits of whoever writes. None of this throws or blocks. */
export class LogLease {
  readonly #file: LogFile;
  readonly #limits: LogLimits;
  readonly #release: () => void;
  /** How many bytes came from this user. */
  written = 0;
  #isClosed = false;

  constructor(file: LogFile, limits: LogLimits, release: () => void) {
    this.#file = file;
    this.#limits = limits;
    this.#release = release;
  }

  get path(): string {
    return this.#file.path;
  }

  get size(): number {
    return this.#file.size;
  }

  /** Never rotated, cleared or spliced into. */
  get isDevice(): boolean {
    return this.#file.isDevice;
  }

  /** Its reader is slower than its writers: leave the bytes where they are, if that is possible. */
  get isCongested(): boolean {
    return this.#file.isCongested;
  }

  get canSplice(): boolean {
    return !this.#isClosed && this.#file.canSplice;
  }

  /** Bytes that could not be written since it was opened, and the code of the failure if it lasts. */
  get droppedBytes(): number {
    return this.#file.trouble.droppedBytes;
  }

  get lastError(): string | undefined {
    return this.#file.trouble.lastError;
  }

  write(buffer: Uint8Array, start = 0, length = buffer.length - start): void {
    if (length <= 0 || this.#isClosed) return;
    this.written += length;
    this.#file.write(buffer, start, length, this.#limits);
  }

  /** See `RegularLog.splice`. */
  splice(pipe: number): number {
    const moved = this.#file.splice(pipe, this.#limits);
    if (moved > 0) this.written += moved;
    return moved;
  }

  /** Let go of, as when a program has closed its end: the file may be closed, and its descriptor somebody else's. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Opens the path again (SIGUSR2); the errno code if that failed, and then the old file is still written to. */
  reopen(): string | undefined {
    return this.#isClosed ? undefined : this.#file.reopen();
  }

  /** Removes the file and begins a new one; the errno code if that failed. Nothing if it is closed. */
  clear(): string | undefined {
    return this.#isClosed ? undefined : this.#file.clear();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release();
  }
}
