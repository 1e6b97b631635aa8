import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SequenceJoiner } from '../../../../src/ctl/dashboard/sequences.ts';

function taken(joiner: SequenceJoiner, text: string): string {
  return joiner.take(Buffer.from(text)).toString();
}

test('a key whose sequence comes in two reads is one key', () => {
  const joiner = new SequenceJoiner();
  expect(taken(joiner, 'j\u001b')).toBe('j');
  expect(taken(joiner, '[6')).toBe('');
  expect(taken(joiner, '~k')).toBe('\u001b[6~k');
  expect(joiner.isHolding).toBe(false);
});

test('an Escape that nothing follows is a key, and so is what follows too late', () => {
  const joiner = new SequenceJoiner();
  expect(taken(joiner, '\u001b')).toBe('');
  expect(joiner.isHolding).toBe(true);
  expect(joiner.rest().toString()).toBe('\u001b');
  expect(joiner.isHolding).toBe(false);
  expect(taken(joiner, 'x')).toBe('x');
});

test('wherever it is cut, nothing is lost and no sequence comes in pieces', () => {
  const whole = Buffer.from('a\u001b[5~\u001bOPé\u001b[1;5A\u001b[200~päste\u001b[201~\u001b[<64;10;3Mq');
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length)), (cuts) => {
      const joiner = new SequenceJoiner();
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const pieces = at.slice(1).map((end, index) => joiner.take(whole.subarray(at[index], end)));
      expect(Buffer.concat(pieces)).toEqual(whole);
      for (const piece of pieces) expect(piece.toString('latin1')).not.toMatch(/\u001b(\[[\d;<]*|O)?$/);
    }),
  );
});
