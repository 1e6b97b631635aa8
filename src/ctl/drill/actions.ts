/**
 * What a drill does to the processes while the load runs: always by the daemon, never by itself. Each action is over
 * when all that it touched runs again, and only then does the next begin. One that is refused is not tried again.
 */
import { namespec, readNamespec } from '../../rpc/names.ts';
import type { ProcessInfo, Supervisor } from '../supervisor.ts';
import type { ActionKind, Plan } from './plan.ts';
import type { Action } from './tally.ts';

/** What of the daemon a drill needs. */
export type DrilledDaemon = Pick<
  Supervisor,
  'getAllProcessInfo' | 'getProcessInfo' | 'signalProcess' | 'roll' | 'scale' | 'waitJob'
>;

export interface ActionsHost {
  readonly daemon: DrilledDaemon;
  /** Milliseconds since the drill began. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Whether the time is up. */
  isOver(): boolean;
  /** Whether everything is to be let go at once. */
  isInterrupted(): boolean;
  say(text: string): void;
  /** The daemon's refusal in words; undefined if `error` is none. */
  refusal(error: unknown): string | undefined;
}

/** An action that did not come to its good end. */
export interface Failure {
  readonly action: string;
  readonly why: string;
}

const LOOK_EVERY_MS = 50;
const BACK_WITHIN_MS = 60_000;

/** An action as long as it goes on. */
interface Doing extends Action {
  endedAt: number | undefined;
  readonly news: Action['news'][number][];
}

/** Why an action came to nothing; the drill goes on without it. */
class Failed extends Error {
  override readonly name = 'Failed';
}

export class Actions {
  readonly #host: ActionsHost;
  readonly #plan: Pick<Plan, 'name' | 'actions' | 'pauseMs'>;
  readonly #done: Doing[] = [];
  readonly #failures: Failure[] = [];
  readonly #counts: Record<ActionKind, number> = { roll: 0, kill: 0, scale: 0 };
  #job: string | undefined;
  #toTakeBack: string | undefined;

  constructor(host: ActionsHost, plan: Pick<Plan, 'name' | 'actions' | 'pauseMs'>) {
    this.#host = host;
    this.#plan = plan;
  }

  /** In the order of their beginnings. */
  get done(): readonly Action[] {
    return this.#done;
  }

  get failures(): readonly Failure[] {
    return this.#failures;
  }

  /** What a drill that was interrupted leaves as it should not stay, and what to type. */
  get leftOver(): string[] {
    const job = this.#job;
    return [
      ...(job === undefined ? [] : [`${job} goes on; to look at it: job ${job}, to end it: job ${job} cancel`]),
      ...(this.#toTakeBack === undefined
        ? []
        : [`there may be one process more; to take it back: ${this.#toTakeBack}`]),
    ];
  }

  /**
   * One after the other, each at least once, and round again until it is over. What does not go well is no reason to
   * throw.
   */
  async run(): Promise<void> {
    const { isOver, isInterrupted } = this.#host;
    let round = 1;
    const isEnough = () => isInterrupted() || (round > 1 && isOver());
    let left = [...this.#plan.actions];
    for (; left.length > 0; round += 1) {
      for (const kind of [...left]) {
        await this.#pause(this.#plan.pauseMs, isEnough);
        if (isEnough()) return;
        if (!(await this.#perform(kind))) left = left.filter((one) => one !== kind);
      }
    }
  }

  /** Whether it may be tried again. */
  async #perform(kind: ActionKind): Promise<boolean> {
    const { now, say, refusal, isInterrupted } = this.#host;
    this.#counts[kind] += 1;
    const action: Doing = { name: `${kind} ${this.#counts[kind]}`, beganAt: now(), endedAt: undefined, news: [] };
    this.#done.push(action);
    const told = (text: string) => {
      action.news.push({ at: now(), text });
      say(`${action.name}: ${text}`);
    };
    try {
      await this.#act(kind, told);
      return true;
    } catch (error) {
      if (isInterrupted()) return false;
      const why = (error instanceof Failed ? undefined : refusal(error)) ?? (error as Error).message;
      told(why);
      this.#failures.push({ action: action.name, why });
      return false;
    } finally {
      action.endedAt = now();
    }
  }

  async #act(kind: ActionKind, told: (text: string) => void): Promise<void> {
    const { daemon } = this.#host;
    const { name } = this.#plan;
    switch (kind) {
      case 'kill':
        return await this.#kill(told);
      case 'roll':
        return await this.#follow(await daemon.roll(name, '', false), told);
      case 'scale': {
        const { group } = readNamespec(name);
        this.#toTakeBack = `scale ${group}=-1`;
        await this.#follow(await daemon.scale(group, '+1'), told);
        await this.#follow(await daemon.scale(group, '-1'), told);
        this.#toTakeBack = undefined;
        return;
      }
      default:
        return kind satisfies never;
    }
  }

  /** Each time another: the processes that run have their turns in the order of their names. */
  async #kill(told: (text: string) => void): Promise<void> {
    const { daemon, now, sleep, isInterrupted } = this.#host;
    const running = processesOf(this.#plan.name, await daemon.getAllProcessInfo()).filter(isRunning);
    const victim = running[(this.#counts.kill - 1) % Math.max(1, running.length)];
    if (victim === undefined) throw new Failed(`no process of ${this.#plan.name} runs`);
    const shown = namespec(victim.group, victim.name);
    const full = `${victim.group}:${victim.name}`;
    told(`SIGKILL to ${shown} (pid ${victim.pid})`);
    await daemon.signalProcess(full, 'KILL');
    for (const killedAt = now(); !isInterrupted(); ) {
      const info = await daemon.getProcessInfo(full);
      if (isRunning(info) && info.pid !== victim.pid) {
        told(`${shown} runs again (pid ${info.pid})`);
        return;
      }
      if (info.statename === 'FATAL' || now() - killedAt > BACK_WITHIN_MS) {
        throw new Failed(`${shown} does not run again: ${info.statename} ${info.description}`.trimEnd());
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #follow(id: string, told: (text: string) => void): Promise<void> {
    if (id === '') return; // there was nothing to do
    this.#job = id;
    for (let cursor = 0; ; ) {
      const job = await this.#host.daemon.waitJob(id, cursor);
      for (const line of job.lines) told(line);
      if (job.state !== 'running') this.#job = undefined;
      if (job.state === 'done') return;
      if (job.state !== 'running')
        throw new Failed(`${id} has ${job.state === 'failed' ? 'failed' : 'been cancelled'}`);
      cursor = job.cursor;
    }
  }

  async #pause(ms: number, isEnough: () => boolean): Promise<void> {
    const { now, sleep } = this.#host;
    for (const until = now() + ms; now() < until && !isEnough(); ) await sleep(Math.min(LOOK_EVERY_MS, until - now()));
  }
}

/** Those that `name` means: one process, or all of a group. */
export function processesOf(name: string, infos: readonly ProcessInfo[]): ProcessInfo[] {
  const { group, process } = readNamespec(name);
  const isGroup = name.includes(':')
    ? process === undefined
    : !infos.some((one) => one.group === name && one.name === name);
  return infos.filter((one) => one.group === group && (isGroup || one.name === process));
}

function isRunning({ statename }: ProcessInfo): boolean {
  return statename === 'RUNNING';
}
