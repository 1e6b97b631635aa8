import { expect, test } from 'vitest';
import { ChildOutput, ListenerOutput } from '../../../src/daemon/logs/child-output.ts';
import { type LineFormat, LineFormatter } from '../../../src/daemon/logs/line-format.ts';
import { LogDir } from './support/log-dir.ts';

const origin = { program: 'web', process: 'web_00', stream: 'stderr', pid: 4711 } as const;
const at = '2026-01-02T03:04:05.006Z';

/** A formatter whose clock the test sets, and what it has written. */
function setUp(format: LineFormat) {
  const clock = { now: Date.parse(at) };
  const pieces: Buffer[] = [];
  const lines = new LineFormatter(
    format,
    origin,
    (bytes) => pieces.push(bytes),
    () => clock.now,
  );
  const write = (...chunks: (string | Buffer)[]) => {
    for (const chunk of chunks) {
      const bytes = Buffer.from(chunk);
      lines.write(bytes);
      // The memory of a chunk is used again for the next one.
      bytes.fill('?');
    }
  };
  return { clock, pieces, lines, write, text: () => Buffer.concat(pieces).toString() };
}

const messagesOf = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).message);

test('timestamp: the time of its first byte stands before each line, whose bytes stay as they are', () => {
  const { clock, write, text, lines } = setUp('timestamp');
  write('one\n\ntw');
  clock.now += 1;
  write('o\r\nthree');
  clock.now += 1;
  write(Buffer.from([0xff, 0x0a]), 'last');
  expect(text()).toContain('\ufffd');
  clock.now += 5;
  lines.end();
  const later = (ms: number) => new Date(Date.parse(at) + ms).toISOString();
  expect(text()).toBe(`${at} one\n${at} \n${at} two\n${later(1)} three\ufffd\n${later(2)} last\n`);
});

test('json: an object a line says who wrote it, with U+FFFD for what is not UTF-8', () => {
  const { write, text, lines } = setUp('json');
  write('a "b" \\ \t\u2028\r\n', Buffer.from([0x61, 0xe6, 0x0a]), 'né');
  lines.end();
  const first = text().split('\n')[0] ?? '';
  expect(first).toBe(
    `{"time":"${at}","program":"web","process":"web_00","stream":"stderr","pid":4711,"message":"a \\"b\\" \\\\ \\t\u2028"}`,
  );
  expect(messagesOf(text())).toEqual(['a "b" \\ \t\u2028', 'a\ufffd', 'né']);
});

test('a character or a line end that is cut by a read is whole in the log', () => {
  const { write, text } = setUp('json');
  const bytes = Buffer.from('日本\r\n');
  for (const byte of bytes) write(Buffer.from([byte]));
  expect(messagesOf(text())).toEqual(['日本']);
});

test('a line of more than 64 KiB is logged as several, never cut inside a character', () => {
  const { write, text, pieces } = setUp('json');
  write('x'.repeat(65_535), `é${'y'.repeat(10)}`);
  expect(messagesOf(text())).toEqual(['x'.repeat(65_535)]);
  write('z\n', 'next\n');
  expect(messagesOf(text())).toEqual(['x'.repeat(65_535), 'éyyyyyyyyyyz', 'next']);
  pieces.length = 0;
  write(`${'q'.repeat(65_536)}\r\n`);
  expect(messagesOf(text())).toEqual(['q'.repeat(65_536)]);
  pieces.length = 0;
  write('m'.repeat(1_000_000), '\n');
  expect(messagesOf(text()).map(({ length }) => length)).toEqual([...Array(15).fill(65_536), 16_960]);
});

test('what has no line end waits in memory for no more than 64 KiB', () => {
  const { write, text } = setUp('timestamp');
  for (let i = 0; i < 65_537; i += 1) write('x');
  expect(text()).toBe('');
  write('x');
  expect(text()).toHaveLength(at.length + 1 + 65_536 + 1);
});

test('what is logged line by line reaches the log in whole lines, also when it rotates', () => {
  using dir = new LogDir();
  const log = dir.open('web.log', 100, 3);
  const sink = new ChildOutput({
    name: 'web',
    channel: 'stdout',
    log,
    lines: { format: 'timestamp', origin },
    stripAnsi: true,
    captureMaxBytes: 0,
  });
  for (const text of ['one, \u001b[1mtwo', ' and three', ', and this is a long line\n', 'four\nfive'])
    sink.take(Buffer.from(text));
  sink.take(Buffer.from(`${'s'.repeat(80)}\n`));
  sink.end();
  expect(dir.names()).toEqual(['web.log', 'web.log.1']);
  const written = `${dir.text('web.log.1')}${dir.text('web.log')}`.replaceAll(/^\S{24} /gm, '');
  expect(written).toBe(`one, two and three, and this is a long line\nfour\nfive${'s'.repeat(80)}\n`);
  expect(dir.text('web.log.1').endsWith('\n')).toBe(true);
});

test('the log of what an event listener says can have a format too, and its protocol has not', () => {
  using dir = new LogDir();
  const heard: string[] = [];
  const sink = new ListenerOutput({
    name: 'web',
    log: dir.open('web.log'),
    lines: { format: 'json', origin },
    stripAnsi: false,
    onData: (bytes) => heard.push(bytes.toString()),
  });
  sink.take(Buffer.from('READY\nRESULT 2\nOK'));
  sink.end();
  expect(heard).toEqual(['READY\nRESULT 2\nOK']);
  expect(messagesOf(dir.text('web.log'))).toEqual(['READY', 'RESULT 2', 'OK']);
});
