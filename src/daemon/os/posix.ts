/**
 * The native addon's calls, typed (native/posix.c). Each is one system call or a tight group of them and has no
 * policy. A call that fails where failing is normal answers `-errno` (or an object with errno); it does not throw.
 * A wrong argument type throws a TypeError. Numbers are whole; every descriptor made here is close-on-exec.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Posix {
  /**
   * vfork + exec. `env` entries are `KEY=value`. Answers the pid, or stage (index into `spawnStages`) and errno packed
   * as `-(stage * 1000 + errno)`; numbers[0] is then the pid that the failed child had, 0 if none was made. `numbers`
   * carries the optional parts: session (0/1), umask, uid, gid (-1: as it is), is there a nice (0/1), nice.
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
  /** Replaces this process by another program; answers only when that failed. Close-on-exec decides what it inherits. */
  execve(file: string, argv: readonly string[], env: readonly string[]): number;
  /**
   * Reaps ended children: waitid(P_ALL, WNOWAIT) peeks, then waitpid(pid). Fills `out` with quadruples
   * pid, exit code (or -1), signal (or 0), core dumped (0/1) and answers how many children it reaped, at most
   * out.length / 4. `out` full means: call again. An ended child that is in `keep` stays a zombie for its owner to
   * wait for: it gets the last quadruple, with neither code nor signal, and the call looks no further.
   */
  reap(out: Int32Array, keep?: Int32Array): number;
  kill(pid: number, signal: number): number;
  /** A descriptor that becomes readable when the process ends; any process, not only a child. */
  pidfdOpen(pid: number): number;
  setsid(): number;
  /** prctl(PR_SET_CHILD_SUBREAPER): orphaned descendants become our children. */
  setSubreaper(on: boolean): number;
  /** Fills out[0] with the soft and out[1] with the hard limit; no limit is Infinity. pid 0 is ourselves. */
  getRlimit(pid: number, resource: number, out: Float64Array): number;
  /** Negative or Infinity is no limit. */
  setRlimit(pid: number, resource: number, soft: number, hard: number): number;

  /** Fills out[0] with the read end, out[1] with the write end; both close-on-exec, the read end non-blocking. */
  pipe(out: Int32Array): number;
  close(fd: number): number;
  read(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  write(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  /** lseek to the end, then splice(2) from pipe to file: bytes moved, 0 at end of stream, or -errno. */
  spliceToEnd(pipe: number, file: number, length: number): number;
  setNonBlocking(fd: number, on: boolean): number;
  setCloseOnExec(fd: number, on: boolean): number;
  /** F_DUPFD_CLOEXEC: the lowest free descriptor that is not below `least`. */
  dup(fd: number, least: number): number;
  /** Closes first..last (4294967295 is all), or only marks them close-on-exec. -ENOSYS before Linux 5.9. */
  closeRange(first: number, last: number, onExecOnly: boolean): number;
  /** F_GETPIPE_SZ / F_SETPIPE_SZ. */
  getPipeSize(fd: number): number;
  setPipeSize(fd: number, bytes: number): number;
  /** LOCK_SH 1, LOCK_EX 2, LOCK_NB 4, LOCK_UN 8. */
  flock(fd: number, operation: number): number;
  /** `data` is read or filled: as large as the request's number says, 64 bytes for the old ones that do not say. */
  ioctl(fd: number, request: number, data: Uint8Array): number;
  mkfifo(path: string, mode: number): number;
  memfdCreate(name: string): number;

  /** AF_UNIX 1, AF_INET 2, AF_INET6 10; SOCK_STREAM 1, SOCK_DGRAM 2, plus 2048 for non-blocking. */
  socket(domain: number, type: number): number;
  /** `address` is a sockaddr: see sockaddr.ts. */
  bind(fd: number, address: Uint8Array): number;
  /** Waits for a place in the listener's queue if `fd` blocks. */
  connect(fd: number, address: Uint8Array): number;
  listen(fd: number, backlog: number): number;
  setSocketOption(fd: number, level: number, name: number, value: number): number;
  /** Fills `out` with the sockaddr, answers its length. */
  getSocketName(fd: number, out: Uint8Array): number;
  /** One datagram to `address`; never blocks (-EAGAIN) and never raises SIGPIPE. It is received by `read`. */
  sendTo(fd: number, data: Uint8Array, address: Uint8Array): number;
  /**
   * One datagram into `buffer`, never blocks (-EAGAIN). Answers its length, which may be more than what was read of it;
   * fills `sender` with pid and uid (a 32-bit number that may come out negative) if the socket has SO_PASSCRED, else
   * with 0 and -1; pid is 0, too, for a process outside our pid namespace. Descriptors in it are closed.
   */
  receive(fd: number, buffer: Uint8Array, sender: Int32Array): number;
  /**
   * getaddrinfo(3), and waits for it. Fills out[0..3] with the first IPv4 address of a host and answers 0, or one of
   * the EAI numbers (-2: unknown, -3: ask again).
   */
  resolveHost(host: string, out: Uint8Array): number;

  /** madvise(MADV_DONTNEED). Only for file mappings without anonymous pages: elsewhere it destroys data. */
  dropPages(address: number, length: number): number;
  /** malloc_trim(0): 1 when memory went back, 0 when there was none, -ENOSYS where the C library has no such call. */
  trimHeap(): number;

  epollCreate(): number;
  /** Watches `fd` for EPOLLIN, level-triggered; `token` (a 31-bit number) comes back from epollWait. */
  epollAdd(epoll: number, fd: number, token: number): number;
  epollDelete(epoll: number, fd: number): number;
  /** Never blocks: fills `tokens` with those that are readable or hung up, answers how many (at most 128 a call). */
  epollWait(epoll: number, tokens: Int32Array): number;
  /**
   * Calls back, on the event loop, as long as `fd` is readable or hung up and the poll is started. Makes `fd`
   * non-blocking. Throws when `fd` cannot be waited for (a regular file: EPERM) or already is (EEXIST).
   */
  pollCreate(fd: number, callback: () => void): PollHandle;
}

/** A uv_poll_t; opaque, used with its three methods only. `close` ends it for good; close it before its fd. */
export interface PollHandle {
  start(): void;
  stop(): void;
  close(): void;
}

/**
 * The addon's file: in native/ beside a command's bundle or above a part of it, or, while the TypeScript source itself
 * or a tool of the repository is run, in its dist/.
 */
function addonFile(): string {
  // The bundle is CommonJS and has no import.meta.url; the source is a module and may have no __filename.
  const here = typeof __filename === 'string' ? __filename : fileURLToPath(import.meta.url);
  const folders = here.endsWith('.ts') ? ['../../../dist'] : ['.', '..', '../dist'];
  const files = folders.map((folder) => join(dirname(here), folder, 'native', `posix-linux-${process.arch}.node`));
  return files.find((file) => existsSync(file)) ?? (files[0] as string);
}

/**
 * Loads the native addon, by default the one that belongs to this build.
 *
 * @throws Error that names the file, what is wrong with it and what to do. There is no second back end.
 */
export function loadPosix(file: string = addonFile()): Posix {
  const holder: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(holder, file);
  } catch (cause) {
    const where = `${process.platform} ${process.arch}, Node ${process.versions.node}`;
    const [what, remedy] = existsSync(file)
      ? [
          String(cause instanceof Error ? cause.message : cause).split('\n')[0],
          `it does not fit this system (${where})`,
        ]
      : ['no such file', `the package has one for linux x64 and arm64, this is ${where}`];
    throw new Error(
      `Cannot load the native addon "${file}": ${what}; ${remedy}; reinstall the package, or run "npm run build" in its source, which needs a C compiler`,
      { cause },
    );
  }
  return holder.exports as Posix;
}
