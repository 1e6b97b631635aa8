import { expect, test } from 'vitest';
import { MouseFilter } from '../../../../src/ctl/dashboard/mouse.ts';

const typed = 'j\u001b[<0;10;5M\u001b[<0;10;5mk\u001b[A\u001b[<65;1;24Mx';

test('clicks and the wheel are no keys, and what is typed around them is, wherever it is cut', () => {
  for (let first = 1; first < typed.length; first += 1) {
    const filter = new MouseFilter();
    // A cut in the first two characters of a sequence is one that no terminal makes.
    if (/\u001b\[?$/.test(typed.slice(0, first))) continue;
    const parts = [typed.slice(0, first), typed.slice(first)].map((part) => filter.take(Buffer.from(part)));
    expect(parts.map(({ keys }) => keys.toString()).join('')).toBe('jk\u001b[Ax');
    expect(parts.flatMap(({ reports }) => reports)).toEqual([
      { button: 0, row: 5, isDown: true },
      { button: 0, row: 5, isDown: false },
      { button: 65, row: 24, isDown: true },
    ]);
  }
});
