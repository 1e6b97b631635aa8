/**
 * How the last runs of each process ended, and what they said at last: what `why NAME` tells. All in memory and all
 * bounded: 10 ends of a process, of a bad one 50 lines of each stream, and of all lines together no more than
 * MAX_CHARACTERS; beyond that the oldest ends keep their cause and lose their lines.
 *
 *     runtime: a child has ended, its output is taken in ──► ended ──► causeOf (why), log-end.ts (last words)
 *                                                                └──► then the core and the world are told
 *
 * A process that has never ended costs nothing here.
 */
import type { ExitInfo } from '../rpc/insight.ts';
import type { ProcessRecord } from './core/process-record.ts';
import { pidOf } from './core/process-record.ts';
import { secondsText } from './core/restart.ts';
import { exitText, signalName } from './core/signals.ts';
import type { ProcessSpec } from './core/spec.ts';
import type { Event, ProcessId } from './core/supervisor-messages.ts';
import { type EndLimits, lastLinesOf, type OutputEnd } from './logs/log-end.ts';
import type { ExitStatus, Os } from './os/os.ts';
import { notAlive } from './program-probes.ts';

export interface ExitsParts {
  readonly os: Pick<Os, 'now' | 'epoch'>;
  record(id: ProcessId): ProcessRecord | undefined;
  spec(id: ProcessId): ProcessSpec | undefined;
  output(id: ProcessId): Readonly<Partial<Record<'stdout' | 'stderr', OutputEnd>>>;
}

type Cause = Pick<ExitInfo, 'cause' | 'text' | 'expected'>;

interface Kept {
  info: ExitInfo;
  readonly characters: number;
}

const MAX_EXITS = 10;
const MAX_GONE = 100;
const limits: EndLimits = { bytes: 64 * 1024, lines: 50, characters: 500 };
const MAX_CHARACTERS = 8 * 1024 * 1024;

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;

export class Exits {
  readonly #parts: ExitsParts;
  /** The newest first. */
  readonly #exits = new Map<ProcessId, Kept[]>();
  /** Those with lines, the oldest first. */
  readonly #spoken = new Set<Kept>();
  #characters = 0;
  /** Processes that are no more: an update takes one out and in again, and its past is still its own. */
  readonly #gone = new Set<ProcessId>();
  /** Starts again, by the minute in which they were. */
  readonly #starts = new Map<ProcessId, Map<number, number>>();

  constructor(parts: ExitsParts) {
    this.#parts = parts;
  }

  /** Before its state changes: with an `exit`, or `why` it could not be started; with both, it never became the program. */
  ended(id: ProcessId, exit: ExitStatus | undefined, why?: string): void {
    const { os } = this.#parts;
    const record = this.#parts.record(id);
    const spec = this.#parts.spec(id);
    if (record === undefined || spec === undefined) return;
    const cause = causeOf(record, spec, os.now(), exit, why);
    const output = cause.expected || exit === undefined ? {} : this.#parts.output(id);
    const at = os.epoch();
    this.#keep(id, {
      at,
      pid: exit?.pid ?? 0,
      ran: pidOf(record.state) === 0 ? 0 : Math.max(0, at - record.startEpoch),
      ...cause,
      status: exit === undefined || exit.signal !== undefined ? -1 : (exit.code ?? 0),
      signal: exit?.signal === undefined ? '' : signalName(exit.signal),
      stdout: output.stdout === undefined ? [] : lastLinesOf(output.stdout, limits),
      stderr: output.stderr === undefined ? [] : lastLinesOf(output.stderr, limits),
    });
  }

  happened(event: Event): void {
    if (event.type === 'processState' && event.to === 'STARTING') {
      const isFirst = event.from === 'STOPPED' && this.#parts.record(event.id)?.stopEpoch === 0;
      if (!isFirst) this.#started(event.id);
    } else if (event.type === 'member' && event.is === 'removed') {
      this.#left([event.id]);
    } else if (event.type === 'groupRemoved') {
      const known = [...this.#exits.keys(), ...this.#starts.keys()];
      this.#left(known.filter((id) => id.startsWith(`${event.group}:`)));
    }
  }

  /** The newest first. */
  of(id: ProcessId): readonly ExitInfo[] {
    return (this.#exits.get(id) ?? []).map(({ info }) => info);
  }

  /** How often it has been started again within the last hour. */
  restarts(id: ProcessId): number {
    const starts = this.#starts.get(id);
    if (starts === undefined) return 0;
    const since = Math.floor(this.#parts.os.now() / MINUTE_MS) - HOUR_MINUTES;
    return [...starts].reduce((sum, [minute, count]) => (minute > since ? sum + count : sum), 0);
  }

  #started(id: ProcessId): void {
    const starts = this.#starts.get(id) ?? new Map<number, number>();
    const minute = Math.floor(this.#parts.os.now() / MINUTE_MS);
    starts.set(minute, (starts.get(minute) ?? 0) + 1);
    for (const old of starts.keys()) if (old <= minute - HOUR_MINUTES) starts.delete(old);
    this.#starts.set(id, starts);
  }

  #keep(id: ProcessId, info: ExitInfo): void {
    const characters = [...info.stdout, ...info.stderr].reduce((sum, line) => sum + line.length, 0);
    const kept: Kept = { info, characters };
    const all = this.#exits.get(id) ?? [];
    this.#exits.set(id, all);
    all.unshift(kept);
    for (const old of all.splice(MAX_EXITS)) this.#silence(old);
    if (characters === 0) return;
    this.#spoken.add(kept);
    this.#characters += characters;
    for (const oldest of this.#spoken) {
      if (this.#characters <= MAX_CHARACTERS) break;
      this.#silence(oldest);
    }
  }

  #silence(kept: Kept): void {
    if (!this.#spoken.delete(kept)) return;
    this.#characters -= kept.characters;
    kept.info = { ...kept.info, stdout: [], stderr: [] };
  }

  #left(ids: readonly ProcessId[]): void {
    for (const id of ids) {
      this.#gone.delete(id);
      this.#gone.add(id);
    }
    for (const id of this.#gone) {
      if (this.#gone.size <= MAX_GONE) break;
      this.#gone.delete(id);
      // It may be there again.
      if (this.#parts.record(id) === undefined) this.#forget(id);
    }
  }

  #forget(id: ProcessId): void {
    for (const kept of this.#exits.get(id) ?? []) this.#silence(kept);
    this.#exits.delete(id);
    this.#starts.delete(id);
  }
}

/** What an end comes from, in the words of the log; `record` is from before it, `at` the daemon's clock. */
export function causeOf(
  { state }: ProcessRecord,
  spec: ProcessSpec,
  at: number,
  exit: ExitStatus | undefined,
  why: string | undefined,
): Cause {
  if (exit === undefined || why !== undefined) {
    const text = why ?? '';
    return { cause: /^port \d+ is /.test(text) ? 'port' : 'spawn', text, expected: false };
  }
  const how = exitText(exit.code, exit.signal, exit.coreDumped);
  if (state.name === 'STOPPING') {
    if (state.why === undefined) return { cause: 'stopped', text: `stopped (${how})`, expected: true };
    const isHung = state.why.startsWith(notAlive);
    const text = `${state.thenStart ? 'restarted' : 'stopped'}: ${state.why} (${how})`;
    return { cause: isHung ? 'probe' : 'stopped', text, expected: !isHung };
  }
  const cause = exit.signal === undefined ? 'exit' : 'signal';
  if (state.name === 'STARTING') {
    const { readiness } = state;
    if (readiness?.isGood === false && readiness.killAt !== undefined) {
      const within = secondsText(spec.ready?.timeoutMs ?? 0);
      return { cause: 'probe', text: `Not ready within ${within}: ${readiness.why} (${how})`, expected: false };
    }
    if (readiness?.isGood === false) return { cause, text: `Exited before ready: ${how}`, expected: false };
    if (at < state.upAt) return { cause, text: `Exited too quickly: ${how}`, expected: false };
  }
  const expected = spec.exitCodes.includes(exit.signal === undefined ? (exit.code ?? 0) : -1);
  return { cause, text: `${how}; ${expected ? 'expected' : 'not expected'}`, expected };
}
