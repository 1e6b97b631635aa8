/**
 * The native addon's calls, typed (native/posix.c). Each is one system call or a tight group of them and has no
 * policy. A call that fails where failing is normal answers `-errno` (or an object with errno); it does not throw.
 */
export interface Posix {
  /**
   * vfork + exec. `env` entries are `KEY=value`. Answers the pid, or stage (index into `spawnStages`) and errno packed
   * as `-(stage * 1000 + errno)`. `numbers` carries the optional parts; see `linux.ts`, which is its only caller.
   */
  spawn(
    file: string,
    argv: readonly string[],
    env: readonly string[],
    cwd: string | undefined,
    fds: Int32Array,
    numbers: Int32Array,
    groups: Int32Array | undefined,
    rlimits: Float64Array | undefined,
  ): number;
  /**
   * Reaps ended children: waitid(P_ALL, WNOWAIT) peeks, then waitpid(pid). Fills `out` with quadruples
   * pid, exit code (or -1), signal (or 0), core dumped (0/1) and answers how many children it reaped, at most
   * out.length / 4. `out` full means: call again.
   */
  reap(out: Int32Array): number;
  kill(pid: number, signal: number): number;
  /** Fills out[0] with the read end, out[1] with the write end; both close-on-exec, the read end non-blocking. */
  pipe(out: Int32Array): number;
  close(fd: number): number;
  read(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  write(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  /** lseek to the end, then splice(2) from pipe to file: bytes moved, 0 at end of stream, or -errno. */
  spliceToEnd(pipe: number, file: number, length: number): number;
  setNonBlocking(fd: number, on: boolean): number;
  setCloseOnExec(fd: number, on: boolean): number;
  /** F_GETPIPE_SZ / F_SETPIPE_SZ. */
  getPipeSize(fd: number): number;
  setPipeSize(fd: number, bytes: number): number;
  epollCreate(): number;
  /** Watches `fd` for EPOLLIN, level-triggered; `token` (a 31-bit number) comes back from epollWait. */
  epollAdd(epoll: number, fd: number, token: number): number;
  epollDelete(epoll: number, fd: number): number;
  /** Never blocks: fills `tokens` with those that are readable or hung up, answers how many. */
  epollWait(epoll: number, tokens: Int32Array): number;
  /** Calls back, on the event loop, as long as `fd` is readable and the poll is started. */
  pollCreate(fd: number, callback: () => void): PollHandle;
}

/** A uv_poll_t; opaque, used with its three methods only. `close` ends it for good. */
export interface PollHandle {
  start(): void;
  stop(): void;
  close(): void;
}
