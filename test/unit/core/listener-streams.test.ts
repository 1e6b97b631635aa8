import { test } from 'vitest';
import { fuzzSeed } from '../../support/bombardment.ts';
import { walkListenerStreams } from '../../support/listener-walk.ts';

test('5,000 hostile streams mean the same to a listener’s pool however they are cut, and little of them is kept', () => {
  walkListenerStreams(fuzzSeed(), 5_000);
}, 20_000);
