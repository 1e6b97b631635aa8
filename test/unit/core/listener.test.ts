import { expect, test } from 'vitest';
import type { ListenerNews, ListenerState, Verdict } from '../../../src/daemon/core/listener.ts';
import { busyListener, initialListener, listen, MAX_BODY_BYTES } from '../../../src/daemon/core/listener.ts';

const isOk = (body: Buffer): Verdict => (body.toString() === 'OK' ? 'processed' : 'rejected');

/** Feeds pieces in, and tells in words what came of them. */
function fed(
  state: ListenerState,
  pieces: readonly (string | Buffer)[],
  judge = isOk,
): { state: ListenerState; news: string[] } {
  const news: string[] = [];
  let now = state;
  for (const piece of pieces) {
    const step = listen(now, Buffer.from(piece), judge);
    now = step.state;
    news.push(...step.news.map(shown));
  }
  return { state: now, news };
}

function shown(news: ListenerNews): string {
  if (news.type === 'changed') return `${news.from} -> ${news.to}`;
  return news.type === 'result' ? news.verdict : `bad: ${news.line.toString('latin1')}`;
}

test('a listener is ready when it has said so, whole or in pieces', () => {
  expect(fed(initialListener, ['READY\n']).news).toEqual(['ACKNOWLEDGED -> READY']);
  expect(fed(initialListener, ['R', 'EA', 'DY']).news).toEqual([]);
  expect(fed(initialListener, ['R', 'EA', 'DY', '\n']).state).toEqual({ name: 'READY' });
});

test('five bytes are awaited, six other bytes make it UNKNOWN', () => {
  expect(fed(initialListener, ['hello']).state.name).toBe('ACKNOWLEDGED');
  expect(fed(initialListener, ['hello!']).news).toEqual(['ACKNOWLEDGED -> UNKNOWN']);
  expect(fed(initialListener, ['\nREADY']).state.name).toBe('UNKNOWN');
});

test('whoever speaks without having been asked is UNKNOWN, and stays so', () => {
  expect(fed(initialListener, ['READY\n', 'x']).news).toEqual(['ACKNOWLEDGED -> READY', 'READY -> UNKNOWN']);
  expect(fed(initialListener, ['READY\nREADY\n']).state.name).toBe('UNKNOWN');
  expect(fed({ name: 'UNKNOWN' }, ['READY\n']).news).toEqual([]);
});

test('a result and the next READY may come in one piece, or byte by byte', () => {
  const stream = 'RESULT 2\nOKREADY\n';
  const expected = ['processed', 'BUSY -> ACKNOWLEDGED', 'ACKNOWLEDGED -> READY'];
  expect(fed(busyListener, [stream]).news).toEqual(expected);
  expect(fed(busyListener, [...stream]).news).toEqual(expected);
  expect(fed(busyListener, ['RESULT 2\nO', 'KREA', 'DY\n']).news).toEqual(expected);
});

test('FAIL, and any other body, is a rejection', () => {
  expect(fed(busyListener, ['RESULT 4\nFAIL']).news).toEqual(['rejected', 'BUSY -> ACKNOWLEDGED']);
  expect(fed(busyListener, ['RESULT 3\nOK\n']).news).toEqual(['rejected', 'BUSY -> ACKNOWLEDGED']);
});

test('a handler that fails makes its listener UNKNOWN', () => {
  expect(fed(busyListener, ['RESULT 2\nOKREADY\n'], () => 'failed').news).toEqual(['failed', 'BUSY -> UNKNOWN']);
});

test('a line feed after the body is not forgiven', () => {
  expect(fed(busyListener, ['RESULT 2\nOK\nREADY\n']).state.name).toBe('UNKNOWN');
});

test.each(['RESULT x', 'RESULT', 'RESULT ', 'RESULT 1.5', 'RESULT 0x2', 'RESULT -1', 'RESULT 1__0', 'OK', ''])(
  'the line "%s" is no result',
  (line) => {
    expect(fed(busyListener, [`${line}\nOK`]).news).toEqual([`bad: ${line}`, 'BUSY -> UNKNOWN']);
  },
);

test.each(['FOOBAR 2', 'RESULT  +2 ', 'RESULT 0_2', 'RESULT 2\r'])(
  'the line "%s" announces two bytes, as with Supervisor',
  (line) => {
    expect(fed(busyListener, [`${line}\nOK`]).news).toEqual(['processed', 'BUSY -> ACKNOWLEDGED']);
  },
);

test('an empty result is complete once anything follows it', () => {
  expect(fed(busyListener, ['RESULT 0\n']).news).toEqual([]);
  expect(fed(busyListener, ['RESULT 0\n', 'READY\n']).state.name).toBe('READY');
});

test('a line that never ends is given up and not kept', () => {
  const flood = Buffer.alloc(64 * 1024, 'x');
  const { state, news } = fed(busyListener, [flood, flood]);
  expect(state).toEqual({ name: 'UNKNOWN' });
  expect(news[1]).toBe('BUSY -> UNKNOWN');
});

test('of a body of terabytes only the beginning is kept, and the count goes on', () => {
  let state = fed(busyListener, ['RESULT 1000000000000\n']).state;
  for (let i = 0; i < 40; i += 1) state = fed(state, [Buffer.alloc(64 * 1024, 'x')]).state;
  expect(state).toMatchObject({ name: 'BUSY', taken: 40 * 64 * 1024 });
  expect('body' in state && state.body.length).toBe(MAX_BODY_BYTES);
});

test('what is kept of a piece does not change with the memory that it came in', () => {
  const memory = Buffer.from('READ');
  const { state } = listen(initialListener, memory, isOk);
  memory.fill('x');
  expect(fed(state, ['Y\n']).state.name).toBe('READY');
});
