import { test } from 'vitest';
import { bombardWithRequests, fuzzSeed } from '../support/bombardment.ts';
import { listenToStreams } from '../support/hostile-listener.ts';
import { walkListenerStreams } from '../support/listener-walk.ts';

test('through 100,000 hostile requests the daemon answers or hangs up, supervises, and holds on to nothing', async () => {
  await bombardWithRequests({ seed: fuzzSeed(), warmUp: 10_000, count: 100_000 });
});

test('100,000 hostile streams mean the same to a listener’s pool however they are cut', () => {
  walkListenerStreams(fuzzSeed(), 100_000);
});

test('through 2,000 lives of a hostile listener the daemon supervises, and holds on to nothing', async () => {
  await listenToStreams(fuzzSeed(), 2_000);
});
