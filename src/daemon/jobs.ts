/**
 * Work that takes its time: it has an id, says what it has come to, and can be looked at again by whoever lost sight of
 * it. The last ones are remembered, so that an answer is to be had after the end too.
 */

import type { streamKinds } from '../rpc/events.ts';

export type JobState = 'running' | 'done' | 'failed' | 'cancelled';

export interface JobLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

export interface JobView {
  readonly id: string;
  /** `roll web:*` */
  readonly what: string;
  readonly state: JobState;
  /** Counts the lines that there have been: ask for those after it. */
  readonly cursor: number;
  readonly lines: readonly JobLine[];
}

/** News of a job as `GET /events` tells it. */
export type TellJob = (name: keyof typeof streamKinds, data: Readonly<Record<string, string | number>>) => void;

/** The memory of the events is for all: a job that says more than one thing in so long is told of by the first. */
const TELL_MS = 100;
const REMEMBERED_JOBS = 20;
const MAX_LINES = 10_000;

export class Job {
  readonly id: string;
  readonly what: string;
  /** What it works on: nobody else may, meanwhile. */
  readonly holds: ReadonlySet<string>;
  /** What a wish to cancel it comes to, where that is not its maker's own business. */
  onCancel: (() => void) | undefined;
  readonly #lines: JobLine[] = [];
  #forgotten = 0;
  #state: JobState = 'running';
  #waiters: (() => void)[] = [];
  readonly #now: () => number;
  readonly #tell: TellJob;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(id: string, what: string, holds: Iterable<string>, now: () => number, tell: TellJob) {
    this.id = id;
    this.what = what;
    this.holds = new Set(holds);
    this.#now = now;
    this.#tell = tell;
  }

  get state(): JobState {
    return this.#state;
  }

  say(text: string): void {
    const at = this.#now();
    const cursor = this.#take({ at, text });
    if (at - this.#toldAt < TELL_MS) return;
    this.#toldAt = at;
    this.#tell('JOB_SAID', { id: this.id, cursor, text });
  }

  /** `text` is its last line, if it has not said all there is to say. */
  end(state: Exclude<JobState, 'running'>, text?: string): void {
    this.#state = state;
    const cursor = text === undefined ? this.view().cursor : this.#take({ at: this.#now(), text });
    if (text === undefined) this.#wake();
    this.#tell('JOB_ENDED', { id: this.id, state, cursor, text: text ?? '' });
  }

  /** What it has said after `cursor`. */
  view(cursor = 0): JobView {
    const from = Math.max(0, cursor - this.#forgotten);
    const lines = this.#lines.slice(from);
    return { id: this.id, what: this.what, state: this.#state, cursor: this.#forgotten + this.#lines.length, lines };
  }

  /** As `view`, but not before there is something new to tell, or the job is over. */
  async next(cursor: number): Promise<JobView> {
    if (this.#state === 'running' && this.#forgotten + this.#lines.length <= cursor) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
    return this.view(cursor);
  }

  /** Answers how many lines there have been with it. */
  #take(line: JobLine): number {
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) {
      this.#lines.shift();
      this.#forgotten += 1;
    }
    this.#wake();
    return this.#forgotten + this.#lines.length;
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #now: () => number;
  readonly #tell: TellJob;
  #count = 0;

  constructor(now: () => number = Date.now, tell: TellJob = () => undefined) {
    this.#now = now;
    this.#tell = tell;
  }

  /** Begins one, or answers the one that holds some of the same already; `within` is a job that it is a part of. */
  begin(
    kind: string,
    what: string,
    holds: readonly string[],
    within?: Job,
  ): { readonly job: Job } | { readonly busy: Job } {
    const isBusy = (job: Job) => job !== within && job.state === 'running' && holds.some((one) => job.holds.has(one));
    const busy = this.list().find(isBusy);
    if (busy !== undefined) return { busy };
    this.#count += 1;
    const job = new Job(`${kind}-${this.#count}`, what, holds, this.#now, this.#tell);
    this.#jobs.set(job.id, job);
    this.#tell('JOB_BEGAN', { id: job.id, what });
    for (const old of this.list()) {
      if (this.#jobs.size <= REMEMBERED_JOBS) break;
      if (old.state !== 'running') this.#jobs.delete(old.id);
    }
    return { job };
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** The oldest first. */
  list(): Job[] {
    return [...this.#jobs.values()];
  }
}
