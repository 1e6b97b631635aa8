import { test } from 'vitest';
import { bombardWithRequests, fuzzSeed } from '../../support/bombardment.ts';

test('through 5,000 hostile requests the daemon answers or hangs up, supervises, and holds on to nothing', async () => {
  await bombardWithRequests({ seed: fuzzSeed(), warmUp: 2_500, count: 5_000 });
});
