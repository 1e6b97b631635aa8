import { expect, test } from 'vitest';
import { ChildOutput, type ChildOutputOptions, ListenerOutput } from '../../../src/daemon/logs/child-output.ts';
import { LogDir, write } from './support/log-dir.ts';

const plain = { name: 'cat', channel: 'stdout', log: undefined, stripAnsi: false, captureMaxBytes: 0 } as const;

function take(sink: { take(chunk: Buffer): void }, ...chunks: (string | Buffer)[]): void {
  for (const chunk of chunks) sink.take(Buffer.from(chunk));
}

test('output goes as it is from the pipe to the log when nobody looks at it', () => {
  using dir = new LogDir();
  const sink = new ChildOutput({ ...plain, log: dir.open('cat.log') });
  const pipe = dir.posix.pipe('spliced\n');
  expect(sink.splice(pipe)).toBe(8);
  expect(dir.text('cat.log')).toBe('spliced\n');
});

test('whoever wants to see the output gets it read', () => {
  using dir = new LogDir();
  const wishes: Partial<ChildOutputOptions>[] = [
    { stripAnsi: true },
    { lines: { format: 'json', origin: { program: 'cat', process: 'cat', stream: 'stdout', pid: 1 } } },
    { captureMaxBytes: 10 },
    { onLog: () => undefined },
    { syslog: () => undefined },
    { debug: () => undefined },
    { log: undefined },
  ];
  for (const wish of wishes) {
    expect(new ChildOutput({ ...plain, log: dir.open('cat.log'), ...wish }).splice(1)).toBeUndefined();
  }
});

test('a log that rotates is spliced into piece by piece', () => {
  using dir = new LogDir();
  const sink = new ChildOutput({ ...plain, log: dir.open('cat.log', 100_000, 1) });
  const pipe = dir.posix.pipe('x'.repeat(150_000));
  expect(sink.splice(pipe)).toBe(150_000);
  expect(dir.size('cat.log.1')).toBe(150_000);
  dir.posix.feed(pipe, 'y'.repeat(300_000));
  expect(sink.splice(pipe)).toBe(165_536);
});

test('bytes that a full disk refuses to splice are read and counted as lost', () => {
  using dir = new LogDir();
  const log = dir.open('cat.log');
  const sink = new ChildOutput({ ...plain, log });
  dir.posix.failWrites = 'ENOSPC';
  expect(sink.splice(dir.posix.pipe('lost'))).toBeLessThan(0);
  take(sink, 'lost');
  expect(log.droppedBytes).toBe(4);
});

test('events and the debug log get each chunk as text', () => {
  const events: string[] = [];
  const debug: string[] = [];
  const sink = new ChildOutput({ ...plain, onLog: (text) => events.push(text), debug: (text) => debug.push(text) });
  take(sink, 'grün\n', Buffer.from([0x88, 0x0a]));
  expect(events).toEqual(['grün\n', "Undecodable: b'\\x88\\n'"]);
  expect(debug).toEqual(["'cat' stdout output:\ngrün\n", "'cat' stdout output:\nUndecodable: b'\\x88\\n'"]);
});

test('a character that is cut by a read is whole in the event', () => {
  const events: string[] = [];
  const sink = new ChildOutput({ ...plain, onLog: (text) => events.push(text) });
  const bytes = Buffer.from('日本');
  take(sink, bytes.subarray(0, 4), bytes.subarray(4), Buffer.from([0xe6]));
  sink.end();
  expect(events).toEqual(['日', '本', "Undecodable: b'\\xe6'"]);
});

test('captured output is an event, is not in the log and not in syslog, but is echoed', () => {
  using dir = new LogDir();
  const seen: string[] = [];
  const sink = new ChildOutput({
    ...plain,
    log: dir.open('cat.log'),
    captureMaxBytes: 100,
    stripAnsi: true,
    onLog: (text) => seen.push(`log ${text}`),
    onCommunication: (text) => seen.push(`comm ${text}`),
    syslog: (line) => seen.push(`syslog ${line}`),
    debug: (text) => seen.push(`debug ${text}`),
  });
  take(sink, 'a line before\n<!--XSUPERVISOR:BEGIN-->\x1b[1mdata\x1b[0m<!--XSUPERVISOR:END-->rest');
  sink.end();
  expect(seen).toEqual([
    'syslog cat a line before',
    "debug 'cat' stdout output:\na line before\n",
    'log a line before\n',
    "debug 'cat' stdout output:\ndata",
    'log data',
    'comm data',
    "debug 'cat' stdout emitted a comm event",
    "debug 'cat' stdout output:\nrest",
    'log rest',
    'syslog cat rest',
  ]);
  expect(dir.text('cat.log')).toBe('a line before\nrest');
});

test('the log is closed when the output ends, and only then', () => {
  using dir = new LogDir();
  let isEnded = false;
  const sink = new ChildOutput({
    ...plain,
    log: dir.open('cat.log'),
    onEnd: () => {
      isEnded = true;
    },
  });
  expect(dir.files.isOpen(dir.at('cat.log'))).toBe(true);
  sink.end();
  expect(dir.files.isOpen(dir.at('cat.log'))).toBe(false);
  expect(isEnded).toBe(true);
});

test("an event listener's output is echoed as Python shows bytes and read as protocol", () => {
  using dir = new LogDir();
  const debug: string[] = [];
  let data = '';
  const sink = new ListenerOutput({
    name: 'mail',
    log: dir.open('mail.log'),
    stripAnsi: true,
    onData: (bytes) => {
      data += bytes.toString();
    },
    debug: (text) => debug.push(text),
  });
  take(sink, 'RESULT 2\nOKREADY\n', '\x1b[1mx');
  sink.end();
  expect(sink.isPrompt).toBe(true);
  expect(debug[0]).toBe("'mail' stdout output:\nb'RESULT 2\\nOKREADY\\n'");
  expect(data).toBe('RESULT 2\nOKREADY\n\x1b[1mx');
  expect(dir.text('mail.log')).toBe('RESULT 2\nOKREADY\nx');
});

test('a log shared by two programs stays open for the one that lives', () => {
  using dir = new LogDir();
  const one = new ChildOutput({ ...plain, log: dir.open('cat.log') });
  const two = dir.open('cat.log');
  take(one, 'one\n');
  one.end();
  write(two, 'two\n');
  expect(dir.text('cat.log')).toBe('one\ntwo\n');
});
