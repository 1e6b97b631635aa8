import { expect, test } from 'vitest';
import { walkAtRandom } from '../support/random-walk.ts';

test('two million random inputs, in twenty walks, never leave the diagram, start twice or forget a deadline', () => {
  const first = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`SEED=${first}\n`);
  for (let seed = first; seed < first + 20; seed++) {
    expect(walkAtRandom(seed, 100_000), `seed ${seed}`).toBeGreaterThan(0);
  }
});
