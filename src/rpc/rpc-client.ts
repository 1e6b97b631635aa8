import { AnswerConnection, authorizationLine, type ServerLogin } from './client.ts';
import { encodeCall, type XmlRpcValue } from './xml.ts';

/** Reads the body of an answer with status 200; throws a Fault if it holds one. */
export type AnswerDecoder = (body: Buffer) => XmlRpcValue | Promise<XmlRpcValue>;

/** Calls by XML-RPC over one connection. A call rejects with a Fault (the daemon's refusal) or as the connection does. */
export class RpcClient {
  readonly #login: ServerLogin;
  readonly #decode: AnswerDecoder;
  readonly #connection: AnswerConnection;

  constructor(login: ServerLogin, decode: AnswerDecoder) {
    this.#login = login;
    this.#decode = decode;
    this.#connection = new AnswerConnection(login);
  }

  async call(method: string, params: readonly XmlRpcValue[] = []): Promise<XmlRpcValue> {
    return this.#decode(await this.#connection.request(requestFor(this.#login, encodeCall(method, params))));
  }

  /** As the connection's. */
  close(): void {
    this.#connection.close();
  }
}

/** The bytes of a call. */
export function requestFor(login: ServerLogin, body: string): string {
  return (
    'POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: tssupervisorctl\r\n' +
    'Content-Type: text/xml\r\nAccept: text/xml\r\n' +
    `${authorizationLine(login)}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}
