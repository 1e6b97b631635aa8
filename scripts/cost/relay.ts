import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a daemon's unix socket, and counts the bytes of both ways. */
export class Relay implements AsyncDisposable {
  /** What the client wrote. */
  asked = 0;
  /** What the daemon wrote. */
  answered = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: string) {
    this.#server = createServer((client) => {
      const daemon = connect(target);
      client.on('data', (bytes: Buffer) => {
        this.asked += bytes.length;
      });
      daemon.on('data', (bytes: Buffer) => {
        this.answered += bytes.length;
      });
      client.pipe(daemon).pipe(client);
      for (const [one, other] of [
        [client, daemon],
        [daemon, client],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
  }

  static async open(socket: string, target: string): Promise<Relay> {
    const relay = new Relay(target);
    relay.#server.listen(socket);
    await once(relay.#server, 'listening');
    return relay;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
