/**
 * What a program leaves behind: processes of its group that outlive their leader, as the workers of a killed gunicorn
 * do, and hold its port. For programs with a port of their own they are asked to stop, then killed, and only then does
 * the program start again, or count as stopped.
 *
 *     leader ended ──► stop signal to the group ──stopwaitsecs──► SIGKILL ──stopwaitsecs──► given up, with a warning
 *                              └───────────────── group empty ─────────────┴──► cleared
 *
 * There is no polling: the daemon is the subreaper of its children, so the end of each of them comes as a signal.
 */
import { SIGKILL, signalName } from './core/signals.ts';
import type { ProcessId } from './core/supervisor-messages.ts';
import type { Cancel, Os } from './os/os.ts';

export interface LeftoversParts {
  readonly os: Pick<Os, 'now' | 'callAt' | 'kill'>;
  readonly log: { info(text: string): void; warn(text: string): void };
}

export interface LeaderEnd {
  readonly id: ProcessId;
  readonly name: string;
  /** The leader's pid, and so the group's number, which nobody gets as long as the group has a member. */
  readonly group: number;
  readonly stopSignal: number;
  readonly stopWaitMs: number;
}

interface Waiting extends LeaderEnd {
  isKilled: boolean;
  cancel: Cancel;
  readonly cleared: (() => void)[];
}

export class Leftovers {
  readonly #parts: LeftoversParts;
  readonly #waiting = new Map<ProcessId, Waiting>();

  constructor(parts: LeftoversParts) {
    this.#parts = parts;
  }

  /** Sees to what is left of the group; false if nothing is. */
  begin(end: LeaderEnd): boolean {
    if (this.#isEmpty(end.group)) return false;
    const { os, log } = this.#parts;
    log.info(
      `${end.name} has left processes of group ${end.group} behind: stopping them by ${signalName(end.stopSignal)}`,
    );
    os.kill(-end.group, end.stopSignal);
    const waiting: Waiting = { ...end, isKilled: false, cancel: () => undefined, cleared: [] };
    this.#waiting.set(end.id, waiting);
    this.#arm(waiting);
    return true;
  }

  /** Calls back when nothing is left any more, or it has been given up; at once if there is nothing. */
  whenCleared(id: ProcessId, run: () => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) run();
    else waiting.cleared.push(run);
  }

  isWaiting(id: ProcessId): boolean {
    return this.#waiting.has(id);
  }

  /** Some process has ended that is no leader: perhaps the last one of a group. */
  reaped(): void {
    for (const waiting of [...this.#waiting.values()]) if (this.#isEmpty(waiting.group)) this.#clear(waiting);
  }

  close(): void {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #arm(waiting: Waiting): void {
    const { os, log } = this.#parts;
    waiting.cancel = os.callAt(os.now() + waiting.stopWaitMs, () => {
      if (this.#isEmpty(waiting.group)) {
        this.#clear(waiting);
      } else if (waiting.isKilled) {
        log.warn(`${waiting.name} has left processes of group ${waiting.group} behind that even SIGKILL does not end`);
        this.#clear(waiting);
      } else {
        log.warn(`killing what '${waiting.name}' left behind (group ${waiting.group}) with SIGKILL`);
        waiting.isKilled = true;
        os.kill(-waiting.group, SIGKILL);
        this.#arm(waiting);
      }
    });
  }

  #clear(waiting: Waiting): void {
    waiting.cancel();
    this.#waiting.delete(waiting.id);
    for (const run of waiting.cleared) run();
  }

  /** A zombie counts as a member until it is reaped, and that is told to `reaped`. */
  #isEmpty(group: number): boolean {
    return this.#parts.os.kill(-group, 0) !== 0;
  }
}
