/**
 * The sockets of `listen`: the daemon binds them and listens, programs accept on them, and they are open for longer
 * than any program runs, so that clients wait where they would be refused.
 *
 *     first start       made; what cannot be made is a spawn error, and is tried again with the next start
 *     next starts       the same one, also for the other processes of the section (unless `reuseport` is on)
 *     exit, BACKOFF,    nothing: connections are queued by the kernel
 *       stop, roll
 *     FATAL             closed, unless others of its users are not
 *     waiting for a     open, and polled (demand/on-demand.ts)
 *       connection
 *     stop --close      closed until the next start
 *     shutdown          closed as soon as its users are told to stop: from then on it is open as long as they keep it,
 *                       and a proxy in front is refused, not left waiting
 *     group removed     closed; in the middle of an `update`, whose next step adds the group again with the same
 *                       sockets, kept for UPDATE_MS
 *     reload, SIGHUP    kept for what the files start again; so the sockets are not of one life of the daemon but of
 *                       the process (`HeldSocketMap`)
 *
 * A user is a process that has been started and has not given up since; one that was stopped is still a user.
 * The file of a unix socket is removed with the socket, if it is still the one that was made.
 */
import { fstatSync, lstatSync, unlinkSync } from 'node:fs';
import type { GroupConfig, HeldSocketConfig, ProcessConfig } from './config/model.ts';
import type { ProcessId } from './core/supervisor-messages.ts';
import { ListenError, openHeldSocket, type SocketCalls } from './listening-socket.ts';
import type { Cancel, Os } from './os/os.ts';
import { type PortHolder, waitingConnections } from './os/port-holders.ts';
import { holderText } from './port-check.ts';

/** How long a socket is kept between the removal of a group that has changed and its being added again. */
const UPDATE_MS = 10_000;

interface HeldSocket {
  readonly fd: number;
  readonly config: HeldSocketConfig;
  readonly group: string;
  /** Device and inode of the file of a unix socket. */
  readonly file: string | undefined;
  readonly users: Set<ProcessId>;
}

/** What the lives of the daemon hand to one another: the open sockets by what makes one the same. */
export type HeldSocketMap = Map<string, HeldSocket>;

interface HeldSocketsParts {
  readonly posix: SocketCalls;
  readonly os: Pick<Os, 'now' | 'callAt'>;
  readonly log: { info(text: string): void; warn(text: string): void };
  readonly sockets: HeldSocketMap;
  holdersOf(port: number): readonly PortHolder[] | undefined;
  /** Called before a descriptor is closed. */
  closing?(fd: number): void;
}

export class HeldSockets {
  readonly #parts: HeldSocketsParts;
  readonly #cancels = new Map<string, Cancel>();

  constructor(parts: HeldSocketsParts) {
    this.#parts = parts;
  }

  /** A life begins: of the sockets of the one before, those stay that a program which starts by itself will use. */
  begin(groups: readonly GroupConfig[]): void {
    const wanted = wantedBy(groups.flatMap(({ processes }) => processes.filter(startsByItself)));
    for (const [key, held] of this.#parts.sockets) {
      held.users.clear();
      if (!isSame(held, wanted.get(key))) this.#close(key, held);
    }
  }

  /** The descriptors for a process that is to be started, which stay ours. Either all of them can be had or none. */
  hold(id: ProcessId, process: ProcessConfig): { readonly fds: readonly number[] } | { readonly why: string } {
    const { sockets } = this.#parts;
    const made: string[] = [];
    const fds: number[] = [];
    for (const config of process.listen?.sockets ?? []) {
      const key = keyOf(process, config);
      const known = sockets.get(key);
      if (known !== undefined && !isSame(known, config)) this.#close(key, known);
      let held = sockets.get(key);
      if (held === undefined) {
        const opened = this.#open(process, config);
        if ('why' in opened) {
          for (const one of made) this.#closeKey(one);
          return opened;
        }
        held = opened;
        sockets.set(key, held);
        made.push(key);
      }
      this.#forgetTimer(key);
      held.users.add(id);
      fds.push(held.fd);
    }
    return { fds };
  }

  /**
   * The process will not start again by itself. It may still run, and accept what waits. Of one that is replaced by
   * `next` stays what that has too. Answers what was closed.
   */
  release(id: ProcessId, isRunning: boolean, next?: ProcessConfig): string[] {
    const wanted = wantedBy(next === undefined ? [] : [next]);
    const closed: string[] = [];
    for (const [key, held] of this.#parts.sockets) {
      if (isSame(held, wanted.get(key)) || !held.users.delete(id) || held.users.size > 0) continue;
      this.#close(key, held, isRunning);
      closed.push(held.config.url);
    }
    return closed;
  }

  /** `next` is what the group is about to be replaced by, if it is. */
  removeGroup(name: string, next: GroupConfig | undefined): void {
    const { os, sockets } = this.#parts;
    const wanted = wantedBy(next?.processes ?? []);
    for (const [key, held] of sockets) {
      if (held.group !== name) continue;
      held.users.clear();
      if (!isSame(held, wanted.get(key))) {
        this.#close(key, held);
        continue;
      }
      this.#forgetTimer(key);
      const cancel = os.callAt(os.now() + UPDATE_MS, () => this.#close(key, held));
      this.#cancels.set(key, cancel);
    }
  }

  /** A life ends; if another follows, what is still open is for that. */
  end(isForGood: boolean): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    if (isForGood) for (const [key, held] of this.#parts.sockets) this.#close(key, held);
  }

  #open(process: ProcessConfig, config: HeldSocketConfig): HeldSocket | { readonly why: string } {
    const { posix, log, holdersOf } = this.#parts;
    const { address, url } = config;
    try {
      log.info(`Creating socket ${url}`);
      const fd = openHeldSocket(posix, config);
      const file = address.family === 'unix' ? fileAt(address.path) : undefined;
      return { fd, config, group: process.group, file, users: new Set() };
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      if (!error.isInUse || address.family === 'unix') return { why: error.message };
      return { why: `Cannot listen on ${url}: ${holderText(address.port, holdersOf(address.port))}` };
    }
  }

  #closeKey(key: string): void {
    const held = this.#parts.sockets.get(key);
    if (held !== undefined) this.#close(key, held);
  }

  #close(key: string, { fd, config, file }: HeldSocket, isAccepted = false): void {
    const { posix, log, sockets } = this.#parts;
    this.#forgetTimer(key);
    sockets.delete(key);
    const { address, url } = config;
    const waiting = isAccepted || address.family === 'unix' ? 0 : waitingAt(fd);
    const lost =
      waiting === 0 ? '' : `: ${waiting} waiting ${waiting === 1 ? 'connection is' : 'connections are'} reset`;
    log.info(`Closing socket ${url}${lost}`);
    this.#parts.closing?.(fd);
    posix.close(fd);
    if (address.family !== 'unix' || file === undefined || fileAt(address.path) !== file) return;
    try {
      unlinkSync(address.path);
    } catch (error) {
      log.warn(`Cannot remove the socket ${address.path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #forgetTimer(key: string): void {
    this.#cancels.get(key)?.();
    this.#cancels.delete(key);
  }
}

/** Processes of one section share what has one URL; with `reuseport` each has its own. */
function keyOf({ group, section, name }: ProcessConfig, { url, isSpread }: HeldSocketConfig): string {
  return [group, section, url, isSpread ? name : ''].join('\n');
}

/** What makes each of its sockets one and the same, in the order of `listen`. */
export function keysOf(process: ProcessConfig): string[] {
  return (process.listen?.sockets ?? []).map((config) => keyOf(process, config));
}

function startsByItself({ autostart, listen }: ProcessConfig): boolean {
  return autostart || listen?.onDemand !== undefined;
}

function wantedBy(processes: readonly ProcessConfig[]): Map<string, HeldSocketConfig> {
  return new Map(
    processes.flatMap((process) =>
      (process.listen?.sockets ?? []).map((config) => [keyOf(process, config), config] as const),
    ),
  );
}

function isSame(held: HeldSocket, config: HeldSocketConfig | undefined): boolean {
  return JSON.stringify(held.config) === JSON.stringify(config);
}

function fileAt(path: string): string | undefined {
  try {
    const { dev, ino } = lstatSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined; // gone, or not ours to see: then it is not ours to remove either
  }
}

function waitingAt(fd: number): number {
  try {
    return waitingConnections(fstatSync(fd).ino);
  } catch {
    return 0; // no number is worth more than the closing
  }
}
