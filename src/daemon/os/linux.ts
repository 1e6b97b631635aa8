/**
 * The real `Os`: Linux by way of the native addon. A thin translation, with one idea of its own, the reaper.
 *
 * Every SIGCHLD makes it collect all ended children (signals coalesce: one may stand for many). Three kinds of child
 * end in this process, and each goes its own way:
 *
 *   made by `spawn`, or told to `adopt`    reaped here, reported with `ours: true`
 *   made by Node's child_process           left for libuv, which waits for it in the same turn of the event loop;
 *                                          the reaper looks again one turn later, for those behind it
 *   anything else                          an orphan given to us as subreaper or PID 1: reaped, `ours: false`
 *
 * Node itself announces each ChildProcess on the diagnostics channel "child_process", so there is no list to keep by
 * hand. Two things follow: a LinuxOs must be made before the first child_process, and a worker thread that starts
 * child processes cannot live beside it (its announcements stay in its own thread).
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants } from 'node:os';
import { type Account, accountOf } from './accounts.ts';
import { errnoName } from './errno.ts';
import { type Cancel, type ChildExit, type Os, type SpawnRequest, type SpawnResult, spawnStages } from './os.ts';
import type { Posix } from './posix.ts';

/** setTimeout takes a signed 32-bit number of milliseconds; more than that would fire at once. */
const longestTimeoutMs = 2 ** 31 - 1;
const reapBatch = 64;

export class LinuxOs implements Os {
  readonly #posix: Posix;
  readonly #ours = new Set<number>();
  readonly #libuvs = new Set<ChildProcess>();
  readonly #listeners = new Set<(exit: ChildExit) => void>();
  readonly #exits: ChildExit[] = [];
  readonly #reaped = new Int32Array(4 * reapBatch);
  #lookAgain: NodeJS.Immediate | undefined;

  /** Starts to reap at once, before there can be a first child. Disposing of it ends that. */
  constructor(posix: Posix) {
    this.#posix = posix;
    subscribe('child_process', this.#onChildProcess);
    process.on('SIGCHLD', this.#reap);
  }

  now(): number {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  }

  epoch(): number {
    return Math.floor(Date.now() / 1000);
  }

  callAt(at: number, run: () => void): Cancel {
    let timer: NodeJS.Timeout | undefined;
    // Timers may fire up to a millisecond early, and a long delay takes several: so each time the clock decides.
    const wait = (): void => {
      const left = Math.ceil(at - this.now());
      if (left <= 0 && timer !== undefined) {
        run();
        return;
      }
      // biome-ignore lint/style/noRestrictedGlobals: this is the one place that makes timers
      timer = setTimeout(wait, Math.min(Math.max(left, 0), longestTimeoutMs));
    };
    wait();
    return () => clearTimeout(timer);
  }

  nextTurn(run: () => void): void {
    setImmediate(run);
  }

  /** Ends this process with `code` as soon as nothing keeps it, and after so long whatever does. */
  exitWithin(ms: number, code: number): void {
    process.exitCode = code;
    // biome-ignore lint/style/noRestrictedGlobals: a timer that keeps nothing alive
    setTimeout(() => process.exit(code), ms).unref();
  }

  spawn(request: SpawnRequest): SpawnResult {
    const { group, umask = -1, uid = -1, gid = -1, nice, groups, rlimits } = request;
    const numbers = Int32Array.of(group === 'session' ? 1 : 0, umask, uid, gid, nice === undefined ? 0 : 1, nice ?? 0);
    const result = this.#posix.spawn(
      request.file,
      request.argv,
      request.env,
      request.cwd,
      Int32Array.from(request.fds),
      numbers,
      groups && Int32Array.from(groups),
      rlimits && Float64Array.from(rlimits.flat()),
    );
    if (result > 0) {
      this.#ours.add(result);
      return { pid: result };
    }
    const errno = -result % 1000;
    const stage = spawnStages[(-result - errno) / 1000] ?? 'clone';
    return { stage, errno, code: errnoName(errno), childPid: numbers[0] || undefined };
  }

  /** EINVAL for 0 and -1: those mean our own group and every process there is, which is never what was meant. */
  kill(pid: number, signal: number): number {
    if (pid === 0 || pid === -1) return constants.errno.EINVAL;
    return Math.abs(this.#posix.kill(pid, signal));
  }

  pipe(nonBlocking: 'read' | 'write' = 'read'): { readonly read: number; readonly write: number } {
    const ends = new Int32Array(2);
    check(this.#posix.pipe(ends), 'make a pipe');
    const [read = -1, write = -1] = ends;
    if (nonBlocking === 'write') {
      this.#posix.setNonBlocking(read, false);
      this.#posix.setNonBlocking(write, true);
    }
    return { read, write };
  }

  write(fd: number, bytes: Uint8Array): number {
    return this.#posix.write(fd, bytes, 0, bytes.length);
  }

  /** Throws for a descriptor that is not open: then somebody else's may be next. Any other error closes all the same. */
  close(fd: number): void {
    const result = this.#posix.close(fd);
    if (result === -constants.errno.EBADF) check(result, `close descriptor ${fd}`);
  }

  growPipe(fd: number, bytes: number): void {
    this.#posix.setPipeSize(fd, bytes);
  }

  setNonBlocking(fd: number): void {
    check(this.#posix.setNonBlocking(fd, true), `make descriptor ${fd} non-blocking`);
  }

  /** Calls back once for each ended child, in the order in which the kernel gives them. */
  onChildExit(callback: (exit: ChildExit) => void): Cancel {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  /** From now on `pid`, a child that an earlier image of this process made, counts as ours. */
  adopt(pid: number): void {
    this.#ours.add(pid);
  }

  /** Collects what ended before there was a SIGCHLD handler: children inherited over an exec, orphans of PID 1. */
  rescan(): void {
    this.#reap();
  }

  /** Orphaned descendants become our children, as they do for PID 1. */
  becomeSubreaper(): void {
    check(this.#posix.setSubreaper(true), 'become a subreaper');
  }

  /** Who this uid or name is, with all groups; undefined where /etc/passwd does not know. */
  accountOf(who: number | string): Account | undefined {
    return accountOf(who);
  }

  /** Stops reaping. Children that end from now on stay zombies. */
  [Symbol.dispose](): void {
    process.off('SIGCHLD', this.#reap);
    unsubscribe('child_process', this.#onChildProcess);
    clearImmediate(this.#lookAgain);
    this.#listeners.clear();
  }

  // The announcement comes before the child has a pid, so the object is kept, not the number.
  readonly #onChildProcess = (message: unknown): void => {
    const { process: child } = message as { process: ChildProcess };
    this.#libuvs.add(child);
    child.once('exit', () => this.#libuvs.delete(child));
  };

  readonly #reap = (): void => {
    const keep: number[] = [];
    for (const child of this.#libuvs) {
      if (child.pid !== undefined) keep.push(child.pid);
      else this.#libuvs.delete(child); // could not start; listening for its 'error' would hide that from everybody
    }
    // All are collected before the first is reported: a reaped pid is free, and a listener's spawn may get it.
    for (let isMore = true; isMore; ) {
      const count = this.#posix.reap(this.#reaped, Int32Array.from(keep));
      isMore = count === reapBatch;
      for (let at = 0; at < count * 4; at += 4) {
        const [pid = 0, code = -1, signal = 0, core = 0] = this.#reaped.subarray(at, at + 4);
        if (code === -1 && signal === 0) {
          isMore = false;
          this.#reapNextTurn();
        } else {
          this.#exits.push({
            pid,
            code: code === -1 ? undefined : code,
            signal: signal === 0 ? undefined : signal,
            coreDumped: core === 1,
            ours: this.#ours.delete(pid),
          });
        }
      }
    }
    try {
      for (let exit = this.#exits.shift(); exit !== undefined; exit = this.#exits.shift()) {
        for (const listener of this.#listeners) listener(exit);
      }
    } finally {
      if (this.#exits.length > 0) this.#reapNextTurn(); // a listener threw: the others' news must not be lost
    }
  };

  #reapNextTurn(): void {
    clearImmediate(this.#lookAgain);
    this.#lookAgain = setImmediate(this.#reap);
  }
}

function check(result: number, doing: string): void {
  if (result >= 0) return;
  const code = errnoName(-result);
  throw Object.assign(new Error(`Cannot ${doing}: ${code}`), { code, errno: result });
}
