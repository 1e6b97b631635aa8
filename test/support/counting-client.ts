/**
 * Clients that ask an HTTP server again and again, each time over a new connection, and count what became of it: what
 * a server behind a socket that never closes owes them is an answer, however long it takes.
 *
 *     await using clients = new CountingClients({ host: '127.0.0.1', port });
 *     ... stop and start the server ...
 *     expect(await clients.stop()).toMatchObject({ refused: 0, lost: 0 });
 */
import { connect, type NetConnectOpts } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Counted {
  /** Whole answers with status 200. */
  readonly answered: number;
  /** No connection came about. */
  readonly refused: number;
  /** There was a connection, and no answer with status 200. */
  readonly lost: number;
  /** An answer with status 200 that had begun, and did not come to its end. */
  readonly cut: number;
  /** What was said of the first few of those that went wrong. */
  readonly troubles: readonly string[];
}

/** Between an answer and the next question: others use this machine too. */
const PAUSE_MS = 3;
/** An answer that takes longer than that is lost. */
const PATIENCE_MS = 30_000;

export class CountingClients implements AsyncDisposable {
  readonly #where: NetConnectOpts;
  readonly #path: string;
  readonly #troubles: string[] = [];
  readonly #running: Promise<void>[];
  #answered = 0;
  #refused = 0;
  #lost = 0;
  #cut = 0;
  #isOver = false;

  /** `count` clients at a time; each question is one connection, for `path`. */
  constructor(where: NetConnectOpts, count = 4, path = '/') {
    this.#where = where;
    this.#path = path;
    this.#running = Array.from({ length: count }, () => this.#ask());
  }

  get answered(): number {
    return this.#answered;
  }

  /** Lets those that wait get their answers. */
  async stop(): Promise<Counted> {
    this.#isOver = true;
    await Promise.all(this.#running);
    const troubles = this.#troubles.slice(0, 5);
    return { answered: this.#answered, refused: this.#refused, lost: this.#lost, cut: this.#cut, troubles };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      await this.#once();
      await delay(PAUSE_MS);
    }
  }

  #once(): Promise<void> {
    return new Promise((settle) => {
      let answer = '';
      let isConnected = false;
      let trouble = 'closed';
      const socket = connect(this.#where, () => {
        isConnected = true;
        socket.write(`GET ${this.#path} HTTP/1.1\r\nHost: counting\r\nConnection: close\r\n\r\n`);
      });
      socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer in time')));
      socket.on('data', (bytes: Buffer) => {
        answer += bytes.toString('latin1');
      });
      socket.on('error', (error) => {
        trouble = error.message;
      });
      socket.on('close', () => {
        if (isWhole(answer)) this.#answered += 1;
        else {
          if (!isConnected) this.#refused += 1;
          else if (/^HTTP\/1\.\d 200 /.test(answer)) this.#cut += 1;
          else this.#lost += 1;
          this.#troubles.push(`${trouble}: ${JSON.stringify(answer.slice(0, 80))}`);
        }
        settle();
      });
    });
  }
}

/** A 200 with as much of a body as it promises. */
function isWhole(answer: string): boolean {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const length = /^content-length: *(\d+)$/im.exec(head)?.[1];
  return /^HTTP\/1\.\d 200 /.test(head) && (length === undefined ? body !== '' : body.length === Number(length));
}
