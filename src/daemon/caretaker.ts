/**
 * `memory_limit` and `max_age`: looks after programs that grow, or grow old, and has them restarted. Nothing of it runs
 * for programs without these keys: no timer, no look into /proc.
 */
import type { CareConfig } from './config/care.ts';
import type { ProcessConfig } from './config/model.ts';
import { ageOf, lookedAt, mayRecycle } from './core/care.ts';
import { pidOf } from './core/process-record.ts';
import type { Event, ProcessId } from './core/supervisor-messages.ts';
import type { Job } from './jobs.ts';
import type { Cancel, Os } from './os/os.ts';
import type { Rolls } from './rolls.ts';
import type { Runtime } from './runtime.ts';

const LOOK_EVERY_MS = 10_000;
/** The kernel counts pages while we wait: some 0.2 ms for a small process, 4 ms for 200 MB. */
const LOOK_BUDGET_MS = 10;
/** Timers of Node's hold no more; a longer wait is made of several. */
const MAX_WAIT_MS = 86_400_000;

export interface CaretakerParts {
  readonly os: Os;
  readonly runtime: Runtime;
  readonly rolls: Rolls;
  readonly log: { warn(text: string): void; info(text: string): void };
  config(id: ProcessId): ProcessConfig | undefined;
  /** In bytes: of the process and all below it. */
  memoryOf(pid: number): number;
}

interface Charge {
  readonly care: CareConfig;
  readonly runsSince: number;
  above: number;
  cancel: Cancel;
}

const nothing = (): void => undefined;

export class Caretaker {
  readonly #parts: CaretakerParts;
  /** Those that run. */
  readonly #charges = new Map<ProcessId, Charge>();
  /** Those whose time has come, and why. */
  readonly #due = new Map<ProcessId, string>();
  readonly #recycled = new Map<ProcessId, Job>();
  #look: Cancel | undefined;

  constructor(parts: CaretakerParts) {
    this.#parts = parts;
  }

  happened(event: Event): void {
    if (event.type === 'processState') {
      this.#end(event.id);
      if (event.to === 'RUNNING') this.#begin(event.id, this.#parts.os.now());
    } else if (event.type === 'member' && event.is === 'changed') {
      this.#beginAnew(event.id);
    }
    if (this.#due.size > 0) this.#parts.os.nextTurn(() => this.#recycleSome());
  }

  close(): void {
    this.#look?.();
    for (const { cancel } of this.#charges.values()) cancel();
    this.#charges.clear();
    this.#due.clear();
  }

  /** With other settings; it runs for as long as before. */
  #beginAnew(id: ProcessId): void {
    const { os, runtime } = this.#parts;
    const record = runtime.supervisor.record(id);
    const known = this.#charges.get(id)?.runsSince;
    this.#end(id);
    if (record?.state.name !== 'RUNNING') return;
    this.#begin(id, known ?? os.now() - Math.max(0, os.epoch() - record.startEpoch) * 1000);
  }

  #begin(id: ProcessId, runsSince: number): void {
    const care = this.#parts.config(id)?.care;
    if (care === undefined) return;
    const charge: Charge = { care, runsSince, above: 0, cancel: nothing };
    this.#charges.set(id, charge);
    if (care.maxAge !== undefined) this.#awaitAge(id, charge, runsSince + ageOf(care.maxAge, id, runsSince));
    if (care.memory !== undefined) this.#look ??= this.#lookLater();
  }

  #end(id: ProcessId): void {
    this.#charges.get(id)?.cancel();
    this.#charges.delete(id);
    this.#due.delete(id);
  }

  #awaitAge(id: ProcessId, charge: Charge, dueAt: number): void {
    const { os } = this.#parts;
    charge.cancel = os.callAt(Math.min(dueAt, os.now() + MAX_WAIT_MS), () => {
      if (os.now() < dueAt) return this.#awaitAge(id, charge, dueAt);
      this.#due.set(id, 'it has reached max_age');
      this.#recycleSome();
    });
  }

  #lookLater(): Cancel {
    const { os } = this.#parts;
    return os.callAt(os.now() + LOOK_EVERY_MS, () => {
      this.#lookAtSome([...this.#charges.keys()]);
    });
  }

  /** A turn of the event loop for each few of them: others are not to wait while two hundred trees are summed up. */
  #lookAtSome(ids: readonly ProcessId[]): void {
    const { os } = this.#parts;
    const until = os.now() + LOOK_BUDGET_MS;
    let count = 0;
    do {
      const id = ids[count++];
      const charge = id === undefined ? undefined : this.#charges.get(id);
      if (id !== undefined && charge !== undefined) this.#lookAt(id, charge);
    } while (count < ids.length && os.now() < until);
    if (count < ids.length) {
      os.nextTurn(() => this.#lookAtSome(ids.slice(count)));
      return;
    }
    this.#recycleSome();
    const isNeeded = [...this.#charges.values()].some(({ care }) => care.memory !== undefined);
    this.#look = isNeeded ? this.#lookLater() : undefined;
  }

  #lookAt(id: ProcessId, charge: Charge): void {
    const { memory } = charge.care;
    const record = this.#parts.runtime.supervisor.record(id);
    if (memory === undefined || record === undefined) return;
    const bytes = this.#parts.memoryOf(pidOf(record.state));
    const { above, isDue } = lookedAt(charge.above, bytes, memory.bytes);
    charge.above = above;
    if (!isDue) return;
    const why = `it uses ${megabytes(bytes)} of memory, more than memory_limit (${megabytes(memory.bytes)})`;
    if (memory.action === 'roll') this.#due.set(id, why);
    else this.#parts.runtime.process(id, { type: 'restart', why });
  }

  /** Whoever has to wait stays due. */
  #recycleSome(): void {
    for (const [id, job] of this.#recycled) if (job.state !== 'running') this.#recycled.delete(id);
    for (const [id, why] of [...this.#due]) {
      if (!mayRecycle(id, this.#program(id))) continue;
      const { runtime, rolls, log } = this.#parts;
      if (runtime.supervisor.mood !== 'RUNNING') return;
      const job = rolls.tryBegin(id, [id], 1);
      if (job === undefined) continue;
      log.warn(`recycling: ${id}: ${why} (${job.id})`);
      this.#due.delete(id);
      this.#recycled.set(id, job);
    }
  }

  #program(id: ProcessId) {
    const { runtime, config } = this.#parts;
    const { group = '', section } = config(id) ?? {};
    const ids = runtime.supervisor.idsOf(group) ?? [];
    return ids
      .filter((one) => config(one)?.section === section)
      .map((one) => ({ id: one, isServing: runtime.isServing(one), isRecycled: this.#recycled.has(one) }));
  }
}

function megabytes(bytes: number): string {
  return `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;
}
