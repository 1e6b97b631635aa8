/**
 * The one alarm clock of all probes. What is due within 50 ms of a wake-up is begun with it, a little early, so that
 * many probes of the same interval come to wake the daemon once and stay together.
 */
import type { Cancel, Os } from '../os/os.ts';

const togetherMs = 50;

interface Entry {
  readonly dueAt: number;
  readonly run: () => void;
}

export class ProbeAgenda {
  readonly #os: Pick<Os, 'now' | 'callAt'>;
  readonly #entries = new Set<Entry>();
  #alarm: { readonly at: number; readonly cancel: Cancel } | undefined;

  constructor(os: Pick<Os, 'now' | 'callAt'>) {
    this.#os = os;
  }

  /** Runs `run` once, at `dueAt` (of `Os.now`) or up to 50 ms earlier; never before this call has returned. */
  at(dueAt: number, run: () => void): Cancel {
    const entry = { dueAt, run };
    this.#entries.add(entry);
    if (this.#alarm === undefined || dueAt < this.#alarm.at) this.#setAlarm(dueAt);
    return () => {
      this.#entries.delete(entry);
      if (this.#entries.size === 0) this.#setAlarm(undefined);
    };
  }

  #setAlarm(at: number | undefined): void {
    this.#alarm?.cancel();
    this.#alarm = at === undefined ? undefined : { at, cancel: this.#os.callAt(at, () => this.#ring()) };
  }

  #ring(): void {
    this.#alarm = undefined;
    const until = this.#os.now() + togetherMs;
    const due = [...this.#entries].filter(({ dueAt }) => dueAt <= until).sort((one, other) => one.dueAt - other.dueAt);
    try {
      for (const entry of due) {
        if (this.#entries.delete(entry)) entry.run(); // one that ran may have taken another back
      }
    } finally {
      const next = Math.min(...Array.from(this.#entries, ({ dueAt }) => dueAt));
      this.#setAlarm(Number.isFinite(next) ? next : undefined);
    }
  }
}
