import { expect, test } from 'vitest';
import { bytesRepr, readInt, splitWords, stringRepr, strip } from '../../src/python-text.ts';

test.each([
  ["it's", `"it's"`],
  [`it's "x"`, `'it\\'s "x"'`],
  ['a\\b\n\t\x1b\x7f\xa0é\u2028\u{1f600}\u{e0001}', "'a\\\\b\\n\\t\\x1b\\x7f\\xa0é\\u2028\u{1f600}\\U000e0001'"],
])('%j is quoted as Python quotes it', (text, expected) => {
  expect(stringRepr(text)).toBe(expected);
});

test('bytes are quoted as Python quotes them', () => {
  expect(bytesRepr(Buffer.from([0x88, 0x0a, 0x41, 0x27, 0x00]))).toBe(`b"\\x88\\nA'\\x00"`);
});

test('words are split where Python splits them', () => {
  expect(splitWords(' a\x1cb\u3000c\ufeff ')).toEqual(['a', 'b', 'c\ufeff']);
  expect(strip('\x1f a b\x85')).toBe('a b');
});

test.each([
  ['12', 12],
  [' +1_0 ', 10],
  ['-5', -5],
  ['1.5', undefined],
  ['', undefined],
  ['_1', undefined],
  ['f', undefined],
])('the number %j is read as Python reads it', (text, expected) => {
  expect(readInt(text)).toBe(expected);
});
