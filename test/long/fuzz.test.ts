import { test } from 'vitest';
import { bombardWithRequests, fuzzSeed } from '../support/bombardment.ts';

test('through 100,000 hostile requests the daemon answers or hangs up, supervises, and holds on to nothing', async () => {
  await bombardWithRequests({ seed: fuzzSeed(), warmUp: 10_000, count: 100_000 });
});
