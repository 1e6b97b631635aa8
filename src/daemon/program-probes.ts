/**
 * The probes of the programs that run: `ready` from their start on, `live` from RUNNING on, until they are told to stop
 * or end. What an answer means is decided by probes/schedule.ts; what follows from it by the core, which is told
 * `ready`, `unready` or `restart`.
 *
 *     started ──► ready asked ──good──► core: RUNNING ──► live asked ──bad──► core: restart (or only a line and news)
 *                    └─ ready_interval: bad ──► core: unready, out of the upstream
 */

import type { ProcessConfig } from './config/model.ts';
import type { LiveConfig, ProbeConfig, ReadyConfig } from './config/probes.ts';
import type { ProcessInput } from './core/process-messages.ts';
import type { Event, ProcessId } from './core/supervisor-messages.ts';
import { NotifySockets, type NotifySocketsParts } from './notify-sockets.ts';
import type { Cancel, Os } from './os/os.ts';
import { ProbeAgenda } from './probes/agenda.ts';
import { askServer } from './probes/ask.ts';
import { LogProbe } from './probes/log-probe.ts';
import type { NotifyMessage } from './probes/notify-message.ts';
import { answered, asked, beginCourse, dueAtOf, type ProbeCourse, type ProbeStep } from './probes/schedule.ts';
import { limitText, type Verdict } from './probes/verdict.ts';
import type { SideCommands, SideRequest } from './side-commands.ts';

/** How the reason of a restart begins that a probe asked for. */
export const notAlive = 'it is not alive: ';

export interface ProgramProbesParts extends Omit<NotifySocketsParts, 'onMessage'> {
  readonly os: Os;
  readonly log: { info(text: string): void; warn(text: string): void };
  readonly side: SideCommands;
  config(id: ProcessId): ProcessConfig | undefined;
  /** For a command that is to run as the program does. */
  request(id: ProcessId, command: string): SideRequest;
  send(id: ProcessId, input: ProcessInput): void;
}

/** What a stream of a program is looked at for; `take` answers whether it wants more. */
export interface OutputTap {
  take(chunk: Buffer): boolean;
  end(): void;
}

/** What a probe has come to, for people. */
export interface ProbeView {
  readonly probe: string;
  readonly standing: 'unknown' | 'good' | 'bad';
  readonly why: string;
}

interface Asking {
  readonly config: ProbeConfig;
  course: ProbeCourse;
  cancel: Cancel;
}

interface Live {
  readonly pid: number;
  ready: Asking | undefined;
  live: Asking | undefined;
  /** What it says of itself by notify. */
  status: string;
}

const nothing = (): void => undefined;

export class ProgramProbes {
  readonly #parts: ProgramProbesParts;
  readonly #agenda: ProbeAgenda;
  readonly #programs = new Map<ProcessId, Live>();
  readonly #notify: NotifySockets;

  constructor(parts: ProgramProbesParts) {
    this.#parts = parts;
    this.#agenda = new ProbeAgenda(parts.os);
    this.#notify = new NotifySockets({ ...parts, onMessage: (id, message) => this.#notified(id, message) });
  }

  /** Before a start: what its environment needs (`KEY=value`), or why it cannot have it. */
  prepare(id: ProcessId, config: ProcessConfig): readonly string[] | { readonly why: string } {
    const { ready, live } = config;
    if (ready?.probe.kind !== 'notify' && live?.probe.kind !== 'notify') return [];
    const socket = this.#notify.open(id, config);
    if ('why' in socket) return socket;
    const watchdog = live?.probe.kind === 'notify' ? [`WATCHDOG_USEC=${live.rhythm.intervalMs * 1000}`] : [];
    return [`NOTIFY_SOCKET=${socket.path}`, ...watchdog];
  }

  /** For each stream of a program that is about to run. */
  tap(id: ProcessId, { ready }: ProcessConfig): OutputTap | undefined {
    if (ready?.probe.kind !== 'log') return undefined;
    const probe = new LogProbe(ready.probe.pattern);
    const look = (isFound: boolean): boolean => {
      const program = this.#programs.get(id);
      if (isFound && program !== undefined) this.#parts.send(id, { type: 'ready', pid: program.pid });
      return !isFound;
    };
    return { take: (chunk) => look(probe.take(chunk)), end: () => void look(probe.end()) };
  }

  started(id: ProcessId, pid: number): void {
    const config = this.#parts.config(id);
    if (config?.ready === undefined && config?.live === undefined) return;
    const program: Live = { pid, ready: undefined, live: undefined, status: '' };
    this.#programs.set(id, program);
    if (config.ready !== undefined) program.ready = this.#beginReady(id, program, config.ready);
  }

  happened(event: Event): void {
    if (event.type !== 'processState') return;
    const program = this.#programs.get(event.id);
    if (program === undefined) return;
    const live = this.#parts.config(event.id)?.live;
    if (event.to === 'RUNNING' && live !== undefined) program.live = this.#beginLive(event.id, program, live);
    else if (event.to === 'STOPPING') this.#rest(program);
  }

  ended(id: ProcessId): void {
    const program = this.#programs.get(id);
    if (program !== undefined) this.#rest(program);
    this.#programs.delete(id);
    this.#notify.close(id);
  }

  view(id: ProcessId): { readonly ready?: ProbeView; readonly live?: ProbeView; readonly status: string } {
    const program = this.#programs.get(id);
    return {
      ...(program?.ready && { ready: viewOf(program.ready) }),
      ...(program?.live && { live: viewOf(program.live) }),
      status: program?.status ?? '',
    };
  }

  close(): void {
    for (const id of [...this.#programs.keys()]) this.ended(id);
    this.#notify.end();
  }

  #rest({ ready, live }: Live): void {
    ready?.cancel();
    live?.cancel();
  }

  #beginReady(id: ProcessId, program: Live, config: ReadyConfig): Asking {
    const asking = this.#asking(config);
    let lastWhy: string | undefined;
    this.#keepAsking(id, asking, ({ course, turned }) => {
      const { pid } = program;
      if (turned === 'good') this.#parts.send(id, { type: 'ready', pid });
      const isNews = turned === 'bad' || (course.standing === 'unknown' && course.lastWhy !== lastWhy);
      lastWhy = course.lastWhy;
      if (isNews && lastWhy !== undefined) {
        this.#parts.send(id, { type: 'unready', pid, why: `${config.text} ${lastWhy}` });
      }
    });
    return asking;
  }

  #beginLive(id: ProcessId, program: Live, config: LiveConfig): Asking {
    const asking = this.#asking(config);
    if (config.probe.kind === 'notify') {
      this.#expectPing(id, asking, config, config.rhythm.intervalMs);
      return asking;
    }
    this.#keepAsking(id, asking, ({ course, turned }) => {
      const { failures } = config.rhythm;
      const often = failures === 1 ? '' : ` (${failures} times in a row)`;
      if (turned === 'bad') this.#hangs(id, config, `${config.text} ${course.lastWhy}${often}`);
      else if (turned === 'good') this.#parts.log.info(`alive again: ${id} (pid ${program.pid})`);
    });
    return asking;
  }

  #asking(config: ProbeConfig): Asking {
    return { config, course: beginCourse(config.rhythm, this.#parts.os.now()), cancel: nothing };
  }

  #hangs(id: ProcessId, { action }: LiveConfig, why: string): void {
    if (action === 'restart') this.#parts.send(id, { type: 'restart', why: `${notAlive}${why}` });
    else this.#parts.log.warn(`not alive: ${id}: ${why} (live_action=event)`);
  }

  /** One try after the other; log and notify are told, not asked. */
  #keepAsking(id: ProcessId, asking: Asking, onStep: (step: ProbeStep) => void): void {
    const { os } = this.#parts;
    const { probe, rhythm } = asking.config;
    if (probe.kind === 'log' || probe.kind === 'notify') return;
    const dueAt = dueAtOf(asking.course);
    if (dueAt === undefined) return;
    asking.cancel = this.#agenda.at(dueAt, () => {
      asking.course = asked(asking.course, os.now());
      asking.cancel = this.#ask(id, asking.config, (verdict) => {
        const step = answered(asking.course, verdict, rhythm, os.now());
        asking.course = step.course;
        asking.cancel = nothing;
        this.#keepAsking(id, asking, onStep);
        onStep(step);
      });
    });
  }

  #ask(id: ProcessId, { probe, rhythm }: ProbeConfig, onVerdict: (verdict: Verdict) => void): Cancel {
    const { os, posix, side } = this.#parts;
    const { timeoutMs } = rhythm;
    if (probe.kind === 'exec') return side.ask(this.#parts.request(id, probe.command), timeoutMs, onVerdict);
    if (!('target' in probe) || probe.target === undefined) return nothing;
    return askServer({ os, posix, probe, target: probe.target, timeoutMs, onVerdict });
  }

  #notified(id: ProcessId, message: NotifyMessage): void {
    const program = this.#programs.get(id);
    const config = this.#parts.config(id);
    if (program === undefined || config === undefined) return;
    const { pid } = program;
    if (message.status !== undefined) program.status = message.status;
    if (config.ready?.probe.kind === 'notify' && message.state !== undefined) {
      const why = message.state === 'reloading' ? 'it says that it is reloading' : 'it says that it is stopping';
      this.#parts.send(id, message.state === 'ready' ? { type: 'ready', pid } : { type: 'unready', pid, why });
    }
    if (config.live?.probe.kind !== 'notify' || program.live === undefined) return;
    if (message.watchdog === 'trigger') this.#hangs(id, config.live, 'it says so itself (WATCHDOG=trigger)');
    else if (message.watchdog === 'ping' || message.watchdogMs !== undefined) {
      this.#expectPing(id, program.live, config.live, message.watchdogMs ?? config.live.rhythm.intervalMs);
    }
  }

  #expectPing(id: ProcessId, asking: Asking, config: LiveConfig, withinMs: number): void {
    asking.cancel();
    asking.cancel = nothing;
    if (withinMs === 0) return;
    asking.cancel = this.#agenda.at(this.#parts.os.now() + withinMs, () =>
      this.#hangs(id, config, `it has not said WATCHDOG=1 for ${limitText(withinMs)}`),
    );
  }
}

function viewOf({ config, course }: Asking): ProbeView {
  return { probe: config.text, standing: course.standing, why: course.lastWhy ?? '' };
}
