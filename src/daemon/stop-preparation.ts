/**
 * What is done before a process is told to stop, one step after the other: out of its upstream, then its pre_stop hook;
 * and what a rolling restart waits for after it runs again.
 */
import type { ProcessConfig } from './config/model.ts';
import type { ProcessId } from './core/supervisor-messages.ts';

export interface StopStep {
  /** Resolves when it is done, at once where there is nothing to do for the process. It bounds its own time. */
  prepare(id: ProcessId, pid: number): Promise<void>;
  /** Whether it has something to come back to when it runs again, and that it is there. It bounds its own time. */
  concerns?(id: ProcessId): boolean;
  joined?(id: ProcessId): Promise<void>;
}

/** An upstream may need so much longer than its drain to be told. */
const UPSTREAM_MS = 1500;

/** How long all steps together may take; undefined for a process that has none. */
export function preparationMs({ upstreamDrainMs, hooks }: ProcessConfig): number | undefined {
  const hookMs = hooks?.commands.pre_stop === undefined ? undefined : hooks.timeoutMs;
  if (upstreamDrainMs === undefined) return hookMs;
  return upstreamDrainMs + UPSTREAM_MS + (hookMs ?? 0);
}

export class StopPreparation {
  readonly #steps: StopStep[] = [];

  /** Another step, behind those that are there. */
  add(step: StopStep): void {
    this.#steps.push(step);
  }

  /** @throws what the last step that failed threw; the others have had their turn all the same. */
  async prepare(id: ProcessId, pid: number): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    for (const step of this.#steps) {
      try {
        await step.prepare(id, pid);
      } catch (error) {
        failure = { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }

  concerns(id: ProcessId): boolean {
    return this.#steps.some((step) => step.concerns?.(id) === true);
  }

  /** @throws what a step throws. */
  async joined(id: ProcessId): Promise<void> {
    for (const step of this.#steps) if (step.concerns?.(id) === true) await step.joined?.(id);
  }
}
