import { expect, test } from 'vitest';
import { LineSplitter } from '../../../src/rpc/log-stream.ts';

function lines(...pieces: readonly (string | Buffer)[]): string[] {
  const splitter = new LineSplitter();
  return pieces.flatMap((piece) => splitter.take(Buffer.from(piece)));
}

test('lines are whole, however the pieces are cut', () => {
  expect(lines('one\ntwo\nthr', 'ee\n', 'four')).toEqual(['one', 'two', 'three']);
  expect(lines('a\r\nb\r', '\n')).toEqual(['a', 'b']);
});

test('characters are not cut, and what is no UTF-8 is shown as such', () => {
  const text = Buffer.from('Malmö 😀\n');
  for (let at = 1; at < text.length; at += 1) {
    expect(lines(text.subarray(0, at), text.subarray(at))).toEqual(['Malmö 😀']);
  }
  expect(lines(Buffer.from([0x61, 0xff, 0x0a]))).toEqual(['a\ufffd']);
});

test('a line without an end is passed on in pieces and not kept', () => {
  const flood = 'x'.repeat(40 * 1024);
  expect(lines(flood, flood, 'end\n')).toEqual([flood + flood, 'end']);
});
