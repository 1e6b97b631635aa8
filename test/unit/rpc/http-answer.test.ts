import { describe, expect, test } from 'vitest';
import { AnswerReader } from '../../../src/rpc/http-answer.ts';

/** Reads `text` in pieces of `size` bytes; what is told, and what is thrown. */
function read(text: string, size: number, isClosed = true): unknown[] {
  const told: unknown[] = [];
  let body = '';
  const reader = new AnswerReader({
    head: ({ status, reason, headers }) => told.push([status, reason, headers.get('x') ?? '']),
    body: (piece) => {
      body += piece.toString();
    },
    end: () => {
      told.push(body);
      body = '';
    },
  });
  const bytes = Buffer.from(text);
  try {
    for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
    if (isClosed) reader.close();
  } catch (error) {
    told.push((error as { kind?: string }).kind ?? error);
  }
  return told;
}

describe.each([1, 2, 7, 1000])('an answer that comes in pieces of %d bytes', (size) => {
  test('is counted', () => {
    const text = 'HTTP/1.1 200 OK\r\nX: a : b\r\nContent-Length: 5\r\n\r\nhello';
    expect(read(text, size, false)).toEqual([[200, 'OK', 'a : b'], 'hello']);
  });

  test('may hold nothing', () => {
    expect(read('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n', size, false)).toEqual([
      [401, 'Unauthorized', ''],
      '',
    ]);
  });

  test('may be chunked, with a line end inside a chunk and a trailer', () => {
    const chunks = '6;x=y\r\na\r\nbcd\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n';
    const text = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
    expect(read(text, size, false)).toEqual([[200, 'OK', ''], 'a\r\nbcd0123456789']);
  });

  test('may end with the connection', () => {
    expect(read('HTTP/1.0 200 OK\r\n\r\nhello', size)).toEqual([[200, 'OK', ''], 'hello']);
  });

  test('may be followed by the next on the same connection', () => {
    const one = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n';
    expect(read(`${one}a${one}b`, size, false)).toEqual([[200, 'OK', ''], 'a', [200, 'OK', ''], 'b']);
  });

  test('may come after one that is only for the meantime', () => {
    const text = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n';
    expect(read(text, size, false)).toEqual([[204, 'No Content', ''], '']);
  });

  test.each([
    ['', 'no-answer'],
    ['HTTP/1.1 200', 'bad-status-line'],
    ['220 mail.example ESMTP\r\n', 'bad-status-line'],
    ['HTTP/1.1 200 OK\r\nContent-Le', 'cut-short'],
  ])('and is %j only, is refused', (text, kind) => {
    expect(read(text, size)).toEqual([kind]);
  });

  test('and stops short of what it promised, is refused', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', size)).toEqual([[200, 'OK', ''], 'cut-short']);
  });

  test('and has a chunk of no size, is refused', () => {
    const text = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n';
    expect(read(text, size)).toEqual([[200, 'OK', ''], 'bad-chunk']);
  });
});

test('chunks are told whole, one by one: a log that is followed is shown as it was sent', () => {
  const pieces: string[] = [];
  const reader = new AnswerReader({ head: () => {}, body: (piece) => pieces.push(piece.toString()), end: () => {} });
  reader.feed(Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na'));
  reader.feed(Buffer.from('bc\r\n2\r\nde\r\n'));
  expect(pieces).toEqual(['abc', 'de']);
});

test('a line without an end is refused before it fills the memory', () => {
  expect(read('x'.repeat(100_000), 50_000, false)).toEqual(['bad-status-line']);
});
