import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clean, cut, pad, portion, sgrPieces, widthOf, wrap } from '../../../../src/ctl/dashboard/text.ts';

/** Texts as programs write them: letters, wide ones, emoji and what joins them, sequences, anything. */
const foreign = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom(
        'a',
        ' ',
        '界',
        '한',
        '😀',
        'é',
        'e\u0301',
        '\t',
        '\u001b[31m',
        '\u001b]0;x\u0007',
        '\u200d',
        '\ufe0f',
      ),
      fc.constantFrom(
        '\u{1f468}\u200d\u{1f469}',
        '🇩🇪',
        '👍🏽',
        '\u202e',
        '\r',
        '\u001b',
        '\u009b',
        '\u001b]',
        '\ud800',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

test('no control or format character, half a character or sequence ever comes out', () => {
  fc.assert(
    fc.property(foreign, (text) => {
      const out = clean(text);
      expect(out).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(
        sgrPieces(text)
          .map((piece) => piece.text)
          .join(''),
      ).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(clean(out)).toBe(out);
    }),
    { numRuns: 2_000 },
  );
});

test('nothing is ever wider than its place, and what is padded fills it', () => {
  fc.assert(
    fc.property(foreign, fc.nat(20), fc.nat(20), (raw, width, from) => {
      const text = clean(raw);
      expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width);
      expect(widthOf(portion(text, from, width))).toBeLessThanOrEqual(width);
      expect(widthOf(pad(text, width))).toBe(width);
      expect(widthOf(pad(text, width, 'right'))).toBe(width);
      for (const line of wrap(text, width)) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }),
    { numRuns: 2_000 },
  );
});

test('what fits is left alone, and wrapping loses nothing but blanks at the breaks', () => {
  fc.assert(
    fc.property(foreign, fc.integer({ min: 2, max: 30 }), (raw, width) => {
      const text = clean(raw);
      expect(cut(text, widthOf(text))).toBe(text);
      expect(portion(text, 0, widthOf(text))).toBe(text);
      expect(wrap(text, width).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
    { numRuns: 1_000 },
  );
});

test('emoji, flags and marks are shown as every terminal draws them', () => {
  expect(clean('👨‍👩‍👧 ok')).toBe('👨 ok');
  expect(clean('🇩🇪!')).toBe('DE!');
  expect(clean('❤️ 1️⃣ 👍🏽')).toBe('❤ 1 👍');
  expect(clean('cafe\u0301')).toBe('café');
  expect(widthOf('a界😀')).toBe(5);
  expect(widthOf('n\u0308')).toBe(1);
  expect(clean(`z${'\u0301\u0316\u0317'.repeat(50)}`).length).toBeLessThan(6);
});

test('sequences disappear, a lone control character is a dot, tabs reach the next stop', () => {
  expect(clean('\u001b[2J\u001b[1;31mred\u001b[0m')).toBe('red');
  expect(clean('\u001b]52;c;Zm9v\u0007copied \u001b]0;title\u001b\\x')).toBe('copied x');
  expect(clean('\u001bPq#0\u001b\\sixel')).toBe('sixel');
  expect(clean('50%\r100%\u0007')).toBe('50%·100%·');
  expect(clean('\u009b31mred')).toBe('red');
  expect(clean('a\tb\t界\tc')).toBe('a       b       界      c');
  expect(clean('user=\u202egnp.exe')).toBe('user=gnp.exe');
  expect(clean('never ends \u001b]0;title')).toBe('never ends 0;title');
});

test('tags of a markup are text like any other', () => {
  expect(clean('{red-fg}no{/red-fg} {escape}')).toBe('{red-fg}no{/red-fg} {escape}');
});

test('what is cut says so, and a wide character is not cut in two', () => {
  expect(cut('abcdef', 4)).toBe('abc…');
  expect(cut('界界界', 4)).toBe('界 …');
  expect(portion('a界b', 2, 2)).toBe(' b');
  expect(portion('hello world', 6, 3)).toBe('wor');
  expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
  expect(wrap('0123456789abc', 5)).toEqual(['01234', '56789', 'abc']);
  expect(wrap('界', 1)).toEqual(['·']);
  expect(wrap('', 5)).toEqual(['']);
});

test("a program's own colours become roles", () => {
  expect(sgrPieces('plain')).toEqual([{ text: 'plain' }]);
  expect(sgrPieces('\u001b[31mERR\u001b[0m ok \u001b[1;32mgood\u001b[39m.')).toEqual([
    { text: 'ERR', role: 'bad' },
    { text: ' ok ' },
    { text: 'good', role: 'good' },
    { text: '.' },
  ]);
  expect(sgrPieces('\u001b[38;5;31mblue\u001b[48;2;1;31;2mx')).toEqual([{ text: 'blue' }, { text: 'x' }]);
  expect(sgrPieces('\u001b[2K\u001b[33mw\t!')).toEqual([{ text: 'w       !', role: 'warning' }]);
});
