/**
 * The sockets of `[fcgi-program:x]`: one for all processes of the program, open as long as one of them lives. The
 * processes accept on it as their standard input; the daemon holds it and never accepts (supervisor/socket_manager.py).
 *
 *     group added     made and closed again, to see whether it can be made
 *     first start     made
 *     next starts     shared: the count of holders grows
 *     end, or a start that failed      the count sinks; at zero it is closed, and connections that wait are reset
 *
 * So of several processes each can be killed and no connection is refused, as long as one lives; a single process
 * leaves nobody to hold the socket between its end and its next start. That is Supervisor's rule.
 *
 * What makes a socket the same is the object that configures it: a program in two groups has two of them, and what is
 * read again is another one.
 */
import type { FcgiSocketConfig, GroupConfig } from './config/model.ts';
import type { ProcessId } from './core/supervisor-messages.ts';
import { openListener, type SocketCalls, SocketError } from './listening-socket.ts';

interface SocketsLog {
  info(text: string): void;
  warn(text: string): void;
}

interface Held {
  readonly fd: number;
  holders: number;
}

export class FcgiSockets {
  readonly #posix: SocketCalls;
  readonly #log: SocketsLog;
  readonly #held = new Map<FcgiSocketConfig, Held>();
  readonly #of = new Map<ProcessId, FcgiSocketConfig>();

  constructor(posix: SocketCalls, log: SocketsLog) {
    this.#posix = posix;
    this.#log = log;
  }

  /** The descriptor for a process that is to be started, which stays ours; none if it has no socket. */
  hold(id: ProcessId, socket: FcgiSocketConfig | undefined): { readonly fd?: number } | { readonly why: string } {
    if (socket === undefined) return {};
    try {
      const fd = this.#take(socket);
      this.#of.set(id, socket);
      return { fd };
    } catch (error) {
      if (error instanceof SocketError) return { why: error.message };
      throw error;
    }
  }

  /** The process has ended, or could not be started. */
  letGo(id: ProcessId): void {
    const socket = this.#of.get(id);
    if (socket === undefined) return;
    this.#of.delete(id);
    this.#release(socket);
  }

  /** Makes every socket of a group and closes it again. @throws SocketError when one cannot be made. */
  test({ processes }: GroupConfig): void {
    for (const socket of new Set(processes.map(({ socket }) => socket))) {
      if (socket === undefined) continue;
      this.#take(socket);
      this.#release(socket);
    }
    for (const { name, section, socketTrouble } of processes) {
      if (socketTrouble === undefined) continue;
      this.#log.warn(`'${name}' of [${section}] is started without a socket: ${socketTrouble}`);
    }
  }

  #take(socket: FcgiSocketConfig): number {
    let held = this.#held.get(socket);
    if (held === undefined) {
      this.#log.info(`Creating socket ${socket.url}`);
      held = { fd: openListener(this.#posix, socket), holders: 0 };
      this.#held.set(socket, held);
    }
    held.holders += 1;
    return held.fd;
  }

  #release(socket: FcgiSocketConfig): void {
    const held = this.#held.get(socket);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#log.info(`Closing socket ${socket.url}`);
    this.#held.delete(socket);
    this.#posix.close(held.fd);
  }
}
