/**
 * One upstream: which of its processes get requests, and the way of one that is to stop.
 *
 *     serving ──► in ──told to stop, or not ready──► draining ──no connection left, or drain passes──► out
 *      (RUNNING and ready)                        (only before a stop)
 *
 * What changes within a moment is told together. When the proxy cannot be told, the log says why once, and what serves
 * goes on serving. It is tried again with the next change, when haproxy is back, and every ten seconds: what was wrong
 * may have been mended in a file of nginx's own.
 */
import type { UpstreamConfig } from '../config/model.ts';
import { secondsText } from '../core/restart.ts';
import type { Event, ProcessId } from '../core/supervisor-messages.ts';
import type { Cancel, Os } from '../os/os.ts';
import { targetText } from '../probes/target.ts';
import type { Runtime } from '../runtime.ts';
import type { Drain } from './drain.ts';
import type { Applied, Driver, DriverLog } from './driver.ts';
import { Gather } from './gather.ts';
import type { Server, ServerState, WishedServer } from './servers.ts';

const GATHER_MS = 20;
/** haproxy may be asked once more when the time to drain is over; then its process is told to stop, whatever it says. */
const LAST_WORDS_MS = 500;
const RETRY_MS = 10_000;
/** How long a rolling restart waits for a process to be in again. */
const JOIN_MS = 10_000;

export interface ServerView {
  readonly name: string;
  readonly address: string;
  readonly state: ServerState;
  /** Seconds since the epoch. */
  readonly since: number;
  readonly why: string;
}

export interface UpstreamView {
  readonly name: string;
  readonly driver: UpstreamConfig['driver']['type'];
  /** The file, or the socket and the backend. */
  readonly target: string;
  /** Why the proxy does not have what is shown; empty if it does. */
  readonly error: string;
  readonly servers: readonly ServerView[];
}

export interface UpstreamParts {
  readonly os: Pick<Os, 'now' | 'epoch' | 'callAt'>;
  readonly runtime: Pick<Runtime, 'isServing' | 'supervisor'>;
  readonly log: DriverLog;
  readonly drain: Drain;
  /** Makes the driver; `onChanged` asks for everything to be set again. */
  driver(onChanged: () => void): Driver;
  /** The servers as the active groups have them. */
  servers(): readonly Server[];
  /** Whether it is one of their processes. */
  isMember(id: ProcessId): boolean;
}

interface Seat {
  server: Server;
  /** As the proxy has it. */
  state: ServerState;
  since: number;
}

export class Upstream {
  readonly config: UpstreamConfig;
  readonly #parts: UpstreamParts;
  readonly #driver: Driver;
  readonly #gather: Gather<Applied>;
  readonly #seats = new Map<string, Seat>();
  /** Servers, by name, that wait for their connections to end; how many of their processes wait. */
  readonly #draining = new Map<string, number>();
  #error = '';
  /** The last one in the log. */
  #saidError = '';
  #cancelRetry: Cancel = () => undefined;
  #isClosed = false;

  constructor(config: UpstreamConfig, parts: UpstreamParts) {
    this.config = config;
    this.#parts = parts;
    this.#driver = parts.driver(() => void this.request());
    this.#gather = new Gather(parts.os, GATHER_MS, () => this.#apply());
  }

  /** Tells the proxy what is so now; together with all that changes within a moment. */
  request(): Promise<Applied> {
    return this.#gather.request();
  }

  happened(event: Event): void {
    if (event.type === 'serving') {
      if (this.#parts.isMember(event.id)) void this.request();
    } else if (event.type === 'groupAdded' || event.type === 'groupRemoved') {
      void this.request();
    }
  }

  concerns(id: ProcessId): boolean {
    return this.#parts.isMember(id);
  }

  /** What it is waiting for, if it is. */
  reason(id: ProcessId): string | undefined {
    const seat = this.#seatOf(id);
    if (seat === undefined) return undefined;
    const { name, drainMs } = this.config;
    if (this.#draining.has(seat.server.name)) return `leaving upstream ${name}, at most ${secondsText(drainMs)}`;
    if (this.#error === '' || !this.#isServing(seat.server) || seat.state === 'in') return undefined;
    return `ready, and not in upstream ${name}: ${this.#error}`;
  }

  /** Out, and its connections have ended; resolves after the time to drain at the latest. Others may share its server. */
  async leave(id: ProcessId): Promise<void> {
    const { os, drain } = this.#parts;
    const until = os.now() + this.config.drainMs;
    const seat = this.#seatOf(id);
    if (seat === undefined || this.#isServing(seat.server)) return;
    const { name } = seat.server;
    this.#draining.set(name, (this.#draining.get(name) ?? 0) + 1);
    const applied = await this.#within(until, this.request());
    // One that the proxy still sends requests to never runs out of connections.
    if (applied?.ok === true && this.config.drainMs > 0) {
      const idle = () => this.#driver.idleConnections(seat.server);
      const isDrained = await drain.done(seat.server.address, until, idle);
      if (!isDrained)
        this.#parts.log.info(`upstream ${this.config.name}: ${name} still has connections, drain is over`);
    }
    const left = (this.#draining.get(name) ?? 1) - 1;
    if (left > 0) this.#draining.set(name, left);
    else this.#draining.delete(name);
    await this.#within(os.now() + LAST_WORDS_MS, this.request());
  }

  /** Resolves when it is in. @throws Error when the proxy cannot be told, or not in time. */
  async joined(): Promise<void> {
    const applied = await this.#within(this.#parts.os.now() + JOIN_MS, this.request());
    if (applied?.ok === false) throw new Error(`not in upstream ${this.config.name}: ${applied.why}`);
    if (applied === undefined) throw new Error(`not in upstream ${this.config.name} within ${JOIN_MS / 1000} s`);
  }

  view(): UpstreamView {
    const { name, driver } = this.config;
    const target = driver.type === 'nginx' ? driver.file : `${driver.socket} ${driver.backend}`;
    const servers = [...this.#seats.values()].map(({ server, state, since }) => {
      return { name: server.name, address: targetText(server.address), state, since, why: this.#why(server, state) };
    });
    return { name, driver: driver.type, target, error: this.#error, servers };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#driver.close();
  }

  async #apply(): Promise<Applied> {
    if (this.#isClosed) return { ok: true };
    const wished = this.#wished();
    const applied = await this.#driver.apply(wished);
    const { log, os, runtime } = this.#parts;
    const error = applied.ok ? '' : applied.why;
    this.#cancelRetry();
    if (!applied.ok && !this.#isClosed) {
      this.#cancelRetry = os.callAt(os.now() + RETRY_MS, () => void this.request());
    }
    if (!applied.ok && applied.isEarly !== true && error !== this.#saidError) {
      this.#saidError = error;
      // While all goes down, so may the proxy.
      log[runtime.supervisor.mood === 'RUNNING' ? 'error' : 'info'](`upstream ${this.config.name}: ${error}`);
    } else if (applied.ok && this.#saidError !== '') {
      this.#saidError = '';
      log.info(`upstream ${this.config.name}: its proxy has all its servers again`);
    }
    this.#error = error;
    for (const { state, ...server } of wished) {
      const seat = this.#seats.get(server.name);
      if (seat === undefined || (applied.ok && seat.state !== state)) {
        this.#seats.set(server.name, { server, state: applied.ok ? state : 'out', since: os.epoch() });
      } else {
        seat.server = server;
      }
    }
    const names = new Set(wished.map(({ name }) => name));
    for (const name of this.#seats.keys()) if (!names.has(name)) this.#seats.delete(name);
    return applied;
  }

  #wished(): WishedServer[] {
    return this.#parts.servers().map((server) => {
      if (this.#isServing(server)) return { ...server, state: 'in' };
      return { ...server, state: this.#draining.has(server.name) ? 'draining' : 'out' };
    });
  }

  #seatOf(id: ProcessId): Seat | undefined {
    for (const seat of this.#seats.values()) if (seat.server.ids.includes(id)) return seat;
    return undefined;
  }

  #isServing({ ids }: Server): boolean {
    return ids.some((id) => this.#parts.runtime.isServing(id));
  }

  #why({ ids }: Server, state: ServerState): string {
    const { runtime } = this.#parts;
    const serving = ids.filter((id) => runtime.isServing(id)).length;
    if (serving > 0) {
      if (state !== 'in') return 'ready, to be told to the proxy';
      return ids.length > 1 ? `${serving} of ${ids.length} ready` : 'ready';
    }
    if (state === 'draining') return 'about to stop';
    const states = ids.map((id) => {
      const process = runtime.supervisor.record(id)?.state;
      if (process?.name === 'RUNNING') return `not ready: ${process.unready ?? ''}`;
      return process?.name ?? 'gone';
    });
    return [...new Set(states)].join(', ');
  }

  /** Undefined when the time is over first. */
  #within<Value>(until: number, work: Promise<Value>): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      const cancel = this.#parts.os.callAt(until, () => resolve(undefined));
      work.then(resolve, reject).finally(cancel);
    });
  }
}
