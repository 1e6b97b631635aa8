/**
 * Load on one URL: so many GET requests a second, so many under way at most. Each has a connection of its own, as a
 * visitor's first request has: nothing is hidden by a connection that was open already. A request that is due while
 * all are busy is held back for good, or the end of a standstill would be a flood.
 */
import { Agent, type ClientRequest, type RequestOptions, request } from 'node:http';
import { isIP } from 'node:net';
import { lossOf, type RequestEnd, type Tally } from './tally.ts';

export interface LoadOptions {
  readonly url: URL;
  /** What is connected to, whatever `url` is called. */
  readonly address: string;
  readonly rate: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
}

/** How often it is looked whether a request is due; several may be. */
const TICK_MS = 5;

export class Load {
  readonly #options: LoadOptions;
  readonly #tally: Tally;
  readonly #now: () => number;
  readonly #agent: Agent;
  readonly #under = new Set<ClientRequest>();
  #ticker: NodeJS.Timeout | undefined;
  #whenIdle: (() => void) | undefined;
  #cutOff = 0;

  /** `now`: milliseconds since the drill began; `tally` is told of each request's end. */
  constructor(options: LoadOptions, tally: Tally, now: () => number) {
    this.#options = options;
    this.#tally = tally;
    this.#now = now;
    this.#agent = new Agent({ keepAlive: false, maxSockets: options.concurrency });
  }

  /** One request, awaited: whether there is anybody to send the load to. */
  async ask(): Promise<RequestEnd> {
    return await new Promise((resolve) => this.#send(resolve));
  }

  start(): void {
    const { rate, concurrency } = this.#options;
    const beganAt = this.#now();
    let due = 0;
    this.#ticker = setInterval(() => {
      const wanted = Math.floor(((this.#now() - beganAt) / 1_000) * rate);
      for (; due < wanted; due += 1) {
        if (this.#under.size < concurrency) this.#send();
        else this.#tally.holdBack();
      }
    }, TICK_MS);
  }

  /** Sends no more; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#ticker);
    if (this.#under.size > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    this.#agent.destroy();
  }

  /** Ends at once. Answers how many requests that cut off: neither answered nor lost. */
  cut(): number {
    clearInterval(this.#ticker);
    this.#cutOff = this.#under.size;
    for (const one of this.#under) one.destroy();
    this.#agent.destroy();
    return this.#cutOff;
  }

  #send(whenDone?: (end: RequestEnd) => void): void {
    const sentAt = this.#now();
    const { timeoutMs } = this.#options;
    const call = request(this.#requestOptions());
    const late = setTimeout(() => {
      finish({ type: 'lost', kind: 'timeout', detail: `no answer in ${timeoutMs} ms` });
      call.destroy();
    }, timeoutMs);
    let isOver = false;
    const finish = (end: RequestEnd) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(late);
      this.#under.delete(call);
      if (this.#cutOff === 0) this.#tally.add(sentAt, this.#now(), end);
      whenDone?.(end);
      if (this.#under.size === 0) this.#whenIdle?.();
    };
    this.#under.add(call);
    call.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      answer.on('error', (error: NodeJS.ErrnoException) => finish(lossOf(error)));
      answer.on('end', () => finish(endOf(status, answer.complete)));
      answer.resume();
    });
    call.on('error', (error: NodeJS.ErrnoException) => finish(lossOf(error)));
    call.end();
  }

  #requestOptions(): RequestOptions {
    const { url, address } = this.#options;
    return {
      host: address,
      family: isIP(address),
      port: url.port === '' ? 80 : Number(url.port),
      path: url.pathname + url.search,
      headers: { Host: url.host, 'User-Agent': 'tssupervisorctl-drill', Connection: 'close' },
      agent: this.#agent,
    };
  }
}

function endOf(status: number, isComplete: boolean): RequestEnd {
  if (!isComplete) return { type: 'lost', kind: 'reset', detail: 'cut off' };
  if (status >= 500) return { type: 'lost', kind: '5xx', detail: String(status) };
  return { type: 'answered', status };
}
