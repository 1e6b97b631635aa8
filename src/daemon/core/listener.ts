/**
 * What an event listener says on its stdout, read as Supervisor reads it (supervisor/dispatchers.py).
 *
 *                READY\n                  an event is sent
 *   ACKNOWLEDGED ───────► READY ───────────────────────────► BUSY
 *        ▲  │               │ any output                     │ │  RESULT 2\nOK, RESULT 4\nFAIL
 *        │  │ anything else ▼                 a bad RESULT   │ │
 *        │  └─────────► UNKNOWN ◄────────────────────────────┘ │
 *        └─────────────────────────────────────────────────────┘
 *
 * A listener that is UNKNOWN is deaf until it is started again. Bytes may come in any pieces: a READY split in two, or
 * a result and the next READY in one. Nothing is kept beyond what the next decision needs, however much is written.
 */

export type ListenerState =
  | { readonly name: 'ACKNOWLEDGED'; readonly held: Buffer }
  | { readonly name: 'READY' }
  /** The line of a result is awaited. */
  | { readonly name: 'BUSY'; readonly held: Buffer }
  /** Its body is: `length` bytes, of which `taken` have come; the first of them fill `body`, in place. */
  | { readonly name: 'BUSY'; readonly length: number; readonly taken: number; readonly body: Buffer }
  | { readonly name: 'UNKNOWN' };

export type ListenerNews =
  | { readonly type: 'changed'; readonly from: ListenerState['name']; readonly to: ListenerState['name'] }
  /** The answer is complete; `judge` has said what it is worth. */
  | { readonly type: 'result'; readonly verdict: Verdict }
  | { readonly type: 'badResult'; readonly line: Buffer };

/** What a result handler makes of a result: done, to be sent again, or the handler itself failed. */
export type Verdict = 'processed' | 'rejected' | 'failed';

export interface ListenerStep {
  readonly state: ListenerState;
  readonly news: readonly ListenerNews[];
}

const ready = Buffer.from('READY\n');
const nothing = Buffer.alloc(0);
const lineFeed = 0x0a;
/** Of `RESULT 2`, what stands before the number; what it says is not looked at, as in Supervisor. */
const resultWordLength = 'RESULT '.length;

/** Supervisor waits for the end of the line for ever; a line longer than this is no result. */
const MAX_LINE_BYTES = 16 * 1024;
/** A body is taken in whole, but no more of it than this is kept for the handler. */
export const MAX_BODY_BYTES = 1024 * 1024;

export const initialListener: ListenerState = { name: 'ACKNOWLEDGED', held: nothing };
/** An event was sent. */
export const busyListener: ListenerState = { name: 'BUSY', held: nothing };

/** Takes bytes in. `judge` is the pool's result handler. Nothing of `chunk` is kept by reference. */
export function listen(state: ListenerState, chunk: Buffer, judge: (body: Buffer) => Verdict): ListenerStep {
  const news: ListenerNews[] = [];
  let now = state;
  let data = 'held' in state && state.held.length > 0 ? Buffer.concat([state.held, chunk]) : chunk;
  const change = (to: ListenerState): void => {
    news.push({ type: 'changed', from: now.name, to: to.name });
    now = to;
  };
  while (data.length > 0) {
    switch (now.name) {
      case 'UNKNOWN':
        return { state: now, news };
      case 'READY':
        // Nothing was asked of it: it does not keep to the protocol.
        change({ name: 'UNKNOWN' });
        break;
      case 'ACKNOWLEDGED':
        if (data.length < ready.length) return { state: { ...now, held: Buffer.from(data) }, news };
        if (data.subarray(0, ready.length).equals(ready)) {
          data = data.subarray(ready.length);
          change({ name: 'READY' });
        } else {
          change({ name: 'UNKNOWN' });
        }
        break;
      case 'BUSY': {
        if ('length' in now) {
          const taken = Math.min(now.length - now.taken, data.length);
          data.copy(now.body, now.taken, 0, taken);
          now = { ...now, taken: now.taken + taken };
          data = data.subarray(taken);
          if (now.taken < now.length) return { state: now, news };
          const verdict = judge(now.body);
          news.push({ type: 'result', verdict });
          change(verdict === 'failed' ? { name: 'UNKNOWN' } : initialListener);
          break;
        }
        const end = data.indexOf(lineFeed);
        if (end < 0 && data.length <= MAX_LINE_BYTES) return { state: { ...now, held: Buffer.from(data) }, news };
        // However it comes: a line that fits in one read is no longer than one that does not.
        const isTooLong = end < 0 || end > MAX_LINE_BYTES;
        const line = data.subarray(0, isTooLong ? MAX_LINE_BYTES : end);
        const length = isTooLong ? undefined : resultLength(line);
        if (length === undefined) {
          news.push({ type: 'badResult', line: Buffer.from(line) });
          change({ name: 'UNKNOWN' });
        } else {
          data = data.subarray(end + 1);
          now = { name: 'BUSY', length, taken: 0, body: Buffer.alloc(Math.min(length, MAX_BODY_BYTES)) };
        }
        break;
      }
      default:
        now satisfies never;
    }
  }
  return { state: 'held' in now && now.held.length > 0 ? { ...now, held: nothing } : now, news };
}

/** The number in `RESULT 2`: what Python's `int()` takes, but never below zero. */
function resultLength(line: Buffer): number | undefined {
  const text = line.subarray(resultWordLength).toString('latin1');
  if (!/^[ \t\n\r\f\v]*[+-]?\d+(?:_\d+)*[ \t\n\r\f\v]*$/.test(text)) return undefined;
  const length = Number(text.replaceAll('_', ''));
  return length >= 0 ? length : undefined;
}
