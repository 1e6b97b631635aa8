import { expect, test } from 'vitest';
import { linesFrom } from '../../../src/ctl/log-pieces.ts';

/** The lines of a file, read as the daemon reads it; and how many bytes were asked for at a time at most. */
async function linesOf(bytes: Buffer, length: number, begin = 0): Promise<string[]> {
  const found: string[] = [];
  const read = async (offset: number, size: number) => bytes.toString('utf8', offset, offset + size);
  for await (const lines of linesFrom(read, begin, length)) found.push(...lines);
  return found;
}

const text = 'first\nzweite für dich\n\n日本語 と 🙂\na line that is longer than each piece\nlast';

test.each([4, 5, 7, 11, 30, 1000])('pieces of %i bytes cut no line', async (length) => {
  const ascii = text.replace(/[^ -~\n]/g, '?');
  expect(await linesOf(Buffer.from(ascii), length)).toEqual(ascii.split('\n'));
  expect(await linesOf(Buffer.from(`${ascii}\n`), length)).toEqual(ascii.split('\n'));
});

test.each([40, 41, 42, 43, 44, 45, 46, 1000])('pieces of %i bytes cut no character', async (length) => {
  expect(await linesOf(Buffer.from(text), length)).toEqual(text.split('\n'));
});

test('what is no UTF-8 neither repeats lines nor leaves any out', async () => {
  const bytes = Buffer.concat(
    ['a\n', [0xff, 0xfe], '\nb\n', [0xe2], 'c\n', 'd\n'].map((part) => Buffer.from(part as string)),
  );
  for (const length of [3, 4, 6, 100]) {
    expect(await linesOf(bytes, length)).toEqual(['a', '\ufffd\ufffd', 'b', '\ufffdc', 'd']);
  }
});

test('it begins where it is told to, and an empty file has no lines', async () => {
  expect(await linesOf(Buffer.from('one\ntwo\n'), 100, 4)).toEqual(['two']);
  expect(await linesOf(Buffer.from(''), 100)).toEqual([]);
});
