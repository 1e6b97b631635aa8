/**
 * The open connections of a server: one request at a time on each, and not too many of them.
 *
 * A client may send many requests before it reads an answer (pipelining). They are served in order, the next one
 * when the answer to the one before has left, so that no client makes us hold more than one answer for it.
 *
 * There is no timer for connections that do nothing: clients keep theirs for days, and an idle daemon shall not wake
 * up. Instead, when there are too many connections, the one that has been idle the longest has to go; one that is
 * still sending its request counts as idle. Only the very first request has a deadline.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { CallAfter } from './request-body.ts';

const FIRST_REQUEST_MS = 60_000;
// Of requests that wait for the one before them.
const PAUSE_AT = 100;
const RESUME_AT = 50;
const DESTROY_AT = 10_000;

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

interface Connection {
  readonly socket: Socket;
  readonly waiting: [request: IncomingMessage, response: ServerResponse][];
  current: ServerResponse | undefined;
  cancelDeadline: () => void;
}

export class Connections {
  readonly #serve: Serve;
  readonly #callAfter: CallAfter;
  readonly #max: number;
  readonly #open = new Map<Socket, Connection>();
  /** Those that may be closed, the longest idle first. */
  readonly #idle = new Set<Connection>();

  constructor(max: number, callAfter: CallAfter, serve: Serve) {
    this.#max = max;
    this.#callAfter = callAfter;
    this.#serve = serve;
  }

  get count(): number {
    return this.#open.size;
  }

  /** A client has connected. */
  add(socket: Socket): void {
    if (this.#open.size >= this.#max) {
      const [longestIdle] = this.#idle;
      if (longestIdle === undefined) {
        socket.destroy();
        return;
      }
      this.#remove(longestIdle);
      longestIdle.socket.destroy();
    }
    const cancelDeadline = this.#callAfter(FIRST_REQUEST_MS, () => socket.destroy());
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
    if (length > DESTROY_AT) connection.socket.destroy();
    else if (length > PAUSE_AT) connection.socket.pause();
  }

  /** The request has been read: from now on the connection is not closed for being idle. */
  isBusy(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) this.#idle.delete(connection);
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
    response.once('close', () => this.#next(connection));
    this.#serve(request, response);
  }

  #next(connection: Connection): void {
    connection.current = undefined;
    if (connection.socket.destroyed) return;
    this.#idle.add(connection);
    const next = connection.waiting.shift();
    if (connection.waiting.length === RESUME_AT) connection.socket.resume();
    if (next !== undefined) this.#begin(connection, ...next);
  }

  #remove(connection: Connection): void {
    connection.cancelDeadline();
    connection.waiting.length = 0;
    this.#idle.delete(connection);
    this.#open.delete(connection.socket);
  }
}
