import fc from 'fast-check';
import { expect, test } from 'vitest';
import { capture, endCapture, initialCapture } from '../../../src/daemon/core/capture.ts';

const begin = '<!--XSUPERVISOR:BEGIN-->';
const end = '<!--XSUPERVISOR:END-->';

/** What came out for these chunks, and what more came when the stream ended. */
function run(chunks: readonly string[], maxBytes = 1_000) {
  let state = initialCapture;
  const log: string[] = [];
  const captured: string[] = [];
  const events: string[] = [];
  const note = (pieces: ReturnType<typeof capture>['pieces']) => {
    for (const piece of pieces) {
      const text = piece.bytes.toString();
      if (piece.type === 'communication') events.push(text);
      else (piece.isCaptured ? captured : log).push(text);
    }
  };
  for (const chunk of chunks) {
    const step = capture(state, Buffer.from(chunk), maxBytes);
    state = step.state;
    note(step.pieces);
  }
  const before = { log: log.join(''), captured: captured.join(''), events: [...events] };
  note(endCapture(state, maxBytes).pieces);
  return { before, log: log.join(''), captured: captured.join(''), events };
}

test('what stands between the tokens is an event and not in the log', () => {
  const { before } = run([`before ${begin}the data${end}; and after, long enough to be judged`]);
  expect(before).toEqual({
    log: 'before ; and after, long enough to be judged',
    captured: 'the data',
    events: ['the data'],
  });
});

test('several pairs in one read are several events', () => {
  expect(run([`${begin}one${end}${begin}two${end}${begin}${end}.`]).events).toEqual(['one', 'two', '']);
});

test('output not longer than the awaited token is held back, and is not lost when the program ends', () => {
  const { before, log } = run(['0123456789', '01234567890123']);
  expect(before.log).toBe('');
  expect(log).toBe('012345678901234567890123');
  expect(run(['0123456789', '012345678901234']).before.log).toBe('0123456789012345678901234');
});

test('a pair that ends exactly at the end of the output is an event', () => {
  expect(run([`x${begin}`, end]).events).toEqual(['']);
  expect(run([`log log log log log log log${begin}`, 'data', end])).toMatchObject({ events: ['data'] });
});

test('a begin without an end is no event, and its output is in no log', () => {
  expect(run([`${begin}never ended`])).toMatchObject({ log: '', captured: 'never ended', events: [] });
});

test('of captured output the newest is kept: a chunk that overflows drops as much as it brings', () => {
  expect(run([`${begin}0123456789`, `0123456789abcdefghij0123456789`, end], 10).events[0]?.length).toBeGreaterThan(10);
  // 22 bytes are examined with the first chunk's rest; then 4 more push out the 4 oldest.
  const one = 'a'.repeat(30);
  const two = 'b'.repeat(26);
  expect(run([begin + one, two, end], 50).events).toEqual(['a'.repeat(4) + two]);
});

test('wherever the output is cut, log and events are the same', () => {
  const text = `some log ${begin}first <!--XSUP captured${end} <!--XSUPERVISOR:BEG not one ${begin}second${end}${end} rest of it all`;
  const whole = run([text]);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length];
      const chunks = at.slice(1).map((to, index) => text.slice(at[index], to));
      const { log, captured, events } = run(chunks);
      expect({ log, captured, events }).toEqual({ log: whole.log, captured: whole.captured, events: whole.events });
    }),
  );
  expect(whole.events).toEqual(['first <!--XSUP captured', 'second']);
});
