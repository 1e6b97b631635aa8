import { expect, test } from 'vitest';
import { OutputCapture } from '../../../src/daemon/logs/output.ts';
import type { OutputSink } from '../../../src/daemon/logs/output-lane.ts';
import { FakePosix } from './support/fake-posix.ts';
import { ManualClock } from './support/manual-clock.ts';

class Sink implements OutputSink {
  readonly isPrompt: boolean;
  isCongested = false;
  isEnded = false;
  text = '';
  onTake: () => void = () => undefined;

  constructor(isPrompt = false) {
    this.isPrompt = isPrompt;
  }

  splice(): undefined {
    return undefined;
  }

  take(chunk: Buffer): void {
    this.text += chunk.toString();
    this.onTake();
  }

  end(): void {
    this.isEnded = true;
  }
}

function setUp() {
  const posix = new FakePosix();
  const clock = new ManualClock();
  const bugs: string[] = [];
  return {
    bugs,
    posix,
    clock,
    output: new OutputCapture(posix, clock, {
      pipeMaxBytes: 1024 * 1024,
      promptDelayMs: 2,
      onBug: (error) => bugs.push(String(error)),
    }),
  };
}

test('silent programs arm no timer and make no call', () => {
  const { posix, clock, output } = setUp();
  for (let i = 0; i < 1_000; i += 1) output.attach(posix.pipe(), new Sink());
  expect(posix.poll()).toBe(0);
  expect(clock.armed).toBe(0);
  expect(posix.calls).toEqual([]);
  expect(posix.polling).toBe(1);
});

test('what fifty programs write within 20 ms is taken in one pass, and then it is silent again', () => {
  const { posix, clock, output } = setUp();
  const all = Array.from({ length: 50 }, () => ({ fd: posix.pipe(), sink: new Sink() }));
  for (const { fd, sink } of all) output.attach(fd, sink);
  let called = 0;
  for (const { fd } of all) {
    posix.feed(fd, 'line\n');
    called += posix.poll();
  }
  expect(called).toBe(1);
  clock.advance(19);
  expect(all[0]?.sink.text).toBe('');
  clock.advance(1);
  expect(all.every(({ sink }) => sink.text === 'line\n')).toBe(true);
  expect(posix.calls).toHaveLength(50);
  expect(clock.armed).toBe(0);
  expect(posix.polling).toBe(1);
});

test('what an event listener writes is taken after 2 ms, while others wait', () => {
  const { posix, clock, output } = setUp();
  const sink = new Sink(true);
  const other = new Sink();
  const fd = posix.pipe();
  output.attach(fd, sink);
  output.attach(posix.pipe('other'), other);
  posix.poll();
  posix.feed(fd, 'RESULT 2\nOK');
  posix.poll();
  posix.feed(fd, 'READY\n');
  clock.advance(2);
  expect(sink.text).toBe('RESULT 2\nOKREADY\n');
  expect(other.text).toBe('');
});

test('the end of the output closes the pipe and is told once', () => {
  const { posix, clock, output } = setUp();
  const sink = new Sink();
  const fd = posix.pipe('last words');
  const source = output.attach(fd, sink);
  posix.feed(fd, '', true);
  posix.poll();
  clock.advance(20);
  posix.poll();
  clock.advance(20);
  expect(sink).toMatchObject({ text: 'last words', isEnded: true });
  expect(posix.closed).toEqual([fd]);
  output.finish(source);
  expect(posix.closed).toEqual([fd]);
  expect(posix.polling).toBe(0);
  expect(clock.armed).toBe(0);
});

test('at the exit of a program its pipe is emptied without waiting', () => {
  const { posix, output } = setUp();
  const sink = new Sink();
  const fd = posix.pipe('x'.repeat(65_536));
  const source = output.attach(fd, sink);
  output.drainNow(source);
  expect(sink.text).toHaveLength(65_536);
  expect(sink.isEnded).toBe(false);
  output.finish(source);
  expect(sink.isEnded).toBe(true);
});

test('at the exit of a program the end of its output is found at once', () => {
  const { posix, output } = setUp();
  const sink = new Sink();
  const fd = posix.pipe('last words');
  const source = output.attach(fd, sink);
  posix.feed(fd, '', true);
  output.drainNow(source);
  expect(sink).toMatchObject({ text: 'last words', isEnded: true });
});

test('a grandchild that never stops writing does not hold up the exit of its parent', () => {
  const { posix, output } = setUp();
  const sink = new Sink();
  const fd = posix.pipe('x'.repeat(65_536));
  sink.onTake = () => posix.feed(fd, 'x'.repeat(65_536));
  output.finish(output.attach(fd, sink));
  expect(sink.isEnded).toBe(true);
  expect(sink.text).toHaveLength(65_536);
});

test('one program that writes without end leaves the others their turn', () => {
  const { posix, clock, output } = setUp();
  const loud = new Sink();
  const quiet = new Sink();
  const fd = posix.pipe('x'.repeat(65_536));
  loud.onTake = () => posix.feed(fd, 'x'.repeat(65_536));
  output.attach(fd, loud);
  output.attach(posix.pipe('hello'), quiet);
  posix.poll();
  loud.onTake = () => {
    posix.feed(fd, 'x'.repeat(65_536));
    clock.advance(1);
  };
  clock.advance(20);
  const firstTurn = loud.text.length;
  expect(firstTurn).toBeLessThanOrEqual(1024 * 1024);
  clock.advance(1);
  expect(quiet.text).toBe('hello');
});

test('a pipe is grown only when it is found half full', () => {
  const { posix, clock, output } = setUp();
  const quiet = posix.pipe('x'.repeat(1_000));
  const busy = posix.pipe('x'.repeat(32_768));
  output.attach(quiet, new Sink());
  output.attach(busy, new Sink());
  posix.poll();
  clock.advance(20);
  expect(posix.sizeOf(quiet)).toBe(65_536);
  expect(posix.sizeOf(busy)).toBe(1024 * 1024);
});

test('while a log cannot take more, the output stays in its pipe', () => {
  const { posix, clock, output } = setUp();
  const sink = new Sink();
  sink.isCongested = true;
  const fd = posix.pipe('wait');
  output.attach(fd, sink);
  posix.poll();
  clock.advance(200);
  expect(posix.left(fd)).toBe(4);
  sink.isCongested = false;
  clock.advance(20);
  expect(sink.text).toBe('wait');
});

test('a stream that is handed over is neither read nor closed', () => {
  const { posix, clock, output } = setUp();
  const sink = new Sink();
  const fd = posix.pipe('theirs');
  output.detach(output.attach(fd, sink));
  posix.poll();
  clock.advance(100);
  output.close();
  expect(posix.left(fd)).toBe(6);
  expect(posix.closed).not.toContain(fd);
  expect(sink.isEnded).toBe(false);
});

test('closing takes what is left everywhere', () => {
  const { posix, clock, output } = setUp();
  const sinks = [new Sink(), new Sink(true)];
  for (const sink of sinks) output.attach(posix.pipe('left'), sink);
  posix.poll();
  output.close();
  expect(sinks.every((sink) => sink.text === 'left' && sink.isEnded)).toBe(true);
  expect(clock.armed).toBe(0);
  expect(posix.polling).toBe(0);
});

test('a stream that is ended while another is looked at does not change the bytes of that one', () => {
  const { posix, clock, output } = setUp();
  const other = new Sink();
  const source = output.attach(posix.pipe('other'), other);
  let seen = '';
  const sink = new Sink();
  sink.take = (chunk) => {
    output.finish(source);
    seen = chunk.toString();
  };
  output.attach(posix.pipe('first'), sink);
  posix.feed(source.fd, '');
  output.drainNow(output.attach(posix.pipe('again'), sink));
  expect([seen, other.text]).toEqual(['again', 'other']);
  output.close();
  expect(clock.armed).toBe(0);
});

test('a sink that throws does not silence the others, nor itself for ever', () => {
  const { posix, clock, output, bugs } = setUp();
  const broken = new Sink();
  const sound = new Sink();
  const fd = posix.pipe('one');
  output.attach(fd, broken);
  output.attach(posix.pipe('two'), sound);
  broken.onTake = () => {
    throw new Error('broken');
  };
  posix.poll();
  clock.advance(20);
  expect(bugs).toEqual(['Error: broken']);
  expect(sound.text).toBe('two');
  broken.onTake = () => undefined;
  posix.feed(fd, ' three');
  posix.poll();
  clock.advance(20);
  expect(broken.text).toBe('one three');
});

test('a stream whose sink throws can be ended like any other', () => {
  const { posix, output, bugs } = setUp();
  const broken = new Sink();
  const source = output.attach(posix.pipe('one'), broken);
  broken.onTake = () => {
    throw new Error('broken');
  };
  broken.end = () => {
    throw new Error('broken at its end');
  };
  output.finish(source);
  expect(bugs).toEqual(['Error: broken', 'Error: broken at its end']);
});
