import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProbeAgenda } from '../../../src/daemon/probes/agenda.ts';
import {
  answered,
  asked,
  beginCourse,
  dueAtOf,
  liveRhythm,
  type ProbeCourse,
  type ProbeRhythm,
  readyRhythm,
} from '../../../src/daemon/probes/schedule.ts';
import type { Verdict } from '../../../src/daemon/probes/verdict.ts';
import { FakeOs } from '../../support/fake-os.ts';

const good: Verdict = { ok: true };
const bad: Verdict = { ok: false, why: 'refused the connection' };

/** Asks when it is due, until it is not asked any more; each answer comes after so many ms. When, and the news. */
function play(rhythm: ProbeRhythm, answers: string, tookMs = 0): { at: number[]; news: string[]; course: ProbeCourse } {
  let course = beginCourse(rhythm, 0);
  const at: number[] = [];
  const news: string[] = [];
  for (const answer of answers) {
    const dueAt = dueAtOf(course);
    if (dueAt === undefined) break;
    at.push(dueAt);
    const step = answered(asked(course, dueAt), answer === '+' ? good : bad, rhythm, dueAt + tookMs);
    course = step.course;
    if (step.turned !== undefined) news.push(`${at.length}:${step.turned}`);
  }
  return { at, news, course };
}

describe('readiness', () => {
  test('is asked at once and every quarter of a second until it is good, and then not again', () => {
    const { at, news, course } = play(readyRhythm(0, 3, 1), '---++++');
    expect(at).toEqual([0, 250, 500, 750]);
    expect(news).toEqual(['4:good']);
    expect(dueAtOf(course)).toBeUndefined();
  });

  test('ready_interval asks on, also while it is unready', () => {
    const { at, news } = play(readyRhythm(5_000, 3, 1), '-+--+---+-', 10);
    expect(at.slice(0, 4)).toEqual([0, 250, 5_250, 10_250]);
    expect(new Set(at.slice(2).map((time, index) => time - (at[index + 1] ?? 0)))).toEqual(new Set([5_000]));
    expect(news).toEqual(['2:good', '8:bad', '9:good']);
  });

  test('ready_successes in a row make it ready, the first time too', () => {
    const { at, news } = play(readyRhythm(0, 3, 3), '++-+++');
    expect(at).toEqual([0, 250, 500, 750, 1_000, 1_250]);
    expect(news).toEqual(['6:good']);
  });

  test('failures before it was ready are no news, and the last one is known', () => {
    const { news, course } = play(readyRhythm(5_000, 1, 1), '-----');
    expect(news).toEqual([]);
    expect(course.lastWhy).toBe('refused the connection');
    expect(play(readyRhythm(5_000, 1, 1), '-+').course.lastWhy).toBeUndefined();
  });

  test('a try that takes longer than the interval is followed by the next at once', () => {
    expect(play(readyRhythm(0, 3, 1), '---', 3_000).at).toEqual([0, 3_000, 6_000]);
    expect(readyRhythm(0, 3, 1).timeoutMs).toBe(3_000);
  });
});

describe('liveness', () => {
  test('is first asked after one interval, and live_failures in a row are news once', () => {
    const { at, news } = play(liveRhythm(10_000, 3_000, 3, 1), '+--+-----', 20);
    expect(at.slice(0, 3)).toEqual([10_000, 20_000, 30_000]);
    expect(news).toEqual(['7:bad']);
  });

  test('live_successes in a row make it alive again', () => {
    expect(play(liveRhythm(10_000, 3_000, 1, 2), '-+-++').news).toEqual(['1:bad', '5:good']);
  });
});

test('a verdict that nobody asked for changes nothing', () => {
  const rhythm = readyRhythm(0, 3, 1);
  const course = beginCourse(rhythm, 0);
  expect(answered(course, good, rhythm, 5)).toEqual({ course });
  const { course: resting } = play(rhythm, '+');
  expect(answered(resting, bad, rhythm, 5)).toEqual({ course: resting });
});

test('whatever is answered, news alternate, and the next try is never in the past', () => {
  const count = fc.integer({ min: 1, max: 4 });
  const rhythms = fc.oneof(
    fc.tuple(fc.constantFrom(0, 100, 5_000), count, count).map((numbers) => readyRhythm(...numbers)),
    fc.tuple(fc.constantFrom(100, 5_000), count, count).map(([ms, f, s]) => liveRhythm(ms, 3_000, f, s)),
  );
  const answers = fc.string({ unit: fc.constantFrom('+', '-'), maxLength: 40 });
  fc.assert(
    fc.property(rhythms, answers, fc.nat(4_000), (rhythm, given, tookMs) => {
      const { at, news } = play(rhythm, given, tookMs);
      const turns = news.map((text) => text.split(':')[1]);
      const first = rhythm.begins === 'good' ? 'bad' : 'good';
      expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? first : first === 'good' ? 'bad' : 'good')));
      for (const [index, time] of at.entries())
        if (index > 0) expect(time).toBeGreaterThanOrEqual(at[index - 1]! + tookMs);
    }),
  );
});

describe('the alarm clock of all probes', () => {
  test('what is due within 50 ms is run with the first, in order, and what is later by itself', () => {
    const os = new FakeOs();
    const agenda = new ProbeAgenda(os);
    const start = os.now();
    const ran: string[] = [];
    for (const ms of [140, 151, 100, 150]) agenda.at(start + ms, () => ran.push(`${ms} at ${os.now() - start}`));
    expect(os.pending).toBe(1);
    os.advance(1_000);
    expect(ran).toEqual(['100 at 100', '140 at 100', '150 at 100', '151 at 151']);
    expect(os.pending).toBe(0);
  });

  test('one that is taken back is not run, also by another that runs with it, and the last one takes the alarm with it', () => {
    const os = new FakeOs();
    const agenda = new ProbeAgenda(os);
    const ran: string[] = [];
    const cancel = agenda.at(os.now() + 20, () => ran.push('second'));
    agenda.at(os.now() + 10, () => {
      ran.push('first');
      cancel();
    });
    os.advance(100);
    expect(ran).toEqual(['first']);
    agenda.at(os.now() + 10, () => ran.push('never'))();
    expect(os.pending).toBe(0);
  });

  test('one that is set by one that runs has its own time', () => {
    const os = new FakeOs();
    const agenda = new ProbeAgenda(os);
    const start = os.now();
    const ran: number[] = [];
    const again = (): void => {
      ran.push(os.now() - start);
      if (ran.length < 4) agenda.at(os.now() + 30, again);
    };
    agenda.at(start, again);
    os.advance(500);
    expect(ran).toEqual([0, 30, 60, 90]);
  });

  test('one that throws takes no other with it', () => {
    const os = new FakeOs();
    const agenda = new ProbeAgenda(os);
    const ran: string[] = [];
    agenda.at(os.now() + 10, () => {
      throw new Error('a bug');
    });
    agenda.at(os.now() + 20, () => ran.push('other'));
    expect(() => os.advance(15)).toThrow('a bug');
    os.advance(100);
    expect(ran).toEqual(['other']);
  });
});
