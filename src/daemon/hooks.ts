/**
 * Commands around the starts and stops of a program (`pre_start`, `post_ready`, `pre_stop`, `post_exit`): each runs as
 * the program does, without a shell, and is killed after `hook_timeout`. What they print goes nowhere, but for the last
 * line of one that fails: that is in the log.
 *
 *     to be spawned ──► post_exit of the run before has ended ──► pre_start ──good──► spawned ──► RUNNING: post_ready
 *          ▲                                                         └──bad──► a failed start (BACKOFF)
 *          └────────── ended: post_exit ◄── stop signal ◄── pre_stop ◄── STOPPING
 */
import type { HookName, HooksConfig } from './config/hooks.ts';
import { signalName } from './core/signals.ts';
import type { Event, ProcessId } from './core/supervisor-messages.ts';
import type { Cancel, ExitStatus } from './os/os.ts';
import type { Verdict } from './probes/verdict.ts';
import type { SideCommands, SideRequest } from './side-commands.ts';
import type { StopStep } from './stop-preparation.ts';

/** The settings of a program that hooks are about. */
interface HookedProgram {
  readonly name: string;
  readonly exitcodes: readonly number[];
  readonly stopsignal: number;
  readonly hooks?: HooksConfig;
}

export interface HooksParts {
  readonly side: Pick<SideCommands, 'ask'>;
  readonly log: { info(text: string): void; warn(text: string): void };
  config(id: ProcessId): HookedProgram | undefined;
  /** All that a command needs that is to run as the program does, with further `KEY=value`. */
  request(id: ProcessId, command: string, further: readonly string[]): SideRequest;
}

/** A hook that must have ended before the program is spawned. */
interface Busy {
  readonly hook: 'pre_start' | 'post_exit';
  readonly cancel: Cancel;
  readonly waiters: (() => void)[];
}

export class Hooks implements StopStep {
  readonly #parts: HooksParts;
  readonly #busy = new Map<ProcessId, Busy>();
  /** What pre_start came to, until the spawn that it was run for. */
  readonly #verdicts = new Map<ProcessId, Verdict>();
  readonly #idle: (() => void)[] = [];

  constructor(parts: HooksParts) {
    this.#parts = parts;
  }

  /** Asked before each spawn: `go`, `later` (see `whenDone`), or why it cannot be. */
  beforeStart(id: ProcessId): 'go' | 'later' | { readonly why: string } {
    if (this.#busy.has(id)) return 'later';
    const verdict = this.#verdicts.get(id);
    if (verdict !== undefined) {
      this.#verdicts.delete(id);
      return verdict.ok ? 'go' : { why: `pre_start failed: ${verdict.why}` };
    }
    if (!this.#has(id, 'pre_start')) return 'go';
    this.#begin(id, 'pre_start', [], (outcome) => this.#verdicts.set(id, outcome));
    return 'later';
  }

  /** Calls back, perhaps at once, when no hook is in the way of a spawn; not if it has been given up meanwhile. */
  whenDone(id: ProcessId, run: () => void): void {
    const busy = this.#busy.get(id);
    if (busy === undefined) run();
    else busy.waiters.push(run);
  }

  /** Why it does not start just now, if a hook is the reason. */
  waitsFor(id: ProcessId): string | undefined {
    const busy = this.#busy.get(id);
    return busy === undefined || busy.waiters.length === 0 ? undefined : `running ${busy.hook}`;
  }

  /** After the states have changed. */
  happened(event: Event): void {
    if (event.type !== 'processState') return;
    const { id, from, to, pid } = event;
    if (from === 'STARTING') this.#giveUp(id);
    if (to === 'RUNNING') this.#run(id, 'post_ready', environmentOf(pid));
  }

  async prepare(id: ProcessId, pid: number): Promise<void> {
    await new Promise<void>((resolve) => this.#run(id, 'pre_stop', environmentOf(pid), resolve));
  }

  /** The program has ended, and the news of it is out. */
  ended(id: ProcessId, exit: ExitStatus): void {
    const config = this.#parts.config(id);
    if (config === undefined || !this.#has(id, 'post_exit')) return;
    const further = [...environmentOf(exit.pid), ...causeOf(exit, config)];
    this.#begin(id, 'post_exit', further, (verdict) => this.#complain(id, 'post_exit', verdict));
  }

  /** Resolves when every post_exit has ended: the daemon does not leave before. */
  async idle(): Promise<void> {
    while (this.#busy.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #has(id: ProcessId, hook: HookName): boolean {
    return this.#parts.config(id)?.hooks?.commands[hook] !== undefined;
  }

  /** One that is in the way of the next spawn. */
  #begin(id: ProcessId, hook: Busy['hook'], further: readonly string[], onEnd: (verdict: Verdict) => void): void {
    const cancel = this.#ask(id, hook, further, (verdict) => {
      onEnd(verdict);
      this.#release(id);
    });
    this.#busy.set(id, { hook, cancel, waiters: [] });
  }

  /** It was not started after all: what pre_start does or has done is for nothing. */
  #giveUp(id: ProcessId): void {
    this.#verdicts.delete(id);
    const busy = this.#busy.get(id);
    if (busy?.hook !== 'pre_start') return;
    busy.cancel();
    busy.waiters.length = 0;
    this.#release(id);
  }

  #release(id: ProcessId): void {
    const busy = this.#busy.get(id);
    this.#busy.delete(id);
    for (const run of busy?.waiters ?? []) run();
    for (const run of this.#idle.splice(0)) run();
  }

  #run(id: ProcessId, hook: HookName, further: readonly string[], onEnd: () => void = () => undefined): void {
    if (!this.#has(id, hook)) {
      onEnd();
      return;
    }
    this.#ask(id, hook, further, (verdict) => {
      this.#complain(id, hook, verdict);
      onEnd();
    });
  }

  #complain(id: ProcessId, hook: HookName, verdict: Verdict): void {
    if (!verdict.ok) this.#parts.log.warn(`${hook} of ${this.#parts.config(id)?.name ?? id} failed: ${verdict.why}`);
  }

  #ask(id: ProcessId, hook: HookName, further: readonly string[], onEnd: (verdict: Verdict) => void): Cancel {
    const { side, config, request } = this.#parts;
    const { commands, timeoutMs } = config(id)?.hooks ?? { commands: {}, timeoutMs: 0 };
    return side.ask(request(id, commands[hook] ?? '', further), timeoutMs, onEnd);
  }
}

function environmentOf(pid: number | undefined): readonly string[] {
  return pid === undefined ? [] : [`MAINPID=${pid}`];
}

/** As systemd tells ExecStopPost= (systemd.exec(5)). */
function causeOf({ code, signal, coreDumped }: ExitStatus, { exitcodes, stopsignal }: HookedProgram): string[] {
  const isGood = signal === undefined ? exitcodes.includes(code ?? 0) : signal === stopsignal && !coreDumped;
  const how = signal === undefined ? 'exited' : coreDumped ? 'dumped' : 'killed';
  const bad = { exited: 'exit-code', killed: 'signal', dumped: 'core-dump' }[how];
  const status = signal === undefined ? String(code ?? 0) : signalName(signal).replace(/^SIG/, '');
  return [`SERVICE_RESULT=${isGood ? 'success' : bad}`, `EXIT_CODE=${how}`, `EXIT_STATUS=${status}`];
}
