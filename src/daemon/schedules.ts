/** Programs with `schedule`, if there are any: only then is what sees to them loaded (schedules/timetable.ts). */
import type { Event, ProcessId } from './core/supervisor-messages.ts';
import { loadPart } from './part-loader.ts';
import type { ScheduleView, Timetable, TimetableParts } from './schedules/timetable.ts';

export interface SchedulesParts extends TimetableParts {
  onBug(error: unknown): void;
}

export class Schedules {
  readonly #parts: SchedulesParts;
  #timetable: Timetable | undefined;
  #isLoading = false;

  constructor(parts: SchedulesParts) {
    this.#parts = parts;
  }

  /** After the states have changed. */
  happened(event: Event): void {
    if (this.#timetable !== undefined) this.#timetable.happened(event);
    else if (event.type === 'groupAdded' || event.type === 'supervisorState' || event.type === 'member') this.#begin();
  }

  /** When a process is due next; undefined when it has no schedule. */
  view(id: ProcessId): ScheduleView | undefined {
    return this.#timetable?.view(id);
  }

  waitsFor(id: ProcessId): string | undefined {
    return this.#timetable?.waitsFor(id);
  }

  close(): void {
    this.#timetable?.close();
  }

  #begin(): void {
    if (this.#isLoading || !this.#parts.isUp()) return;
    const isUsed = this.#parts
      .groups()
      .some(({ processes }) => processes.some(({ schedule }) => schedule !== undefined));
    if (!isUsed) return;
    this.#isLoading = true;
    loadPart('schedules').then(({ timetable }) => {
      if (!this.#parts.isUp()) return;
      this.#timetable = timetable(this.#parts);
      this.#timetable.look();
    }, this.#parts.onBug);
  }
}
