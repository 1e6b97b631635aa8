/**
 * Starts the programs with a `schedule` when they are due. There is one timer, for the next of all; it rings at least
 * once a minute, because nobody tells when the clock on the wall is set or the machine has slept.
 *
 * What is due while the run before goes on is skipped; what was due while the machine slept, or is noticed more than
 * LATE_MS late for any other reason, was missed. Neither is made up for, both are counted. A clock that is set back by
 * less than LONG_MS repeats no time of day (as in autumn); schedules for every hour go by the clock as it is now.
 *
 * The daemon has no memory of the time before its start, so what was due then is not counted. All of this is in a part
 * of its own, loaded when a configuration uses it.
 */
import type { StateName } from '../../rpc/states.ts';
import type { GroupConfig } from '../config/model.ts';
import type { ScheduleConfig } from '../config/schedule.ts';
import { type Event, type ProcessId, processId } from '../core/supervisor-messages.ts';
import type { Cancel, Os } from '../os/os.ts';
import { isHourly, nextRun } from './next-run.ts';
import { type Zone, zoneOf } from './zone.ts';

export interface TimetableParts {
  readonly os: Pick<Os, 'now' | 'callAt'>;
  readonly log: { info(text: string): void; warn(text: string): void };
  /** The clock on the wall, in milliseconds since the epoch: it may go back. */
  wallMs(): number;
  groups(): readonly GroupConfig[];
  state(id: ProcessId): StateName | undefined;
  /** Whether it is to start as soon as others are there. */
  isWaiting(id: ProcessId): boolean;
  /** False while the daemon goes down: then nothing starts. */
  isUp(): boolean;
  start(id: ProcessId): void;
  /** Something else is to be shown of a process, though its state is the same. */
  changed(): void;
}

export interface ScheduleView {
  /** Milliseconds since the epoch; undefined if there is none within forty years. */
  readonly nextAt: number | undefined;
  /** Runs that did not take place because the one before went on, and because nobody was there. */
  readonly overlapped: number;
  readonly missed: number;
}

interface Entry {
  readonly name: string;
  readonly schedule: ScheduleConfig;
  readonly zone: Zone;
  nextAt: number | undefined;
  overlapped: number;
  missed: number;
}

const MINUTE = 60_000;
/** Twice the time in which a clock that was set is noticed. */
const LATE_MS = 2 * MINUTE;
const LONG_MS = 180 * MINUTE;
/** Missed runs are counted one by one, up to here. */
const MAX_MISSED = 500;

const atRest: ReadonlySet<StateName | undefined> = new Set(['STOPPED', 'EXITED', 'FATAL', 'UNKNOWN']);

export class Timetable {
  readonly #parts: TimetableParts;
  readonly #entries = new Map<ProcessId, Entry>();
  readonly #zones = new Map<string | undefined, Zone>();
  /** When both clocks were read last. */
  #seen: { readonly wall: number; readonly at: number };
  #cancel: Cancel | undefined;

  constructor(parts: TimetableParts) {
    this.#parts = parts;
    this.#seen = { wall: parts.wallMs(), at: parts.os.now() };
  }

  /** Looks who is there; to be called again when the settings have changed. */
  look(): void {
    const { groups, changed, wallMs } = this.#parts;
    const known = new Map(this.#entries);
    this.#entries.clear();
    for (const { name: group, processes } of groups()) {
      for (const { name, schedule } of processes) {
        if (schedule === undefined) continue;
        const id = processId(group, name);
        const old = known.get(id);
        if (old !== undefined && JSON.stringify(old.schedule) === JSON.stringify(schedule)) {
          this.#entries.set(id, old);
          continue;
        }
        const zone = this.#zone(schedule.zone);
        const nextAt = nextRun(schedule.cron, zone, wallMs());
        this.#entries.set(id, { name, schedule, zone, nextAt, overlapped: 0, missed: 0 });
      }
    }
    changed();
    this.#setAlarm();
  }

  happened(event: Event): void {
    if (event.type === 'groupAdded' || event.type === 'groupRemoved' || event.type === 'member') this.look();
    if (event.type === 'supervisorState' && event.state === 'STOPPING') this.close();
  }

  /** Undefined for a program without a schedule. */
  view(id: ProcessId): ScheduleView | undefined {
    return this.#entries.get(id);
  }

  /** What one that does not run waits for. */
  waitsFor(id: ProcessId): string | undefined {
    const entry = this.#entries.get(id);
    const state = this.#parts.state(id);
    if (entry === undefined || (state !== 'STOPPED' && state !== 'EXITED')) return undefined;
    const { nextAt, overlapped, missed } = entry;
    const skipped = [
      ...(overlapped > 0 ? [`${overlapped} skipped because it still ran`] : []),
      ...(missed > 0 ? [`${missed} missed`] : []),
    ];
    return [nextAt === undefined ? 'No further run' : `Next run ${timeText(entry, nextAt)}`, ...skipped].join(', ');
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#entries.clear();
  }

  #zone(name: string | undefined): Zone {
    const zone = this.#zones.get(name) ?? zoneOf(name);
    this.#zones.set(name, zone);
    return zone;
  }

  #setAlarm(): void {
    const { os, wallMs } = this.#parts;
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#entries.size === 0) return;
    const wall = wallMs();
    let waitMs = MINUTE;
    for (const { nextAt = Number.POSITIVE_INFINITY } of this.#entries.values())
      waitMs = Math.min(waitMs, nextAt - wall);
    this.#cancel = os.callAt(os.now() + Math.max(0, Math.ceil(waitMs)), () => this.#wake());
  }

  #wake(): void {
    const { os, wallMs, isUp } = this.#parts;
    if (!isUp()) return;
    const now = wallMs();
    const backMs = this.#seen.wall + (os.now() - this.#seen.at) - now;
    this.#seen = { wall: now, at: os.now() };
    for (const [id, entry] of this.#entries) {
      // What is close is not set back but corrected.
      if (backMs > MINUTE && (backMs >= LONG_MS || isHourly(entry.schedule.cron))) this.#plan(entry, now);
      else if (entry.nextAt !== undefined && entry.nextAt <= now) this.#isDue(id, entry, entry.nextAt, now);
    }
    this.#setAlarm();
  }

  #plan(entry: Entry, after: number): void {
    entry.nextAt = nextRun(entry.schedule.cron, entry.zone, after);
    this.#parts.changed();
  }

  #isDue(id: ProcessId, entry: Entry, first: number, now: number): void {
    const { log, state, isWaiting, start } = this.#parts;
    let missed = 0;
    let dueAt: number | undefined;
    for (let at: number | undefined = first; at !== undefined && at <= now; ) {
      if (dueAt !== undefined || now - at >= LATE_MS) missed += 1;
      if (now - at < LATE_MS) dueAt = at;
      at = nextRun(entry.schedule.cron, entry.zone, missed < MAX_MISSED ? at : Math.max(at, now - LATE_MS));
    }
    this.#plan(entry, now);
    if (missed > 0) {
      entry.missed += missed;
      const runs = missed === 1 ? 'run' : 'runs';
      log.warn(`${entry.name}: ${missed} ${runs} of its schedule missed since ${timeText(entry, first)}`);
    }
    if (dueAt === undefined) return;
    if (atRest.has(state(id)) && !isWaiting(id)) {
      log.info(`${entry.name} is started: it is due at ${timeText(entry, dueAt)} (schedule)`);
      start(id);
    } else {
      entry.overlapped += 1;
      const what = isWaiting(id) ? 'waits' : 'runs';
      log.warn(`${entry.name}: its run of ${timeText(entry, dueAt)} is skipped, the one before still ${what}`);
    }
  }
}

/** `2026-11-24 03:00`, and in which zone if the file names one. */
function timeText({ zone, schedule }: Entry, moment: number): string {
  const text = new Date(zone.wallAt(moment)).toISOString().slice(0, 16).replace('T', ' ');
  return schedule.zone === undefined ? text : `${text} ${schedule.zone}`;
}
