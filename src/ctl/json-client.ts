/**
 * Calls by JSON-RPC 2.0 (`POST /rpc`), alone or many in one request, over one connection that is kept. Calls made at the
 * same time wait for each other: what waits long in the daemon (`waitJob`) needs a client of its own.
 *
 * Only our daemon has it: Supervisor's answers with a status that is not 200.
 */
import type { Socket } from 'node:net';
import { authorizationLine, openSocket, ProtocolError, type ServerLogin } from '../rpc/client.ts';
import { Fault, faultCodes } from '../rpc/faults.ts';
import { type AnswerHead, AnswerReader } from '../rpc/http-answer.ts';
import { readServerUrl } from '../rpc/server-address.ts';

export interface JsonCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface JsonError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export type JsonOutcome = { readonly result: unknown } | { readonly error: JsonError };

/** JSON-RPC's own codes for what Supervisor has a code for (docs/rpc.md). */
const ownCodes: Readonly<Record<number, number>> = {
  [-32601]: faultCodes.UNKNOWN_METHOD,
  [-32602]: faultCodes.INCORRECT_PARAMETERS,
};

interface Request {
  readonly body: string;
  readonly resolve: (body: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** Rejects with a Fault (the daemon's refusal), a ProtocolError, a BadAnswer, a BadServerUrl or the system's error. */
export class JsonClient {
  readonly #login: ServerLogin;
  readonly #queue: Request[] = [];
  #current: Request | undefined;
  #socket: Socket | undefined;

  constructor(login: ServerLogin) {
    this.#login = login;
  }

  async call(method: string, params: readonly unknown[] = []): Promise<unknown> {
    const answer = await this.#post({ jsonrpc: '2.0', id: 0, method, params });
    const outcome = outcomeOf(answer);
    if ('error' in outcome) throw faultOf(outcome.error);
    return outcome.result;
  }

  /** Outcomes in the order of the calls; a refusal is one of them and rejects nothing. */
  async batch(calls: readonly JsonCall[]): Promise<readonly JsonOutcome[]> {
    if (calls.length === 0) return [];
    const answer = await this.#post(calls.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params })));
    if (!Array.isArray(answer)) {
      const outcome = outcomeOf(answer);
      return calls.map(() => outcome);
    }
    const byId = new Map<unknown, JsonOutcome>();
    for (const one of answer) byId.set((one as { readonly id?: unknown }).id, outcomeOf(one));
    return calls.map((_, id) => byId.get(id) ?? outcomeOf(undefined));
  }

  /** Ends the connection; calls that wait are rejected. A later call makes a new connection. */
  close(): void {
    this.#fail(new Error('The connection to the daemon was closed'));
  }

  async #post(request: unknown): Promise<unknown> {
    const body = await new Promise<Buffer>((resolve, reject) => {
      this.#queue.push({ body: JSON.stringify(request), resolve, reject });
      this.#next();
    });
    return JSON.parse(body.toString()) as unknown;
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#queue.shift();
    if (this.#current === undefined) return;
    const { body } = this.#current;
    try {
      this.#socket ??= this.#connect();
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.#socket.write(
      'POST /rpc HTTP/1.1\r\nHost: localhost\r\nUser-Agent: tssupervisorctl\r\n' +
        'Content-Type: application/json\r\nAccept: application/json\r\n' +
        `${authorizationLine(this.#login)}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  #connect(): Socket {
    const socket = openSocket(readServerUrl(this.#login.serverurl));
    let head: AnswerHead | undefined;
    let pieces: Buffer[] = [];
    const answers = new AnswerReader({
      head: (next) => {
        head = next;
        pieces = [];
      },
      body: (piece) => pieces.push(piece),
      end: () => this.#answered(head, Buffer.concat(pieces)),
    });
    const guarded = (work: () => void) => {
      if (this.#socket !== socket) return; // the connection before this one, still closing
      try {
        work();
      } catch (error) {
        this.#fail(error as Error);
      }
    };
    socket.on('data', (bytes: Buffer) => guarded(() => answers.feed(bytes)));
    socket.on('error', (error) => guarded(() => this.#fail(error)));
    socket.on('close', () =>
      guarded(() => {
        if (this.#current === undefined) this.#socket = undefined;
        else answers.close();
      }),
    );
    return socket;
  }

  #answered(head: AnswerHead | undefined, body: Buffer): void {
    const request = this.#current;
    this.#current = undefined;
    if (head?.status !== 200 || head.headers.get('connection')?.toLowerCase() === 'close') this.#hangUp();
    if (head?.status === 200) request?.resolve(body);
    else request?.reject(new ProtocolError(head?.status ?? 0, head?.reason ?? ''));
    this.#next();
  }

  #fail(error: Error): void {
    const requests = [this.#current, ...this.#queue.splice(0)];
    this.#current = undefined;
    this.#hangUp();
    for (const request of requests) request?.reject(error);
  }

  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }
}

function outcomeOf(answer: unknown): JsonOutcome {
  const { result, error } = (answer ?? {}) as { readonly result?: unknown; readonly error?: JsonError };
  if (error !== undefined) return { error };
  if (result !== undefined) return { result };
  return { error: { code: faultCodes.FAILED, message: 'The daemon gave no answer to this call' } };
}

/** The refusal as XML-RPC would have brought it. */
function faultOf({ code, message }: JsonError): Fault {
  return Fault.received(ownCodes[code] ?? code, message);
}
