/**
 * The inbox, the effects and the one alarm clock: everything that happens to the daemon's processes comes through
 * `send`, one input at a time and in order, so that no step sees another half done. What the core answers is carried
 * out here: orders by the launcher and the operating system, news by the feed, texts by the log.
 *
 * Programs are spawned for at most SPAWN_BUDGET_MS in one turn of the event loop; the rest waits for the next turn,
 * so that control answers while a thousand programs start or crash. Nothing here polls: with all programs RUNNING
 * there is no timer.
 */
import type { ProcessInput } from './core/process-messages.ts';
import { isServing, pidOf } from './core/process-record.ts';
import { signalName } from './core/signals.ts';
import { Supervisor } from './core/supervisor.ts';
import type { Effect, Event, Input, ProcessId } from './core/supervisor-messages.ts';
import { errnoName } from './os/errno.ts';
import type { Cancel, ExitStatus, Os } from './os/os.ts';

const SPAWN_BUDGET_MS = 10;
const ESRCH = 3;

/** What comes of trying to start a program. */
export type Launch =
  | { readonly type: 'running'; readonly pid: number }
  /** The child was made and ended before it became the program; its exit status is 127, as Supervisor's child's. */
  | { readonly type: 'failedInChild'; readonly pid: number; readonly why: string }
  | { readonly type: 'notStarted'; readonly why: string }
  /** What its last run left behind is still there, or a hook runs: to be tried again when that is over. */
  | { readonly type: 'later' };

/** Starts programs and holds on to what belongs to a live one: its pipes and logs. */
export interface Launcher {
  launch(id: ProcessId): Launch;
  /** The program has ended: what is left in its pipes is taken, then they are closed. */
  ended(id: ProcessId): void;
  /**
   * The news is out that the program has ended, or that it could not be started, and nothing has been started since:
   * what it shared with others is let go. Without an exit it never ran.
   */
  settled(id: ProcessId, exit?: ExitStatus): void;
  /** The leader has ended: sees to what it left behind, and says whether there is anything to wait for. */
  leftBehind(id: ProcessId, pid: number): boolean;
  /** Calls back, perhaps at once, when nothing is left behind any more. */
  whenCleared(id: ProcessId, run: () => void): void;
  /** A process has ended that nobody waits for: it may have been left behind. */
  orphanEnded(): void;
  /** It runs, and from here on its probes may be asked. */
  started(id: ProcessId, pid: number): void;
  /** What is to be done before it is told to stop; a rejection is as good as an end. */
  prepareStop(id: ProcessId, pid: number): Promise<void>;
}

export interface RuntimeLog {
  critical(text: string): void;
  warn(text: string): void;
  info(text: string): void;
  debug(text: string): void;
}

export interface RuntimeParts {
  readonly os: Os;
  readonly launcher: Launcher;
  readonly log: RuntimeLog;
  /** Called for each piece of news, after the states have changed. */
  readonly onEvent: (event: Event) => void;
  /** Just before an end, or a start that comes to nothing, is taken in: what `why` says, `exit` that there was a child. */
  readonly onEnd?: (id: ProcessId, exit: ExitStatus | undefined, why?: string) => void;
  /** Everything is down; `status` is what a program with exit_daemon makes the exit status. */
  readonly onFinished: (mood: Supervisor['mood'], status: number | undefined) => void;
}

export class Runtime {
  /** Grows with every change of any process, group or mood: what was made of an older one must be made again. */
  revision = 0;
  readonly #parts: RuntimeParts;
  readonly #supervisor: Supervisor;
  readonly #inbox: Input[] = [];
  readonly #watchers = new Map<ProcessId, Set<() => void>>();
  readonly #byPid = new Map<number, ProcessId>();
  #spawnQueue: ProcessId[] = [];
  #spawnUntil: number | undefined;
  #busy = false;
  #finished = false;
  #alarm: { readonly at: number; readonly cancel: Cancel } | undefined;

  constructor(parts: RuntimeParts, supervisor = new Supervisor()) {
    this.#parts = parts;
    this.#supervisor = supervisor;
  }

  /** Read it; change it only by `send`. */
  get supervisor(): Supervisor {
    return this.#supervisor;
  }

  /** Whether it is there for others: RUNNING, and ready. */
  isServing(id: ProcessId): boolean {
    const record = this.#supervisor.record(id);
    return record !== undefined && isServing(record.state);
  }

  /** Whether programs wait for their turn to be spawned. */
  get isSpawning(): boolean {
    return this.#spawnQueue.length > 0;
  }

  send(input: Input): void {
    if (this.#step(input)) this.#spawnSome();
  }

  process(id: ProcessId, input: ProcessInput): void {
    this.send({ type: 'process', id, input });
  }

  /** A child has ended. Its output is taken in first, so that a log is complete when the news of the exit is out. */
  exited(exit: ExitStatus): void {
    const id = this.#byPid.get(exit.pid);
    if (id === undefined) {
      const how =
        exit.signal === undefined ? `exit status ${exit.code ?? 0}` : `terminated by ${signalName(exit.signal)}`;
      this.#parts.log.info(`reaped unknown pid ${exit.pid} (${how})`);
      this.#parts.launcher.orphanEnded();
      return;
    }
    const { launcher } = this.#parts;
    this.#byPid.delete(exit.pid);
    launcher.ended(id);
    const isLeft = launcher.leftBehind(id, exit.pid);
    // STOPPED says that it is gone, and its port free; a program that is to start again waits at its start.
    if (isLeft && this.#supervisor.record(id)?.state.name === 'STOPPING') {
      launcher.whenCleared(id, () => this.#leaderEnded(id, exit));
    } else {
      this.#leaderEnded(id, exit);
    }
  }

  #leaderEnded(id: ProcessId, exit: ExitStatus): void {
    this.#parts.onEnd?.(id, exit);
    const isTaken = this.#step({ type: 'process', id, input: { type: 'exited', ...exit } });
    this.#parts.launcher.settled(id, exit);
    if (isTaken) this.#spawnSome();
  }

  /** Sends a signal that is no wish to stop. Answers errno; ESRCH is not an error, the exit is on its way. */
  signal(id: ProcessId, signal: number): number {
    const pid = pidOf(this.#supervisor.record(id)?.state ?? { name: 'STOPPED' });
    if (pid === 0) return ESRCH;
    const errno = this.#parts.os.kill(pid, signal);
    if (errno !== 0 && errno !== ESRCH) this.process(id, { type: 'killFailed', pid, why: errnoName(errno) });
    return errno;
  }

  /** Resolves as soon as `test` holds, and looks again at every change of the process (also when it goes away). */
  async until(id: ProcessId, test: () => boolean): Promise<void> {
    if (test()) return;
    await new Promise<void>((resolve) => {
      const watchers = this.#watchers.get(id) ?? new Set();
      this.#watchers.set(id, watchers);
      const look = (): void => {
        if (!test()) return;
        watchers.delete(look);
        if (watchers.size === 0) this.#watchers.delete(id);
        resolve();
      };
      watchers.add(look);
    });
  }

  #take(input: Input): void {
    const { os } = this.#parts;
    const { effects, events, deadline } = this.#supervisor.apply(input, { at: os.now(), epoch: os.epoch() });
    if (deadline !== undefined) this.#setAlarm(deadline);
    this.revision += 1;
    // A spawn is only queued here and a kill is heard of by SIGCHLD, so nothing of this re-enters the core.
    for (const effect of effects) this.#perform(effect);
    for (const event of events) this.#tell(event);
  }

  #tell(event: Event): void {
    this.#parts.onEvent(event);
    if (event.type === 'processState' || event.type === 'waiting')
      for (const look of [...(this.#watchers.get(event.id) ?? [])]) look();
  }

  #perform(effect: Effect): void {
    const { os, log } = this.#parts;
    switch (effect.type) {
      case 'log':
        log[effect.level](effect.text);
        return;
      case 'spawn':
        this.#spawnQueue.push(effect.id);
        return;
      case 'kill': {
        const errno = os.kill(effect.asGroup ? -effect.pid : effect.pid, effect.signal);
        if (errno === ESRCH) {
          const name = this.#supervisor.spec(effect.id)?.name ?? effect.id;
          log.debug(`unable to signal ${name} (pid ${effect.pid}), it probably just exited on its own`);
        } else if (errno !== 0) {
          this.process(effect.id, { type: 'killFailed', pid: effect.pid, why: errnoName(errno) });
        }
        return;
      }
      case 'prepareStop': {
        const { id, pid } = effect;
        const prepared = (): void => this.process(id, { type: 'stopPrepared', pid });
        this.#parts.launcher.prepareStop(id, pid).then(prepared, (error: unknown) => {
          log.warn(`Cannot prepare the stop of ${id}: ${error instanceof Error ? error.message : String(error)}`);
          prepared();
        });
        return;
      }
      case 'finished':
        if (this.#finished) return;
        this.#finished = true;
        this.#alarm?.cancel();
        this.#alarm = undefined;
        this.#parts.onFinished(effect.mood, effect.status);
        return;
      default:
        effect satisfies never;
    }
  }

  #spawnSome(): void {
    const { os, launcher } = this.#parts;
    if (this.#spawnQueue.length === 0) return;
    if (this.#spawnUntil === undefined) {
      this.#spawnUntil = os.now() + SPAWN_BUDGET_MS;
      os.nextTurn(() => {
        this.#spawnUntil = undefined;
        this.#spawnSome();
      });
    }
    // What these spawns queue in turn (a quick exit with autorestart) stands behind them and has its turn later.
    const count = this.#spawnQueue.length;
    let taken = 0;
    while (taken < count && os.now() < this.#spawnUntil) {
      const id = this.#spawnQueue[taken++] as ProcessId;
      const state = this.#supervisor.record(id)?.state;
      // It may have been stopped, or removed, while it waited.
      if (state?.name !== 'STARTING' || state.pid !== undefined) continue;
      const launch = launcher.launch(id);
      switch (launch.type) {
        case 'running':
          this.#byPid.set(launch.pid, id);
          this.#step({ type: 'process', id, input: { type: 'spawned', pid: launch.pid } });
          launcher.started(id, launch.pid);
          break;
        case 'failedInChild': {
          const exit = { pid: launch.pid, code: 127, signal: undefined, coreDumped: false };
          this.#step({ type: 'process', id, input: { type: 'spawned', pid: launch.pid } });
          launcher.ended(id);
          this.#parts.onEnd?.(id, exit, launch.why);
          this.#step({ type: 'process', id, input: { type: 'exited', ...exit } });
          launcher.settled(id, exit);
          break;
        }
        case 'notStarted':
          this.#parts.onEnd?.(id, undefined, launch.why);
          this.#step({ type: 'process', id, input: { type: 'spawnFailed', why: launch.why } });
          launcher.settled(id);
          break;
        case 'later':
          launcher.whenCleared(id, () => {
            this.#spawnQueue.push(id);
            this.#spawnSome();
          });
          break;
        default:
          launch satisfies never;
      }
    }
    this.#spawnQueue = this.#spawnQueue.slice(taken);
  }

  /** Takes the input in, and what it brings along; false if a step is under way, which will take it in. */
  #step(input: Input): boolean {
    this.#inbox.push(input);
    if (this.#busy) return false;
    this.#busy = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#take(next);
    } finally {
      this.#busy = false;
    }
    return true;
  }

  /**
   * The alarm only ever comes nearer here, so that the exit of one of a thousand needs no look at all the others; one
   * that has become pointless rings once, and then the next is looked for.
   */
  #setAlarm(at: number): void {
    if (this.#alarm !== undefined && this.#alarm.at <= at) return;
    this.#alarm?.cancel();
    const cancel = this.#parts.os.callAt(at, () => {
      this.#alarm = undefined;
      this.send({ type: 'tick' });
      const next = this.#finished ? undefined : this.#supervisor.deadline();
      if (next !== undefined) this.#setAlarm(next);
    });
    this.#alarm = { at, cancel };
  }
}
