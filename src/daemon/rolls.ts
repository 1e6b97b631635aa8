/** Rolling restarts under way: the plan (core/roll.ts) meets the processes, and a job says how it goes. */
import { Fault } from '../rpc/faults.ts';
import { namespec } from '../rpc/names.ts';
import { newRoll, outcomeOf, type Roll, type RollInput, type RollPhase, rollStep } from './core/roll.ts';
import type { Event, ProcessId } from './core/supervisor-messages.ts';
import type { Job, Jobs } from './jobs.ts';
import type { Runtime } from './runtime.ts';
import type { StopPreparation } from './stop-preparation.ts';

interface Running {
  readonly job: Job;
  roll: Roll;
}

export class Rolls {
  readonly #runtime: Runtime;
  readonly #jobs: Jobs;
  readonly #preparation: StopPreparation;
  readonly #running = new Set<Running>();

  constructor(runtime: Runtime, jobs: Jobs, preparation: StopPreparation) {
    this.#runtime = runtime;
    this.#jobs = jobs;
    this.#preparation = preparation;
  }

  /** Begins to roll these, which run, in this order. @throws Fault FAILED when a roll of one of them is under way. */
  begin(what: string, ids: readonly ProcessId[], batch: number): Job {
    const begun = this.#jobs.begin('roll', what, ids);
    if ('busy' in begun) throw new Fault('FAILED', `${begun.busy.what} is under way as ${begun.busy.id}`);
    return this.#begin(begun.job, ids, batch);
  }

  /** The same; undefined when a roll of one of them is under way. `within` is a job that it is a part of. */
  tryBegin(what: string, ids: readonly ProcessId[], batch: number, within?: Job): Job | undefined {
    const begun = this.#jobs.begin('roll', what, ids, within);
    return 'busy' in begun ? undefined : this.#begin(begun.job, ids, batch);
  }

  #begin(job: Job, ids: readonly ProcessId[], batch: number): Job {
    const { what } = job;
    const running: Running = { job, roll: newRoll(ids, batch, this.#joining(ids)) };
    this.#running.add(running);
    running.job.say(`rolling ${ids.length} of ${what}, ${batch} at a time`);
    this.#step(running, { type: 'begin' });
    return running.job;
  }

  cancel(id: string): void {
    for (const running of [...this.#running]) if (running.job.id === id) this.#step(running, { type: 'cancel' });
  }

  /** After the states have changed. */
  happened(event: Event): void {
    if (this.#running.size === 0) return;
    if (event.type === 'supervisorState' && event.state === 'STOPPING') {
      for (const running of [...this.#running]) this.#end(running, 'cancelled', 'the daemon goes down');
    } else if (event.type === 'processState') {
      const { id, to: state } = event;
      for (const running of [...this.#running]) {
        if (running.roll.phases.has(id)) this.#step(running, { type: 'state', id, state });
      }
    }
  }

  #step(running: Running, input: RollInput): void {
    const { roll, orders, news } = rollStep(running.roll, input);
    running.roll = roll;
    for (const { id, phase } of news) {
      running.job.say(`${shown(id)}: ${phase}${this.#remark(id, phase)}`);
    }
    // The runtime takes them in after what it is telling just now.
    for (const { type, id } of orders) {
      if (type === 'join') this.#join(running, id);
      else this.#runtime.process(id, type === 'stop' ? { type, why: `it is rolled (${running.job.id})` } : { type });
    }
    const outcome = outcomeOf(roll);
    if (outcome !== undefined) this.#end(running, outcome, summary(roll, outcome));
  }

  #joining(ids: readonly ProcessId[]): ReadonlySet<ProcessId> {
    return new Set(ids.filter((id) => this.#preparation.concerns(id)));
  }

  #join(running: Running, id: ProcessId): void {
    const step = (type: 'joined' | 'unjoined'): void => {
      if (this.#running.has(running)) this.#step(running, { type, id });
    };
    this.#preparation.joined(id).then(
      () => step('joined'),
      (error: unknown) => {
        running.job.say(`${shown(id)}: ${error instanceof Error ? error.message : String(error)}`);
        step('unjoined');
      },
    );
  }

  #end(running: Running, outcome: 'done' | 'failed' | 'cancelled', text: string): void {
    this.#running.delete(running);
    running.job.end(outcome, text);
  }

  /** What the phase waits for, or why it is the last. */
  #remark(id: ProcessId, phase: RollPhase): string {
    switch (phase) {
      case 'failed':
        return this.#whyFailed(id);
      case 'stopping':
        return this.#preparation.concerns(id) ? ' (out of its upstream first)' : '';
      case 'starting':
        return this.#runtime.supervisor.spec(id)?.ready === undefined ? '' : ' (until it is ready)';
      case 'joining':
        return ' its upstream';
      default:
        return '';
    }
  }

  #whyFailed(id: ProcessId): string {
    const record = this.#runtime.supervisor.record(id);
    if (record === undefined) return '';
    return ` (${record.state.name}${record.spawnError ? `: ${record.spawnError}` : ''})`;
  }
}

function shown(id: ProcessId): string {
  const at = id.indexOf(':');
  return namespec(id.slice(0, at), id.slice(at + 1));
}

function summary({ phases }: Roll, outcome: string): string {
  const count = (phase: string) => [...phases.values()].filter((one) => one === phase).length;
  if (outcome === 'done') return `done: all ${phases.size} run anew`;
  const left = count('waiting');
  return `${outcome}: ${count('done')} of ${phases.size} run anew, ${left} ${left === 1 ? 'was' : 'were'} not touched`;
}
