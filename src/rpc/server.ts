/**
 * The HTTP server behind `[unix_http_server]` and `[inet_http_server]`.
 *
 *     connection -> one request at a time -> gate -> /RPC2        -> dispatcher
 *                   (connections.ts)      (gate.ts)  /logtail/…   -> log tails
 *                                                    all else     -> pages, if there are any
 *
 * Promised: whatever a client sends, the daemon goes on; a client costs a bounded amount of memory; a request that
 * waits keeps nobody else waiting; while nobody talks to it, the server sets no timer at all.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { accessLine, clientOf } from './access-line.ts';
import { Connections } from './connections.ts';
import type { Reply } from './dispatch.ts';
import { type Credentials, Gate, type HostRule, type Refusal } from './gate.ts';
import { rawError, sendBody, sendError } from './http-replies.ts';
import { type LogTailSource, serveTail } from './log-tails.ts';
import { BodyReader, type BodyRefusal, type CallAfter } from './request-body.ts';
import { BACKLOG, codeOf, ListenError, listenUnix, type UnixAddress } from './unix-socket.ts';

export interface InetAddress {
  /** Empty or `*` is every address. */
  readonly host: string;
  readonly port: number;
}

export interface RpcServerOptions {
  readonly address: UnixAddress | InetAddress;
  readonly credentials?: Credentials | undefined;
  /** Which `Host` headers come in; any, if there are credentials or this is left out. */
  readonly hosts?: HostRule | undefined;
  readonly dispatcher: { reply(body: Buffer): Reply | Promise<Reply> };
  readonly tails: LogTailSource;
  /** Asked for every other path, behind the gate: true if it answers (now or later). `body` reads the request's. */
  readonly pages?: ((request: IncomingMessage, response: ServerResponse, body: ReadBody) => boolean) | undefined;
  /** Something of ours threw while it served `what`. The client has got a 500. */
  onBug(error: unknown, what: string): void;
  /** For the log. */
  onNotice(level: 'error' | 'warning', text: string): void;
  /** Is told, in Supervisor's words, of each request that it wants to be told of, once it is answered. */
  readonly access?: { isWanted(request: IncomingMessage): boolean; tell(line: string): void };
  /** The most connections at a time, asked for each new one; then the one that is needed least is closed. */
  readonly maxConnections?: (() => number) | undefined;
  /** Of answers that wait for their readers, on all connections together. */
  readonly maxUnreadBytes?: number;
  readonly callAfter?: CallAfter;
}

/** Calls `done` once with a body of at most `maxBytes`, or with a status to refuse it with; see BodyReader. */
export type ReadBody = (maxBytes: number, done: (body: Buffer | BodyRefusal) => void) => void;

// node:http looks for slow clients at an interval; connections.ts does that without one. This is 24 days.
const NEVER_MS = 2 ** 31 - 1;
const FLUSH_MS = 1_000;
/** If nobody says otherwise. */
const MAX_CONNECTIONS = 512;
const MAX_UNREAD_BYTES = 128 * 1024 * 1024;

const setTimer: CallAfter = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

export class RpcServer {
  readonly #options: RpcServerOptions;
  readonly #http: Server;
  readonly #gate: Gate;
  readonly #bodies: BodyReader;
  readonly #connections: Connections;
  readonly #callAfter: CallAfter;
  #removeFile: (() => void) | undefined;

  constructor(options: RpcServerOptions) {
    this.#options = options;
    this.#callAfter = options.callAfter ?? setTimer;
    this.#gate = new Gate(options.credentials, options.hosts);
    this.#bodies = new BodyReader(this.#callAfter);
    this.#connections = new Connections({
      maxConnections: options.maxConnections ?? (() => MAX_CONNECTIONS),
      maxUnreadBytes: options.maxUnreadBytes ?? MAX_UNREAD_BYTES,
      callAfter: this.#callAfter,
      serve: (request, response) => this.#serve(request, response),
    });
    this.#http = createServer({
      requireHostHeader: false,
      connectionsCheckingInterval: NEVER_MS,
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: 0,
      noDelay: true,
    });
    this.#http.on('connection', (socket) => this.#connections.add(socket));
    this.#http.on('request', (request, response) => this.#connections.take(request, response));
    // An `Expect` that node:http does not know: like Supervisor we do without it, and it must not jump the queue.
    this.#http.on('checkExpectation', (request, response) => this.#connections.take(request, response));
    this.#http.on('clientError', (error, socket) => this.#refuseGarbage(error, socket as Socket));
  }

  /** Resolves when clients can connect; rejects with a `ListenError`. */
  async listen(): Promise<void> {
    const { address } = this.#options;
    try {
      if ('file' in address) {
        const onStale = (message: string) => this.#options.onNotice('warning', message);
        this.#removeFile = await listenUnix(this.#http, address, onStale);
      } else {
        await this.#listenInet(address);
      }
    } catch (error) {
      throw new ListenError('file' in address ? address.file : `${address.host}:${address.port}`, error);
    }
    this.#http.on('error', (error) => this.#options.onNotice('error', `Cannot accept a connection: ${codeOf(error)}`));
  }

  #listenInet({ host, port }: InetAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen({ host: host === '' || host === '*' ? '0.0.0.0' : host, port, backlog: BACKLOG }, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
  }

  /** The port that clients connect to, which the system chose if it was configured as 0; undefined for a file. */
  get port(): number | undefined {
    const address = this.#http.address();
    return address !== null && typeof address === 'object' ? address.port : undefined;
  }

  /** Stops listening and ends every connection; answers that are complete already get a second to leave. */
  async close(): Promise<void> {
    this.#removeFile?.();
    this.#removeFile = undefined;
    await new Promise<void>((resolve) => {
      const cancel = this.#callAfter(FLUSH_MS, () => this.#connections.destroy());
      this.#http.close(() => {
        cancel();
        resolve();
      });
      this.#connections.close();
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', ignore);
    request.on('error', ignore);
    if (this.#options.access?.isWanted(request)) this.#tellAccess(request, response);
    try {
      const refusal = this.#gate.refusal(request.headers, request.method);
      if (refusal !== undefined) this.#refuseAtGate(request, response, refusal);
      else this.#route(request, response, request.url ?? '');
    } catch (error) {
      this.#bug(request, response, error);
    }
  }

  #tellAccess(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const client = clientOf(socket);
    const before = socket.bytesWritten;
    response.once('finish', () => {
      const answered = { status: response.statusCode, bytes: socket.bytesWritten - before, at: new Date() };
      this.#options.access?.tell(accessLine(client, request, answered));
    });
  }

  #route(request: IncomingMessage, response: ServerResponse, url: string): void {
    if (url.startsWith('/RPC2')) {
      this.#serveRpc(request, response);
      return;
    }
    if (request.method !== 'POST') this.#connections.isBusy(request.socket); // else once its body is there
    if (url.startsWith('/logtail') || url.startsWith('/mainlogtail')) {
      const isFollowing = serveTail(this.#options.tails, request, response);
      if (isFollowing) this.#connections.isFollowing(request.socket);
    } else if (this.#options.pages?.(request, response, this.#bodyOf(request)) !== true) {
      sendError(request, response, request.method === 'GET' || request.method === 'HEAD' ? 404 : 400);
    }
  }

  #bodyOf(request: IncomingMessage): ReadBody {
    const read: ReadBody = (maxBytes, done) =>
      this.#bodies.read(
        request,
        (body) => {
          this.#connections.isBusy(request.socket);
          done(body);
        },
        maxBytes,
      );
    return read;
  }

  #serveRpc(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST') {
      sendError(request, response, 400);
      return;
    }
    this.#bodies.read(request, (body) => {
      this.#connections.isBusy(request.socket);
      if (typeof body === 'number') sendError(request, response, body, { close: body !== 411 });
      else this.#call(request, response, body);
    });
  }

  #call(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    try {
      const reply = this.#options.dispatcher.reply(body);
      if (reply instanceof Promise) {
        reply
          .then((later) => this.#send(request, response, later, body))
          .catch((error: unknown) => this.#bug(request, response, error));
      } else {
        this.#send(request, response, reply, body);
      }
    } catch (error) {
      this.#bug(request, response, error);
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, reply: Reply, body: Buffer): void {
    if (response.destroyed || request.socket.destroyed) return; // the client did not wait
    if (reply.status === 200) {
      sendBody(request, response, 'text/xml', reply.body);
      return;
    }
    if (reply.status === 400) {
      const data = JSON.stringify(body.toString('utf8', 0, 200));
      this.#options.onNotice('error', `XML-RPC request data ${data} is invalid: unmarshallable (${reply.why})`);
    }
    sendError(request, response, reply.status);
  }

  #refuseAtGate(request: IncomingMessage, response: ServerResponse, { status, why }: Refusal): void {
    this.#bodies.discard(request, () => sendError(request, response, status, { close: true, why }));
  }

  #refuseGarbage(error: Error, socket: Socket): void {
    if (!socket.writable || codeOf(error) === 'ECONNRESET' || this.#connections.isAnswering(socket)) {
      socket.destroy();
      return;
    }
    socket.end(rawError(codeOf(error) === 'HPE_HEADER_OVERFLOW' ? 431 : 400), () => socket.destroy());
  }

  #bug(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    this.#options.onBug(error, `${request.method} ${request.url}`);
    if (response.headersSent) response.destroy();
    else sendError(request, response, 500);
  }
}

// The socket closes, and that is all there is to know.
function ignore(): void {}
