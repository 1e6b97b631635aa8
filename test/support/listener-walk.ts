/** The listener protocol under hostile streams: how they are cut makes no difference, and nothing much is kept. */
import { inspect, isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  busyListener,
  initialListener,
  type ListenerNews,
  type ListenerState,
  listen,
  MAX_BODY_BYTES,
  type Verdict,
} from '../../src/daemon/core/listener.ts';
import { type ListenerStream, listenerStream } from './listener-streams.ts';

/** A line that is still being awaited, and a body. */
const MAX_KEPT_BYTES = 16 * 1024 + MAX_BODY_BYTES;

const judge = (body: Buffer): Verdict => {
  if (body.toString() === 'OK') return 'processed';
  return body.length === 7 ? 'failed' : 'rejected';
};

function run(from: ListenerState, chunks: readonly Buffer[]): { state: ListenerState; news: ListenerNews[] } {
  const news: ListenerNews[] = [];
  let state = from;
  for (const chunk of chunks) {
    // Pipes are read into memory that is used again.
    const shared = Buffer.from(chunk);
    const step = listen(state, shared, judge);
    shared.fill(0xaa);
    state = step.state;
    news.push(...step.news);
    if (keptBytes(state) > MAX_KEPT_BYTES) throw new Error(`${keptBytes(state)} bytes are kept`);
  }
  return { state, news };
}

function keptBytes(state: ListenerState): number {
  if ('held' in state) return state.held.length;
  return 'body' in state ? state.body.length : 0;
}

function pieces({ text, cuts }: ListenerStream): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  const ends = [...cuts, bytes.length];
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end));
}

/** Throws at the first stream that is understood differently in pieces, with the smallest such stream. */
export function walkListenerStreams(seed: number, count: number): void {
  fc.assert(
    fc.property(listenerStream, fc.boolean(), (stream, isBusy) => {
      const from = isBusy ? busyListener : initialListener;
      const whole = run(from, [Buffer.from(stream.text, 'latin1')]);
      const cut = run(from, pieces(stream));
      if (!isDeepStrictEqual(whole, cut)) throw new Error(`Whole: ${inspect(whole)}\nCut: ${inspect(cut)}`);
    }),
    { seed, numRuns: count },
  );
}
