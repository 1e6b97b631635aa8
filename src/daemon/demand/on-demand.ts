/**
 * Programs with `on_demand`: the daemon holds their sockets, and the first connection starts them.
 *
 *              ┌─────────────────────── stopped because idle, or EXITED ◄────────┐
 *              ▼                                                                 │
 *     waiting (socket open, polled) ── a connection, or `start` ──► up ──────────┤
 *              │                                                  ▲              │ a user's stop
 *              │ a user's stop                            `start` │              ▼
 *              └──────────────► off (socket closed, unless others use it) ◄── closing (for CLOSE_MS)
 *
 * A socket is polled while at least one process waits at it and none of its processes runs or is to run by itself
 * (BACKOFF); a connection starts all that wait at it. Nobody is refused while a process waits or is up: what comes
 * stands in the kernel's queue until somebody accepts.
 *
 * Idle is a process without a connection on any of its sockets for `idle_stop`. That is looked for every quarter of
 * it: see connections.ts for what is seen. A program with a probe is connected to by the daemon itself again and again;
 * of such a one only what is there twice, CONFIRM_MS apart, counts.
 *
 * To a proxy (`[upstream:x]`) such a process is there while its socket is open, or it would never be asked.
 *
 * All of this is in a part of its own, loaded when a configuration uses it.
 */
import type { StateName } from '../../rpc/states.ts';
import type { GroupConfig, ProcessConfig } from '../config/model.ts';
import type { Event, ProcessId } from '../core/supervisor-messages.ts';
import { processId } from '../core/supervisor-messages.ts';
import type { HeldSockets } from '../held-sockets.ts';
import type { Cancel } from '../os/os.ts';
import { IdleWatch, type IdleWatchParts } from './idle-watch.ts';
import { ListenerWatch, type WatchCalls } from './listener-watch.ts';
import { busyStates, type Entry, isOpen, type Phase, toBePolled, urlsOf, waitingText, waitOf } from './phase.ts';

export interface OnDemandParts extends IdleWatchParts {
  readonly posix: WatchCalls & IdleWatchParts['posix'];
  readonly log: { info(text: string): void; warn(text: string): void };
  readonly sockets: Pick<HeldSockets, 'hold' | 'release'>;
  groups(): readonly GroupConfig[];
  config(id: ProcessId): ProcessConfig | undefined;
  state(id: ProcessId): StateName | undefined;
  /** False until the first programs may start: the sockets are there before, and who connects waits. */
  isBooted(): boolean;
  /** False while the daemon goes down: then nothing begins to wait. */
  isUp(): boolean;
  /** With what it depends on. */
  start(id: ProcessId): void;
  stop(id: ProcessId): void;
  /** Something else is to be said of a process, though its state may be the same. */
  changed(id: ProcessId): void;
}

/** `restart` is a stop and a start, one call after the other: the socket stays open in between. */
const CLOSE_MS = 1000;
/** A program that ends without accepting is not started by the same connection more often. */
const PAUSE_MS = 1000;
/** Nor is what cannot be had asked for more often: a socket, or a program that it depends on. */
const RETRY_MS = 5000;

/** Who is there, or how, is another matter now. */
const layoutEvents: ReadonlySet<Event['type']> = new Set<Event['type']>(['groupAdded', 'groupRemoved', 'member']);

export class OnDemand {
  readonly #parts: OnDemandParts;
  readonly #entries = new Map<ProcessId, Entry>();
  readonly #watch: ListenerWatch;
  readonly #idle: IdleWatch;

  constructor(parts: OnDemandParts) {
    this.#parts = parts;
    this.#watch = new ListenerWatch(parts.posix, (fd) => this.#connected(fd));
    this.#idle = new IdleWatch(parts, (id, why) => this.#retire(id, why));
  }

  /** Looks who is there, and lets wait who is not up; to be called again when the settings have changed. */
  look(): void {
    const seen = new Set<ProcessId>();
    for (const { name, processes } of this.#parts.groups()) {
      for (const { name: process, listen } of processes) {
        const id = processId(name, process);
        // One that is replaced is gone for a moment, and then it is another.
        if (listen?.onDemand !== undefined && this.#parts.state(id) !== undefined) seen.add(id);
      }
    }
    for (const id of [...this.#entries.keys()]) if (!seen.has(id)) this.#forget(id);
    for (const id of seen) {
      const config = this.#parts.config(id);
      const known = this.#entries.get(id);
      if (config === undefined || known?.config === config) continue;
      this.#forget(id);
      this.#entries.set(id, { config, phase: { name: 'up' }, startedAt: Number.NEGATIVE_INFINITY });
      const state = this.#parts.state(id);
      // What a user has stopped stays so under other settings.
      if (state === 'FATAL' || known?.phase.name === 'off') this.#enter(id, { name: 'off' });
      else if (state === 'STOPPED' || state === 'EXITED') this.#arm(id);
      else if (state === 'RUNNING') this.#rise(id);
    }
    this.#refresh();
  }

  /** After the states have changed. */
  happened(event: Event): void {
    if (layoutEvents.has(event.type)) this.look();
    if (event.type === 'supervisorState') {
      if (event.state === 'STOPPING') this.close();
      else this.#refresh();
    }
    if (event.type === 'waiting' && this.#parts.isUp()) this.#waits(event.id, event.for !== undefined);
    if (event.type !== 'processState' || !this.#entries.has(event.id) || !this.#parts.isUp()) return;
    const { id, to } = event;
    // What has gone on to another state since (a restart) is told of that next.
    if (this.#parts.state(id) === to) this.#entered(id, to);
    this.#refresh();
  }

  /** What it waits for, in words. */
  waitsFor(id: ProcessId): string | undefined {
    const entry = this.#entries.get(id);
    return entry && waitOf(entry.phase);
  }

  /** Whether a connection to its socket will be served, though the process does not run, or not yet. */
  isOpen(id: ProcessId): boolean {
    const entry = this.#entries.get(id);
    return entry !== undefined && isOpen(entry.phase);
  }

  /** A user wants it stopped: no connection starts it any more. False for one that none would have started. */
  disarm(id: ProcessId): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    const { name } = entry.phase;
    if (name === 'retiring') this.#enter(id, { name: 'up' });
    const isHeldBack = name === 'up' && !this.#isBusy(id);
    if (name !== 'waiting' && name !== 'pausing' && !isHeldBack) return name === 'retiring';
    this.#parts.log.info(`${entry.config.name} waits for no connection any more: told to stop`);
    this.#turnOff(id);
    this.#refresh();
    return true;
  }

  /** The descriptor is about to be closed, whoever does it. */
  closing(fd: number): void {
    this.#watch.delete(fd);
    for (const [id, { phase }] of this.#entries) {
      if (phase.name === 'waiting' && phase.fds.includes(fd)) this.#enter(id, { name: 'off' });
    }
  }

  /** Nothing is waited for any more. The sockets stay as they are. */
  close(): void {
    for (const id of [...this.#entries.keys()]) this.#forget(id);
    this.#watch.close();
    this.#idle.close();
  }

  #entered(id: ProcessId, state: StateName): void {
    const name = this.#entries.get(id)?.phase.name;
    switch (state) {
      case 'STARTING':
      case 'BACKOFF':
        if (name !== 'up') this.#enter(id, { name: 'up', isAwaited: name === 'waiting' || name === 'pausing' });
        break;
      case 'RUNNING':
        this.#rise(id);
        break;
      case 'STOPPED':
        if (name === 'retiring') this.#arm(id);
        else if (name === 'up') this.#closeSoon(id);
        break;
      case 'EXITED':
        this.#arm(id);
        break;
      case 'FATAL':
      case 'UNKNOWN':
        this.#enter(id, { name: 'off' });
        break;
      case 'STOPPING':
        break;
      default:
        state satisfies never;
    }
    if (state !== 'RUNNING') this.#idle.delete(id);
  }

  /** It is to start, but what it depends on does first (`isHeldBack`); or it is not to start any more. */
  #waits(id: ProcessId, isHeldBack: boolean): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const { name } = entry.phase;
    if (isHeldBack && (name === 'waiting' || name === 'pausing')) this.#enter(id, { name: 'up', isAwaited: true });
    if (!isHeldBack && name === 'up' && !this.#isBusy(id)) {
      this.#pause(id, RETRY_MS);
    }
    this.#refresh();
  }

  #rise(id: ProcessId): void {
    const config = this.#entries.get(id)?.config;
    const { sockets } = this.#parts;
    this.#enter(id, { name: 'up' });
    const idleStopMs = config?.listen?.onDemand?.idleStopMs ?? 0;
    if (config === undefined || idleStopMs === 0) return;
    const held = sockets.hold(id, config);
    if ('fds' in held) this.#idle.add(id, config, idleStopMs, held.fds);
  }

  /** From now on, or after a pause, a connection starts it. */
  #arm(id: ProcessId): void {
    const { os, sockets, log } = this.#parts;
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const { config } = entry;
    const urls = urlsOf(config);
    const pauseMs = entry.startedAt + PAUSE_MS - os.now();
    if (pauseMs > 0) {
      this.#pause(id, pauseMs);
      return;
    }
    const held = sockets.hold(id, config);
    if ('fds' in held) {
      log.info(`${config.name} waits for a connection on ${urls}`);
      this.#enter(id, { name: 'waiting', fds: held.fds, text: waitingText(config) });
      return;
    }
    if (this.waitsFor(id) !== held.why) log.warn(`${config.name} cannot wait for connections: ${held.why}`);
    const cancel = this.#later(RETRY_MS, () => this.#arm(id));
    this.#enter(id, { name: 'pausing', text: held.why, isHeld: false, cancel });
  }

  /** Its socket is there, and who connects waits. */
  #pause(id: ProcessId, ms: number): void {
    const config = this.#entries.get(id)?.config;
    if (config === undefined) return;
    const cancel = this.#later(ms, () => this.#arm(id));
    this.#enter(id, { name: 'pausing', text: waitingText(config), isHeld: true, cancel });
  }

  #connected(fd: number): void {
    const { log, os, isUp } = this.#parts;
    if (!isUp()) return;
    const ids = [...this.#entries].filter(([, { phase }]) => phase.name === 'waiting' && phase.fds.includes(fd));
    for (const [id, entry] of ids) {
      log.info(`${entry.config.name} is started: there is a connection (on_demand)`);
      entry.startedAt = os.now();
      this.#parts.start(id);
    }
  }

  #retire(id: ProcessId, why: string): void {
    const entry = this.#entries.get(id);
    if (entry?.phase.name !== 'up' || !this.#parts.isUp()) return;
    this.#parts.log.info(`${entry.config.name} is stopped: ${why} (idle_stop)`);
    this.#enter(id, { name: 'retiring' });
    this.#parts.stop(id);
  }

  #closeSoon(id: ProcessId): void {
    this.#enter(id, { name: 'closing', cancel: this.#later(CLOSE_MS, () => this.#turnOff(id)) });
  }

  #turnOff(id: ProcessId): void {
    this.#enter(id, { name: 'off' });
    this.#parts.sockets.release(id, false);
  }

  #enter(id: ProcessId, phase: Phase): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if ('cancel' in entry.phase) entry.phase.cancel();
    entry.phase = phase;
    this.#parts.changed(id);
  }

  #forget(id: ProcessId): void {
    this.#enter(id, { name: 'off' });
    this.#entries.delete(id);
    this.#idle.delete(id);
  }

  #later(ms: number, run: () => void): Cancel {
    const { os } = this.#parts;
    return os.callAt(os.now() + ms, () => {
      run();
      this.#refresh();
    });
  }

  #isBusy(id: ProcessId): boolean {
    return busyStates.has(this.#parts.state(id) ?? 'STOPPED');
  }

  /** Polls what is to be polled now. */
  #refresh(): void {
    if (!this.#parts.isBooted()) return;
    this.#watch.set(toBePolled(this.#entries, (id) => this.#isBusy(id)));
  }
}
