/**
 * The pools of event listeners: who is told what, by which of a pool's processes, and what becomes of the answers.
 *
 *     notify ──► buffer of each pool that subscribes ──► first listener that is RUNNING and READY ──► its stdin
 *                   ▲   head                                              │ its stdout
 *                   └──── rejected, or the listener died while BUSY ◄──── listen (core/listener.ts)
 *
 * An event is numbered when the first pool takes it, and keeps its numbers when it is sent again. A rejected event
 * goes back to its own pool and to no other, and a pool that subscribes twice to an event is sent it once: in both
 * Supervisor does otherwise, by mistake. Texts of log lines are Supervisor's.
 */
import type { EventName } from '../../rpc/events.ts';
import { eventsBelow } from '../../rpc/events.ts';
import type { ListenerNews, ListenerState } from '../core/listener.ts';
import { busyListener, initialListener, listen } from '../core/listener.ts';
import type { PoolEvent } from '../core/pool.ts';
import { PoolBuffer } from '../core/pool.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { decodedOutput } from '../logs/python-repr.ts';
import { enveloped } from './payloads.ts';
import type { ResultHandler } from './result-handlers.ts';

/** Where no `buffer_size` is written: that many events, of at most that many characters together. */
const UNWRITTEN_EVENTS = 1000;
const UNWRITTEN_CHARACTERS = 8 * 1024 * 1024;

export interface ListenersLog {
  error(text: string): void;
  warn(text: string): void;
  debug(text: string): void;
}

export interface ListenersParts {
  readonly identifier: string;
  readonly log: ListenersLog;
  /** Numbers events for everybody; goes on through a restart of the daemon, as Supervisor's does. */
  readonly serials: { next: number };
  /** A pool's processes, in the order in which they are asked. */
  idsOf(pool: string): readonly ProcessId[];
  isRunning(id: ProcessId): boolean;
  /** False when the listener has closed its stdin. */
  send(id: ProcessId, envelope: string): boolean;
}

export interface PoolSettings {
  readonly name: string;
  readonly events: readonly string[];
  readonly bufferSize: number;
  /** Whether somebody chose that size. */
  readonly isWritten: boolean;
  readonly judge: ResultHandler;
}

/** What can be told of a pool. */
export interface PoolReport {
  readonly name: string;
  readonly waiting: number;
  /** Events lost because the buffer was full. */
  readonly dropped: number;
  readonly listeners: readonly { readonly id: ProcessId; readonly state: ListenerState['name'] }[];
}

interface Pool {
  readonly settings: PoolSettings;
  readonly wanted: ReadonlySet<EventName>;
  readonly buffer: PoolBuffer;
}

interface Listener {
  readonly pool: Pool;
  state: ListenerState;
  /** What it is BUSY with. */
  event: PoolEvent | undefined;
}

export class Listeners {
  readonly #parts: ListenersParts;
  readonly #pools = new Map<string, Pool>();
  readonly #listeners = new Map<ProcessId, Listener>();
  /** How many pools want it. */
  readonly #wanted = new Map<EventName, number>();

  constructor(parts: ListenersParts) {
    this.#parts = parts;
  }

  addPool(settings: PoolSettings): void {
    const { bufferSize, isWritten, events, name } = settings;
    const buffer = new PoolBuffer({
      events: isWritten ? bufferSize : UNWRITTEN_EVENTS,
      characters: isWritten ? Number.POSITIVE_INFINITY : UNWRITTEN_CHARACTERS,
    });
    const pool: Pool = { settings, wanted: eventsBelow(events), buffer };
    this.#pools.set(name, pool);
    this.#count(pool, 1);
  }

  /** Takes it from those who are told; what waits for it is forgotten. */
  removePool(name: string): void {
    const pool = this.#pools.get(name);
    if (pool === undefined) return;
    this.#pools.delete(name);
    this.#count(pool, -1);
    for (const [id, listener] of [...this.#listeners]) if (listener.pool === pool) this.#listeners.delete(id);
  }

  /** Whether anybody listens to it: if not, its payload need not be made. */
  wants(name: EventName): boolean {
    return this.#wanted.has(name);
  }

  notify(name: EventName, payload: string): void {
    if (!this.wants(name)) return;
    const event = { serial: this.#parts.serials.next, name, payload };
    this.#parts.serials.next += 1;
    for (const pool of this.#pools.values()) {
      if (!pool.wanted.has(name)) continue;
      this.#sayDropped(pool, pool.buffer.accept(event));
      this.#dispatch(pool);
    }
  }

  /** The process is being started: it has to say READY first. */
  starting(id: ProcessId): void {
    const pool = this.#pools.get(id.slice(0, id.indexOf(':')));
    if (pool !== undefined) this.#listeners.set(id, { pool, state: initialListener, event: undefined });
  }

  /** The process is RUNNING: from now on it may be told. */
  running(id: ProcessId): void {
    const listener = this.#listeners.get(id);
    if (listener !== undefined) this.#dispatch(listener.pool);
  }

  /** The process has ended: what it was BUSY with is somebody else's now. */
  ended(id: ProcessId): void {
    const listener = this.#listeners.get(id);
    if (listener === undefined) return;
    this.#listeners.delete(id);
    this.#takeBack(listener);
    this.#dispatch(listener.pool);
  }

  /** What a listener wrote to its stdout; the memory may be used again after the call. */
  output(id: ProcessId, bytes: Buffer): void {
    const listener = this.#listeners.get(id);
    if (listener === undefined) return;
    const { state, news } = listen(listener.state, bytes, listener.pool.settings.judge);
    listener.state = state;
    for (const piece of news) this.#tell(id, listener, piece);
    if (news.length > 0) this.#dispatch(listener.pool);
  }

  report(): PoolReport[] {
    return [...this.#pools.values()].map(({ settings: { name }, buffer }) => ({
      name,
      waiting: buffer.length,
      dropped: buffer.dropped,
      listeners: this.#parts.idsOf(name).flatMap((id) => {
        const listener = this.#listeners.get(id);
        return listener === undefined ? [] : [{ id, state: listener.state.name }];
      }),
    }));
  }

  #tell(id: ProcessId, listener: Listener, news: ListenerNews): void {
    const { log } = this.#parts;
    const name = nameOf(id);
    switch (news.type) {
      case 'changed':
        log.debug(`${name}: ${news.from} -> ${news.to}`);
        if (news.to === 'UNKNOWN') {
          log.warn(
            `${name}: has entered the UNKNOWN state and will no longer receive events, ` +
              'this usually indicates the process violated the eventlistener protocol',
          );
        }
        if (news.from === 'BUSY') this.#takeBack(listener);
        return;
      case 'result':
        if (news.verdict === 'processed') {
          log.debug(`${name}: event was processed`);
          listener.event = undefined;
        } else if (news.verdict === 'rejected') {
          log.warn(`${name}: event was rejected`);
        } else {
          log.warn(`${name}: event caused an error`);
        }
        return;
      case 'badResult':
        log.warn(`${name}: bad result line: '${decodedOutput(news.line)}'`);
        return;
      default:
        news satisfies never;
    }
  }

  #takeBack(listener: Listener): void {
    const { event, pool } = listener;
    if (event === undefined) return;
    listener.event = undefined;
    const { name, bufferSize } = pool.settings;
    this.#parts.log.debug(
      `rebuffering event ${event.event.serial} for pool ${name} (buf size=${pool.buffer.length}, max=${bufferSize})`,
    );
    this.#sayDropped(pool, pool.buffer.takeBack(event));
  }

  #dispatch(pool: Pool): void {
    if (pool.buffer.length === 0) return;
    const { idsOf, isRunning, send, log, identifier } = this.#parts;
    const { name } = pool.settings;
    for (const id of idsOf(name)) {
      const listener = this.#listeners.get(id);
      if (listener?.state.name !== 'READY' || !isRunning(id)) continue;
      const first = pool.buffer.first();
      if (first === undefined) return;
      const { event, poolSerial } = first;
      if (!send(id, enveloped({ identifier, pool: name, poolSerial, ...event }))) {
        log.debug(
          `epipe occurred while sending event ${event.serial} to listener ${nameOf(id)}, listener state unchanged`,
        );
        continue;
      }
      pool.buffer.shift();
      listener.state = busyListener;
      listener.event = first;
      log.debug(`event ${event.serial} sent to listener ${nameOf(id)}`);
    }
  }

  #sayDropped(pool: Pool, dropped: readonly PoolEvent[]): void {
    for (const { event } of dropped) {
      this.#parts.log.error(`pool ${pool.settings.name} event buffer overflowed, discarding event ${event.serial}`);
    }
  }

  #count(pool: Pool, change: 1 | -1): void {
    for (const name of pool.wanted) {
      const count = (this.#wanted.get(name) ?? 0) + change;
      if (count > 0) this.#wanted.set(name, count);
      else this.#wanted.delete(name);
    }
  }
}

/** A process by its own name, as Supervisor's log has it. */
function nameOf(id: ProcessId): string {
  return id.slice(id.indexOf(':') + 1);
}
