import { readSync, writeSync } from 'node:fs';
import { ProtocolError, type ServerLogin } from './client.ts';
import { type AnswerHead, AnswerReader } from './http-answer.ts';
import { type AnswerDecoder, requestFor } from './rpc-client.ts';
import { encodeCall, type XmlRpcValue } from './xml.ts';

/**
 * Calls to a daemon behind a unix socket, one after another, that stop the process until the answer is there.
 *
 * For a command that has nothing else to do meanwhile: it needs neither `node:net` nor the event loop, which
 * take a cold process 8 ms, a third of what Node itself takes. Ctrl-C ends such a process, as it ends any that
 * has no handler of its own. What has one, or sits idle between calls, takes an RpcClient: nobody here would
 * see that the daemon has closed the connection.
 */

/** The system calls that Node lacks (the native addon has them); failures are `-errno`. */
export interface SocketCalls {
  socket(domain: number, type: number): number;
  connect(fd: number, address: Uint8Array): number;
  close(fd: number): number;
}

const AF_UNIX = 1;
const SOCK_STREAM = 1;
/** `sun_path` holds 108 bytes, the last one a NUL. */
const MAX_PATH_BYTES = 107;
/** As much as a unix socket holds at once, usually. */
const READ_BYTES = 256 * 1024;

/** Whether a DirectClient can reach `path`. Others are left to `node:net` and its refusals. */
export function isDirectPath(path: string): boolean {
  return path !== '' && !path.includes('\0') && Buffer.byteLength(path) <= MAX_PATH_BYTES;
}

/** Rejects with what an RpcClient rejects with. */
export class DirectClient {
  readonly #login: ServerLogin;
  readonly #path: string;
  readonly #calls: SocketCalls;
  readonly #decode: AnswerDecoder;
  #fd: number | undefined;

  /** `path` is one that `isDirectPath` takes. */
  constructor(login: ServerLogin, path: string, calls: SocketCalls, decode: AnswerDecoder) {
    this.#login = login;
    this.#path = path;
    this.#calls = calls;
    this.#decode = decode;
  }

  async call(method: string, params: readonly XmlRpcValue[] = []): Promise<XmlRpcValue> {
    return this.#decode(this.#exchange(requestFor(this.#login, encodeCall(method, params))));
  }

  /** Ends the connection; a later call makes a new one. */
  close(): void {
    if (this.#fd !== undefined) this.#calls.close(this.#fd);
    this.#fd = undefined;
  }

  #exchange(request: string): Buffer {
    try {
      this.#fd ??= this.#connect();
      writeAll(this.#fd, Buffer.from(request));
      const { head, body } = readAnswer(this.#fd);
      if (head.headers.get('connection')?.toLowerCase() === 'close') this.close();
      if (head.status !== 200) throw new ProtocolError(head.status, head.reason);
      return body;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #connect(): number {
    const fd = this.#checked('socket', this.#calls.socket(AF_UNIX, SOCK_STREAM));
    this.#fd = fd;
    const address = Buffer.from(`\u0001\0${this.#path}\0`); // struct sockaddr_un, family in host order: little-endian
    this.#checked('connect', this.#calls.connect(fd, address));
    return fd;
  }

  /** The same error as `node:net` gives. */
  #checked(call: string, result: number): number {
    if (result >= 0) return result;
    const code = process.getBuiltinModule('node:util').getSystemErrorName(result);
    throw Object.assign(new Error(`${call} ${code} ${this.#path}`), { code, errno: result, syscall: call });
  }
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest));
}

function readAnswer(fd: number): { readonly head: AnswerHead; readonly body: Buffer } {
  const pieces: Buffer[] = [];
  const answer: { head?: AnswerHead; body?: Buffer } = {};
  const reader = new AnswerReader({
    head: (head) => {
      answer.head = head;
    },
    body: (piece) => pieces.push(piece),
    end: () => {
      const [first] = pieces;
      answer.body = first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
    },
  });
  for (;;) {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const count = readSync(fd, buffer);
    if (count > 0) reader.feed(buffer.subarray(0, count));
    else reader.close();
    const { head, body } = answer;
    if (head !== undefined && body !== undefined) return { head, body };
  }
}
