/** A server with toy methods, and a client that says exactly what a test wants it to say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dispatcher, supervisorNamespace } from '../../../src/rpc/dispatch.ts';
import { Fault } from '../../../src/rpc/faults.ts';
import type { LogTail } from '../../../src/rpc/log-tails.ts';
import { type SupervisorMethods, supervisorMethods } from '../../../src/rpc/methods.ts';
import { RpcServer, type RpcServerOptions } from '../../../src/rpc/server.ts';
import { PreEncoded } from '../../../src/rpc/xml.ts';
import { until } from '../../support/until.ts';

/** A folder of the test's own, gone when the test is. */
export function temporaryFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'rpc-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export class Toy {
  readonly bugs: unknown[] = [];
  readonly notices: string[] = [];
  /** What startProcess was asked to wait for; stopProcess of the same name lets it go. */
  readonly waiting = new Map<string, () => void>();
  readonly server: RpcServer;
  /** What the main log's followers are fed by. */
  feed: ((bytes: Buffer) => void) | undefined;
  followers = 0;
  /** How often it was followed. */
  followed = 0;
  /** How often sendProcessStdin was called. */
  stdins = 0;
  /** Whether the main log's follower has had enough for now. */
  isPaused = false;

  constructor(options: Pick<RpcServerOptions, 'address'> & Partial<RpcServerOptions>) {
    const nothing = () => undefined;
    const quiet: LogTail = {
      modifiedAt: new Date(0),
      start: () => ({ stop: nothing, pause: nothing, resume: nothing }),
    };
    const tail: LogTail = {
      modifiedAt: new Date(0),
      start: (onData) => {
        this.followers++;
        this.followed++;
        this.feed = onData;
        setImmediate(() => onData(Buffer.from('first\n')));
        return {
          stop: () => this.followers--,
          pause: () => {
            this.isPaused = true;
          },
          resume: () => {
            this.isPaused = false;
          },
        };
      },
    };
    this.server = new RpcServer({
      dispatcher: new Dispatcher({
        namespaces: { supervisor: supervisorNamespace(this.#methods()) },
        onBug: (error) => this.bugs.push(error),
      }),
      tails: {
        open: (target) => {
          if (target.log === 'process' && target.namespec === 'quiet') return quiet;
          return target.log === 'main' || target.namespec === 'cat' ? tail : 404;
        },
      },
      onBug: (error) => this.bugs.push(error),
      onNotice: (_level, text) => this.notices.push(text),
      ...options,
    });
  }

  #methods(): SupervisorMethods {
    const echo = Object.keys(supervisorMethods).map((name) => [name, (...args: unknown[]) => [name, ...args]]);
    const big = PreEncoded.of('x'.repeat(1_000_000));
    const toy: Partial<SupervisorMethods> = {
      getPID: () => 42,
      sendProcessStdin: (_, chars) => {
        this.stdins++;
        return PreEncoded.of(chars);
      },
      getAllProcessInfo: () => big,
      startProcess: (name) => new Promise((resolve) => this.waiting.set(name, () => resolve(true))),
      stopProcess: (name) => {
        const release = this.waiting.get(name);
        if (release === undefined) throw new Fault('BAD_NAME', name);
        release();
        return true;
      },
      clearLog: () => {
        throw new TypeError('a bug');
      },
    };
    return { ...Object.fromEntries(echo), ...toy };
  }

  /** Waits until startProcess was called with that name. */
  async waitsFor(name: string): Promise<void> {
    await until(`somebody starts ${name}`, () => this.waiting.has(name));
  }

  get port(): number {
    return this.server.port ?? 0;
  }

  static async onPort(options: Partial<RpcServerOptions> = {}): Promise<Toy> {
    const toy = new Toy({ address: { host: '127.0.0.1', port: 0 }, ...options });
    await toy.server.listen();
    return toy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }
}

/** One connection; `text` is all that came so far. */
export class Wire {
  readonly socket: Socket;
  text = '';
  isClosed = false;

  constructor(to: number | string) {
    this.socket = typeof to === 'number' ? connect(to, '127.0.0.1') : connect(to);
    this.socket.on('data', (data) => {
      this.text += data.toString('latin1');
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.isClosed = true;
    });
  }

  send(bytes: string | Buffer): this {
    this.socket.write(bytes);
    return this;
  }

  /** Waits until that came, or that often. */
  async has(text: string, times = 1): Promise<string> {
    const evidence = () => JSON.stringify(this.text.slice(0, 2000));
    await until(`the server sends ${JSON.stringify(text)}`, () => this.text.split(text).length > times, { evidence });
    return this.text;
  }

  async closed(): Promise<string> {
    const evidence = () => JSON.stringify(this.text.slice(0, 500));
    await until('the server closes the connection', () => this.isClosed, { evidence });
    return this.text;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

export function callBody(method: string, params = ''): string {
  return `<?xml version='1.0'?><methodCall><methodName>${method}</methodName>${params}</methodCall>`;
}

export function post(body: string, headers = '', version = '1.1'): string {
  return `POST /RPC2 HTTP/${version}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Sends one request on a connection of its own and answers with the status, once the answer is complete. */
export async function statusOf(to: number | string, request: string | Buffer): Promise<number> {
  using wire = new Wire(to);
  const text = await wire.send(request).has('\r\n\r\n');
  return Number(text.slice('HTTP/1.1 '.length).slice(0, 3));
}
