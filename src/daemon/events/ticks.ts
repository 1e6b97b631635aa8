/**
 * TICK_5, TICK_60 and TICK_3600: one each time the wall clock passes a multiple of the period, never one for what was
 * missed (supervisor/supervisord.py, `tick`). There is a timer only while a listener has asked for one of them.
 */
import type { EventName } from '../../rpc/events.ts';
import type { Cancel, Os } from '../os/os.ts';

const periods = [5, 60, 3600] as const;

export interface TicksParts {
  readonly os: Pick<Os, 'now' | 'callAt'>;
  /** Milliseconds since the epoch. */
  readonly wallClock?: () => number;
  wants(name: EventName): boolean;
  /** `when` is the multiple, in seconds since the epoch. */
  tick(name: EventName, when: number): void;
}

export class Ticks {
  readonly #parts: TicksParts;
  readonly #slices = new Map<number, number>();
  #cancel: Cancel | undefined;

  constructor(parts: TicksParts) {
    this.#parts = parts;
  }

  /** Who listens has changed. */
  rearm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const { os, wants } = this.#parts;
    const wanted = periods.filter((period) => wants(`TICK_${period}`));
    for (const period of periods) if (!wanted.includes(period)) this.#slices.delete(period);
    const now = this.#now();
    for (const period of wanted) if (!this.#slices.has(period)) this.#slices.set(period, sliceOf(now, period));
    const [shortest] = wanted;
    if (shortest === undefined) return;
    const waitMs = (sliceOf(now, shortest) + shortest) * 1000 - now;
    this.#cancel = os.callAt(os.now() + Math.max(waitMs, 1), () => {
      this.#cancel = undefined;
      this.#look();
      this.rearm();
    });
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    const now = this.#now();
    for (const [period, slice] of [...this.#slices]) {
      const current = sliceOf(now, period);
      if (current === slice) continue;
      this.#slices.set(period, current);
      this.#parts.tick(`TICK_${period as (typeof periods)[number]}`, current);
    }
  }

  #now(): number {
    return (this.#parts.wallClock ?? Date.now)();
  }
}

/** The multiple of `period` seconds that the moment lies behind. */
function sliceOf(epochMs: number, period: number): number {
  return Math.floor(epochMs / 1000 / period) * period;
}
