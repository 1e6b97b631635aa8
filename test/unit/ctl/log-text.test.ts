import { expect, test } from 'vitest';
import { bytesRepr, LogText } from '../../../src/ctl/log-text.ts';

function shown(...pieces: number[][]): string[] {
  const log = new LogText();
  return [...pieces.map((piece) => log.add(Buffer.from(piece))), log.end()];
}

const smile = [0xf0, 0x9f, 0x98, 0x80];

test('a character cut in two is shown when its second half has come', () => {
  for (const cut of [1, 2, 3]) {
    expect(shown([0x61, ...smile.slice(0, cut)], [...smile.slice(cut), 0x62])).toEqual(['a', '\u{1f600}b', '']);
  }
  expect(shown([0xc3], [0xa9])).toEqual(['', 'é', '']);
});

test('bytes that are no text are shown as Supervisor shows them', () => {
  expect(shown([0x88, 0x0a])).toEqual(["Undecodable: b'\\x88\\n'", '']);
  expect(shown([0x61, 0xff])).toEqual(["Undecodable: b'a\\xff'", '']);
});

test('a character that never ends is shown at the end, and with what comes instead of its end', () => {
  expect(shown([0x61, 0xc3])).toEqual(['a', "Undecodable: b'\\xc3'"]);
  expect(shown([0xc3], [0x61])).toEqual(['', "Undecodable: b'\\xc3a'", '']);
});

test('bytes are quoted as Python quotes them', () => {
  expect(bytesRepr(Buffer.from([0x88, 0x0a, 0x41, 0x27, 0x00, 0x5c, 0x7f]))).toBe(`b"\\x88\\nA'\\x00\\\\\\x7f"`);
  expect(bytesRepr(Buffer.from(`'"`))).toBe(`b'\\'"'`);
});
