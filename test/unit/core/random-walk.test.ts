import { expect, test } from 'vitest';
import { walkAtRandom } from '../../support/random-walk.ts';

test('twenty thousand random inputs never leave the diagram, start twice or forget a deadline', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  expect(walkAtRandom(seed, 20_000), `seed ${seed}`).toBeGreaterThan(0);
  // A second of work, which is many of them on a busy machine.
}, 30_000);
