/**
 * The open connections of a server: one request at a time on each, and not too many of them.
 *
 * A client may send many requests before it reads an answer (pipelining). They are served in order, the next one
 * when the answer to the one before has left, so that no client makes us hold more than one answer for it.
 *
 * There is no timer for connections that do nothing: clients keep theirs for days, and an idle daemon shall not wake
 * up. Instead, when there are too many connections, one has to go, in this order:
 *
 *     idle, the longest first          one that is still sending its request counts as idle
 *     answered, but it does not read   the longest first; also when the answers that wait for readers get too many
 *     following a log                  the oldest first
 *
 * One on which a call waits for its answer stays: then the new one is refused. Only the very first request has a
 * deadline.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { CallAfter } from './request-body.ts';

const FIRST_REQUEST_MS = 60_000;
// Of requests that wait for the one before them.
const PAUSE_AT = 100;
const RESUME_AT = 50;
const DESTROY_AT = 10_000;

interface ConnectionsOptions {
  /** Asked for each new one. */
  readonly maxConnections: () => number;
  /** Of answers that wait for their readers, on all connections together. */
  readonly maxUnreadBytes: number;
  readonly callAfter: CallAfter;
  readonly serve: (request: IncomingMessage, response: ServerResponse) => void;
}

interface Connection {
  readonly socket: Socket;
  readonly waiting: [request: IncomingMessage, response: ServerResponse][];
  current: ServerResponse | undefined;
  cancelDeadline: () => void;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #open = new Map<Socket, Connection>();
  /** Those that may be closed, the longest idle first. */
  readonly #idle = new Set<Connection>();
  /** Their answer is complete and has not left yet; the longest so first. */
  readonly #unread = new Set<Connection>();
  /** Their answer never ends. */
  readonly #following = new Set<Connection>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** A client has connected. */
  add(socket: Socket): void {
    for (const max = this.#options.maxConnections(); this.#open.size >= max; ) {
      const victim = this.#leastNeeded();
      if (victim === undefined) {
        socket.destroy();
        return;
      }
      this.#end(victim);
    }
    const cancelDeadline = this.#options.callAfter(FIRST_REQUEST_MS, () => socket.destroy());
    const connection: Connection = { socket, waiting: [], current: undefined, cancelDeadline };
    this.#open.set(socket, connection);
    this.#idle.add(connection);
    socket.once('close', () => this.#remove(connection));
    socket.setKeepAlive(true, 60_000); // the kernel finds the peers that vanished
  }

  /** A request has come in; it is served now, or when it is its turn. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#open.get(request.socket);
    if (connection === undefined) return;
    connection.cancelDeadline();
    if (connection.current === undefined) {
      this.#begin(connection, request, response);
      return;
    }
    const length = connection.waiting.push([request, response]);
    if (length > DESTROY_AT || this.#following.has(connection)) this.#end(connection);
    else if (length > PAUSE_AT) connection.socket.pause();
  }

  /** The request has been read: from now on the connection is not closed for being idle. */
  isBusy(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) this.#idle.delete(connection);
  }

  /**
   * The answer will never end. Requests behind it would never be answered, and a socket that is paused for them would
   * not tell that its client has gone: so they end the connection.
   */
  isFollowing(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    this.#following.add(connection);
    if (connection.waiting.length > 0) this.#end(connection);
  }

  /** Whether an answer is under way on it. */
  isAnswering(socket: Socket): boolean {
    return this.#open.get(socket)?.current?.headersSent === true;
  }

  /** Closes all of them; an answer that is complete already still gets out. */
  close(): void {
    for (const { socket, current } of this.#open.values()) {
      if (current?.writableEnded === true) socket.destroySoon();
      else socket.destroy();
    }
  }

  /** Closes all of them, whatever is still to be sent. */
  destroy(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #begin(connection: Connection, request: IncomingMessage, response: ServerResponse): void {
    connection.current = response;
    response.once('prefinish', () => this.#answered(connection)); // node:http: `end` was called, and wrote what it could
    response.once('close', () => this.#next(connection));
    this.#options.serve(request, response);
  }

  /** If too much waits for its readers, the answers that have waited longest are given up. */
  #answered(connection: Connection): void {
    this.#following.delete(connection);
    if (connection.socket.writableLength === 0) return;
    this.#idle.delete(connection);
    this.#unread.add(connection);
    for (const oldest of this.#unread) {
      if (oldest === connection || this.#unreadBytes() <= this.#options.maxUnreadBytes) break;
      this.#end(oldest);
    }
  }

  #next(connection: Connection): void {
    connection.current = undefined;
    this.#unread.delete(connection);
    this.#following.delete(connection);
    if (connection.socket.destroyed) return;
    this.#idle.add(connection);
    const [next] = connection.waiting;
    if (next === undefined) return;
    if (next[1].socket === null) {
      // node:http has given it no socket, for the answer before it ends the connection: nobody would get this one.
      connection.waiting.length = 0;
      return;
    }
    connection.waiting.shift();
    if (connection.waiting.length === RESUME_AT) connection.socket.resume();
    this.#begin(connection, ...next);
  }

  #leastNeeded(): Connection | undefined {
    for (const some of [this.#idle, this.#unread, this.#following]) {
      for (const connection of some) return connection;
    }
    return undefined;
  }

  #unreadBytes(): number {
    let bytes = 0;
    for (const { socket } of this.#unread) bytes += socket.writableLength;
    return bytes;
  }

  #end(connection: Connection): void {
    this.#remove(connection);
    connection.socket.destroy();
  }

  #remove(connection: Connection): void {
    connection.cancelDeadline();
    connection.waiting.length = 0;
    this.#idle.delete(connection);
    this.#unread.delete(connection);
    this.#following.delete(connection);
    this.#open.delete(connection.socket);
  }
}
