/** wrk, which asks as fast as it gets answers, until it is told to stop; and what it saw go wrong. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface WrkReport {
  readonly requests: number;
  /** Connections and answers that failed, and answers that are no success. */
  readonly failed: number;
  readonly text: string;
}

/** Longer than any test; wrk wants to know beforehand. */
const FOR_EVER = '3600s';

export class Wrk implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = '';

  /** `connections` at a time, each kept open for as long as the server keeps it, or a new one for each request. */
  constructor(url: string, connections: number, reconnects: boolean) {
    const header = reconnects ? ['-H', 'Connection: close'] : [];
    const options = ['-t', '1', '-c', String(connections), '-d', FOR_EVER, '--timeout', '30s', ...header];
    this.#child = spawn('/usr/bin/wrk', [...options, url], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#output += bytes.toString();
      });
    }
    this.#ended = new Promise((settle) => {
      this.#child.on('error', () => settle());
      this.#child.on('close', () => settle());
    });
  }

  /** @throws Error if it has no report */
  async stop(): Promise<WrkReport> {
    this.#child.kill('SIGINT');
    await this.#ended;
    const report = readReport(this.#output);
    if (report === undefined) throw new Error(`Cannot read what wrk reports: ${JSON.stringify(this.#output)}`);
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGINT');
    await this.#ended;
  }
}

/** wrk names kinds of failure only if there was one. */
function readReport(text: string): WrkReport | undefined {
  const requests = /^ +(\d+) requests in /m.exec(text)?.[1];
  if (requests === undefined) return undefined;
  const errors = /^ +Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)$/m.exec(text)?.slice(1) ?? [];
  const refusals = /^ +Non-2xx or 3xx responses: (\d+)$/m.exec(text)?.[1] ?? '0';
  return {
    requests: Number(requests),
    failed: [...errors, refusals].reduce((sum, count) => sum + Number(count), 0),
    text,
  };
}
