/**
 * Waits for connections on listening sockets, without accepting them and without changing them: they are in an epoll
 * set, and that set is what the event loop polls. (A poll of a socket itself would make it non-blocking, for the
 * programs too that it is handed to.)
 */
import type { PollHandle, Posix } from '../os/posix.ts';

export type WatchCalls = Pick<Posix, 'epollCreate' | 'epollAdd' | 'epollDelete' | 'epollWait' | 'pollCreate' | 'close'>;

export class ListenerWatch {
  readonly #posix: WatchCalls;
  readonly #onConnection: (fd: number) => void;
  readonly #tokens = new Int32Array(128);
  readonly #watched = new Set<number>();
  #epoll: number | undefined;
  #poll: PollHandle | undefined;

  /** `onConnection` is called once; then the socket has to be added again. */
  constructor(posix: WatchCalls, onConnection: (fd: number) => void) {
    this.#posix = posix;
    this.#onConnection = onConnection;
  }

  /** Watches these, and no others. @throws Error when the system has no room for it. */
  set(fds: ReadonlySet<number>): void {
    for (const fd of [...this.#watched]) if (!fds.has(fd)) this.delete(fd);
    for (const fd of fds) if (!this.#watched.has(fd)) this.#add(fd);
  }

  /** To be called before the descriptor is closed. */
  delete(fd: number): void {
    if (!this.#watched.delete(fd) || this.#epoll === undefined) return;
    this.#posix.epollDelete(this.#epoll, fd);
    if (this.#watched.size === 0) this.#poll?.stop();
  }

  close(): void {
    this.#watched.clear();
    this.#poll?.close();
    if (this.#epoll !== undefined) this.#posix.close(this.#epoll);
    this.#poll = undefined;
    this.#epoll = undefined;
  }

  #add(fd: number): void {
    if (this.#epoll === undefined) {
      const epoll = this.#posix.epollCreate();
      if (epoll < 0) throw new Error(`Cannot wait for connections: epoll_create answered ${epoll}`);
      this.#epoll = epoll;
      this.#poll = this.#posix.pollCreate(epoll, () => this.#ready());
    }
    const result = this.#posix.epollAdd(this.#epoll, fd, fd);
    if (result < 0) throw new Error(`Cannot wait for connections on descriptor ${fd}: epoll_ctl answered ${result}`);
    this.#watched.add(fd);
    if (this.#watched.size === 1) this.#poll?.start();
  }

  #ready(): void {
    if (this.#epoll === undefined) return;
    const count = Math.max(0, this.#posix.epollWait(this.#epoll, this.#tokens));
    for (const fd of this.#tokens.slice(0, count)) {
      if (!this.#watched.has(fd)) continue;
      this.delete(fd);
      this.#onConnection(fd);
    }
  }
}
