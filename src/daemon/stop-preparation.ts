/** What is done before a process is told to stop, one step after the other: out of its upstream, then its pre_stop hook. */
import type { ProcessId } from './core/supervisor.ts';

export interface StopStep {
  /** Resolves when it is done, at once where there is nothing to do for the process. It bounds its own time. */
  prepare(id: ProcessId, pid: number): Promise<void>;
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
}
