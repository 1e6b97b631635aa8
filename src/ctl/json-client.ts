/**
 * Calls by JSON-RPC 2.0 (`POST /rpc`), alone or many in one request, over one connection that is kept. Calls made at the
 * same time wait for each other: what waits long in the daemon (`waitJob`) needs a client of its own.
 *
 * Only our daemon has it: Supervisor's answers with a status that is not 200.
 */
import { AnswerConnection, authorizationLine, type ServerLogin } from '../rpc/client.ts';
import { Fault, faultCodes } from '../rpc/faults.ts';

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

/** Rejects with a Fault (the daemon's refusal), a ProtocolError, a BadAnswer, a BadServerUrl or the system's error. */
export class JsonClient {
  readonly #login: ServerLogin;
  readonly #connection: AnswerConnection;

  constructor(login: ServerLogin) {
    this.#login = login;
    this.#connection = new AnswerConnection(login);
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
    this.#connection.close();
  }

  async #post(request: unknown): Promise<unknown> {
    const body = JSON.stringify(request);
    const answer = await this.#connection.request(
      'POST /rpc HTTP/1.1\r\nHost: localhost\r\nUser-Agent: tssupervisorctl\r\n' +
        'Content-Type: application/json\r\nAccept: application/json\r\n' +
        `${authorizationLine(this.#login)}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    return JSON.parse(answer.toString()) as unknown;
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
