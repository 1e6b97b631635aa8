/** Stands between a control command and a daemon's socket, and counts what is asked for. */
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';

export class CountingProxy implements AsyncDisposable {
  /** The method of each XML-RPC request so far. */
  readonly methods: string[] = [];
  /** The path of every request so far. */
  readonly paths: string[] = [];
  readonly #server: Server;

  private constructor(target: string) {
    this.#server = createServer((client) => {
      const daemon = connect(target);
      client.on('data', (bytes: Buffer) => {
        const text = bytes.toString('latin1');
        for (const [, path = ''] of text.matchAll(/^(?:GET|POST) (\S+) HTTP/gm)) this.paths.push(path);
        // A request begins with its head; of what is in a system.multicall only that is seen.
        for (const [, method = ''] of text.matchAll(/<methodCall>\s*<methodName>([^<]+)/g)) {
          this.methods.push(method);
        }
      });
      client.pipe(daemon).pipe(client);
      client.on('error', () => daemon.destroy());
      daemon.on('error', () => client.destroy());
    });
  }

  static async open(socket: string, target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    proxy.#server.listen(socket);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
