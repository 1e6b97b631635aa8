import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apart, PasteFilter } from '../../../../src/ctl/dashboard/paste.ts';

const BEGIN = '\u001b[200~';
const END = '\u001b[201~';

function take(...pieces: readonly (string | Buffer)[]) {
  const filter = new PasteFilter();
  const taken = pieces.map((piece) => filter.take(Buffer.from(piece)));
  return { keys: taken.map(({ keys }) => keys.toString()).join(''), pasted: taken.flatMap(({ pasted }) => pasted) };
}

test('what is pasted is no key, and what is typed around it is', () => {
  expect(take(`j${BEGIN}xsr é${END}k`)).toEqual({ keys: 'jk', pasted: ['xsr é'] });
});

test('Escape alone is a key at once, and so are the sequences of others', () => {
  expect(take('\u001b')).toEqual({ keys: '\u001b', pasted: [] });
  expect(take('\u001b[A\u001b[5~')).toEqual({ keys: '\u001b[A\u001b[5~', pasted: [] });
});

test('wherever it is cut, the same comes out', () => {
  const whole = Buffer.from(`a\u001b[B${BEGIN}päste\u001b[2 x${END}b${BEGIN}${END}q`);
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length)), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
      // A lone Escape is never held, so no piece ends behind one.
      fc.pre(at.every((end) => whole[end - 1] !== 0x1b));
      const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end));
      expect(take(...pieces)).toEqual({ keys: 'a\u001b[Bbq', pasted: ['päste\u001b[2 x', ''] });
    }),
  );
});

test.each([
  ['\u001b\u0003', ['\u001b', '\u0003']],
  ['j\u001bq', ['j', '\u001b', 'q']],
  ['\u001b\u001b', ['\u001b', '\u001b']],
  ['\u001b[A\u001b[5~k', ['\u001b[A\u001b[5~k']],
  ['\u001bOP', ['\u001bOP']],
])('Escape and a key that come at once are two keys: %j', (typed, keys) => {
  expect(apart(Buffer.from(typed)).map(String)).toEqual(keys);
});
