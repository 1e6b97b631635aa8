import { test } from 'vitest';
import { fuzzSeed } from '../../support/bombardment.ts';
import { listenToStreams } from '../../support/hostile-listener.ts';

test('through 60 lives of a hostile listener the daemon supervises, and holds on to nothing', async () => {
  await listenToStreams(fuzzSeed(), 60);
});
