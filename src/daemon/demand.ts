/** Programs with `on_demand`, if there are any: only then is what sees to them loaded (demand/on-demand.ts). */
import type { Event, ProcessId } from './core/supervisor-messages.ts';
import type { OnDemand, OnDemandParts } from './demand/on-demand.ts';
import { loadPart } from './part-loader.ts';

export interface DemandParts extends Omit<OnDemandParts, 'isBooted'> {
  onBug(error: unknown): void;
}

export class Demand {
  readonly #parts: DemandParts;
  #onDemand: OnDemand | undefined;
  #isLoading = false;
  #isBooted = false;

  constructor(parts: DemandParts) {
    this.#parts = parts;
  }

  /** After the states have changed. */
  happened(event: Event): void {
    if (event.type === 'supervisorState') this.#isBooted = true;
    if (this.#onDemand !== undefined) this.#onDemand.happened(event);
    else if (event.type !== 'processState') this.#begin();
  }

  /** What a process waits for that a connection starts; undefined when none would. */
  waitsFor(id: ProcessId): string | undefined {
    return this.#onDemand?.waitsFor(id);
  }

  /** Whether a connection to its socket will be served, though the process does not run, or not yet. */
  isOpen(id: ProcessId): boolean {
    return this.#onDemand?.isOpen(id) ?? false;
  }

  /** A user wants it stopped: no connection starts it any more. False for one that none would have started. */
  disarm(id: ProcessId): boolean {
    return this.#onDemand?.disarm(id) ?? false;
  }

  /** The descriptor is about to be closed. */
  closing(fd: number): void {
    this.#onDemand?.closing(fd);
  }

  close(): void {
    this.#onDemand?.close();
  }

  #begin(): void {
    if (this.#isLoading || !this.#parts.isUp()) return;
    const isUsed = this.#parts
      .groups()
      .some(({ processes }) => processes.some(({ listen }) => listen?.onDemand !== undefined));
    if (!isUsed) return;
    this.#isLoading = true;
    loadPart('demand').then(({ onDemand }) => {
      if (!this.#parts.isUp()) return;
      this.#onDemand = onDemand({ ...this.#parts, isBooted: () => this.#isBooted });
      this.#onDemand.look();
    }, this.#parts.onBug);
  }
}
