/**
 * The one seam to the operating system: what the daemon asks of Linux beyond `node:fs` and `node:net`.
 * `linux.ts` is the real one (and the only import of the native addon), `test/support/fake-os.ts` a fake with a
 * clock that a test moves. Nothing here has a policy: who is started, when and why is decided in core/.
 */

/** The steps in the making of a child, in their order: the native addon names the one that failed by its index. */
export const spawnStages = [
  'clone',
  'setpgid',
  'dup',
  'rlimit',
  'nice',
  'umask',
  'groups',
  'setgid',
  'setuid',
  'chdir',
  'exec',
] as const;

/** Where in the making of a child a call failed; the number is errno, the code its name. */
export type SpawnStage = (typeof spawnStages)[number];

export interface SpawnRequest {
  /** The program's file, already looked up; `argv[0]` is what the program sees as its name. */
  readonly file: string;
  readonly argv: readonly string[];
  /** `KEY=value`, complete: nothing is inherited. An entry that is exactly `LISTEN_PID=` gets the child's pid. */
  readonly env: readonly string[];
  readonly cwd?: string | undefined;
  /** Descriptors of ours that become 0, 1, 2, ... of the child; everything else is closed on exec. */
  readonly fds: readonly number[];
  /** `pgid`: own process group in our session; `session`: own session. */
  readonly group: 'pgid' | 'session';
  readonly umask?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** The supplementary groups to set with uid/gid. */
  readonly groups?: readonly number[] | undefined;
  readonly nice?: number | undefined;
  /** [resource number, soft, hard]; -1 and Infinity are no limit. */
  readonly rlimits?: readonly (readonly [resource: number, soft: number, hard: number])[] | undefined;
}

export type SpawnResult =
  | { readonly pid: number }
  /** `childPid`: the failing call was one of the child's own, which has ended. */
  | {
      readonly stage: SpawnStage;
      readonly errno: number;
      readonly code: string;
      readonly childPid: number | undefined;
    };

/** How a child ended: exactly one of the two is set. */
export interface ExitStatus {
  readonly pid: number;
  readonly code: number | undefined;
  /** The number of the signal that ended it. */
  readonly signal: number | undefined;
  readonly coreDumped: boolean;
}

/** What the reaper reports: `ours` is false for an orphan that became our child because its own parent ended. */
export interface ChildExit extends ExitStatus {
  readonly ours: boolean;
}

export type Cancel = () => void;

export interface Os {
  /** Milliseconds that never go back (CLOCK_MONOTONIC). For decisions. */
  now(): number;
  /** Seconds since the epoch, whole. For showing. */
  epoch(): number;
  /** Runs `run` once at `at` (of `now()`), not before. The only maker of timers in the daemon. */
  callAt(at: number, run: () => void): Cancel;
  /** Runs `run` in the next turn of the event loop, after I/O has had its chance. */
  nextTurn(run: () => void): void;
  /** Starts a program: vfork, then exec. Blocks about 0.1 ms, whatever the heap's size. */
  spawn(request: SpawnRequest): SpawnResult;
  /** kill(2); a negative pid is a process group. Zero, or errno. */
  kill(pid: number, signal: number): number;
  /**
   * A pipe with both ends close-on-exec, of which one, ours (`read` if not said), is non-blocking; the other blocks,
   * as programs expect.
   * Throws what pipe2(2) says (EMFILE).
   */
  pipe(nonBlocking?: 'read' | 'write'): { readonly read: number; readonly write: number };
  close(fd: number): void;
  /** write(2): how many bytes, or -errno. */
  write(fd: number, bytes: Uint8Array): number;
  /** Asks for a larger pipe; it stays as it is where the user's pipes have had their share. */
  growPipe(fd: number, bytes: number): void;
  /** Sets a pipe's or fd's O_NONBLOCK. */
  setNonBlocking(fd: number): void;
}
