/**
 * Commands beside the programs: probes, hooks, reload commands. They run as their program does (user, environment,
 * directory, limits), without a shell, each in a process group of its own that is killed when its time is up.
 *
 * The daemon's one reaper tells of every end; here is known which of them are commands of this kind.
 */
import type { OutputCapture } from './logs/output.ts';
import type { Cancel, ExitStatus, Os, SpawnRequest } from './os/os.ts';
import { askCommand } from './probes/exec-probe.ts';
import type { Verdict } from './probes/verdict.ts';

/** All that a spawn needs but its descriptors; or why it cannot be had. */
export type SideRequest = Omit<SpawnRequest, 'fds' | 'group'> | { readonly why: string };

export class SideCommands {
  readonly #os: Os;
  readonly #capture: OutputCapture;
  readonly #waiting = new Map<number, (exit: ExitStatus) => void>();
  readonly #running = new Set<Cancel>();

  constructor(os: Os, capture: OutputCapture) {
    this.#os = os;
    this.#capture = capture;
  }

  /** Exit status 0 is a good verdict; exactly one, never before this call has returned, none after a cancel. */
  ask(request: SideRequest, timeoutMs: number, onVerdict: (verdict: Verdict) => void): Cancel {
    if ('why' in request) {
      let isCancelled = false;
      this.#os.nextTurn(() => {
        if (!isCancelled) onVerdict({ ok: false, why: `could not be started: ${request.why}` });
      });
      return () => {
        isCancelled = true;
      };
    }
    const cancel = askCommand({
      os: this.#os,
      capture: this.#capture,
      request,
      timeoutMs,
      onExit: (pid, callback) => this.#waiting.set(pid, callback),
      onVerdict: (verdict) => {
        this.#running.delete(cancel);
        onVerdict(verdict);
      },
    });
    this.#running.add(cancel);
    return () => {
      this.#running.delete(cancel);
      cancel();
    };
  }

  run(request: SideRequest, timeoutMs: number): Promise<Verdict> {
    return new Promise((resolve) => this.ask(request, timeoutMs, resolve));
  }

  /** Some child has ended: whether it was one of these. */
  exited(exit: ExitStatus): boolean {
    const callback = this.#waiting.get(exit.pid);
    this.#waiting.delete(exit.pid);
    callback?.(exit);
    return callback !== undefined;
  }

  /** Kills what still runs. */
  close(): void {
    for (const cancel of this.#running) cancel();
    this.#running.clear();
  }
}
