/**
 * When a probe is asked, and when what it says counts. Pure; the daemon's own clock goes in, in milliseconds.
 *
 *     waiting until dueAt -- asked --> asking since begunAt -- answered --> waiting, or resting for good
 *
 * A probe stands where enough answers in a row have put it. Of readiness (`ready=`) it begins `unknown`, and is asked
 * at once and every 0.25 s until it is good; then every `ready_interval`, or never again if that is 0. Of liveness
 * (`live=`, from RUNNING on) it begins `good`, and is first asked after one interval. One try follows the other: the
 * interval counts from the beginning of a try, and a try that takes longer is followed by the next at once.
 *
 *     turned          of readiness                                   of liveness
 *     good            ready (again): into the upstream               alive again, if it was left running
 *     bad             unready: out of the upstream, no restart       dead: `live_action`
 *
 * That it never becomes ready is not known here: `ready_timeout` is a deadline of the process (core/), and its reason
 * is `lastWhy`.
 */
import type { Verdict } from './verdict.ts';

export interface ProbeRhythm {
  readonly begins: 'unknown' | 'good';
  /** Between the beginnings of two tries, until it is good for the first time. */
  readonly firstIntervalMs: number;
  /** Afterwards; 0: not asked any more. */
  readonly intervalMs: number;
  /** For each try. */
  readonly timeoutMs: number;
  /** So many in a row turn it bad, or good. */
  readonly failures: number;
  readonly successes: number;
}

export interface ProbeCourse {
  readonly standing: 'unknown' | 'good' | 'bad';
  /** Answers in a row that say something else than `standing`. */
  readonly contrary: number;
  /** What the last answer complained of; undefined when it was good. */
  readonly lastWhy: string | undefined;
  readonly phase:
    | { readonly name: 'waiting'; readonly dueAt: number }
    | { readonly name: 'asking'; readonly begunAt: number }
    | { readonly name: 'resting' };
}

export interface ProbeStep {
  readonly course: ProbeCourse;
  /** Where it stands from now on, if that is news. */
  readonly turned?: 'good' | 'bad';
}

const firstIntervalMs = 250;
const readyTimeoutMs = 3000;

/** `ready_interval`, `ready_failures`, `ready_successes`. */
export function readyRhythm(intervalMs: number, failures: number, successes: number): ProbeRhythm {
  return { begins: 'unknown', firstIntervalMs, intervalMs, timeoutMs: readyTimeoutMs, failures, successes };
}

/** `live_interval` (over 0), `live_timeout`, `live_failures`, `live_successes`. */
export function liveRhythm(intervalMs: number, timeoutMs: number, failures: number, successes: number): ProbeRhythm {
  return { begins: 'good', firstIntervalMs: intervalMs, intervalMs, timeoutMs, failures, successes };
}

export function beginCourse({ begins, intervalMs }: ProbeRhythm, now: number): ProbeCourse {
  const dueAt = begins === 'unknown' ? now : now + intervalMs;
  return { standing: begins, contrary: 0, lastWhy: undefined, phase: { name: 'waiting', dueAt } };
}

/** The moment from which on it is to be asked, if it ever is. */
export function dueAtOf({ phase }: ProbeCourse): number | undefined {
  return phase.name === 'waiting' ? phase.dueAt : undefined;
}

/** A try has begun. */
export function asked(course: ProbeCourse, now: number): ProbeCourse {
  return { ...course, phase: { name: 'asking', begunAt: now } };
}

/** The try's verdict. One that nobody asked for changes nothing. */
export function answered(course: ProbeCourse, verdict: Verdict, rhythm: ProbeRhythm, now: number): ProbeStep {
  if (course.phase.name !== 'asking') return { course };
  const { begunAt } = course.phase;
  const lastWhy = verdict.ok ? undefined : verdict.why;
  const isContrary = verdict.ok ? course.standing !== 'good' : course.standing === 'good';
  const contrary = isContrary ? course.contrary + 1 : 0;
  const isTurned = isContrary && contrary >= (verdict.ok ? rhythm.successes : rhythm.failures);
  const turned = verdict.ok ? 'good' : 'bad';
  const standing = isTurned ? turned : course.standing;
  const intervalMs = standing === 'unknown' ? rhythm.firstIntervalMs : rhythm.intervalMs;
  const phase: ProbeCourse['phase'] =
    intervalMs === 0 ? { name: 'resting' } : { name: 'waiting', dueAt: Math.max(begunAt + intervalMs, now) };
  const next = { standing, contrary: isTurned ? 0 : contrary, lastWhy, phase };
  return isTurned ? { course: next, turned } : { course: next };
}
