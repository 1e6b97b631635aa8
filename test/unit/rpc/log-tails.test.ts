import { expect, test } from 'vitest';
import { readTailPath } from '../../../src/rpc/log-tails.ts';

test.each([
  ['/mainlogtail', { log: 'main' }],
  ['/logtail/web', { log: 'process', namespec: 'web', channel: 'stdout' }],
  ['/logtail/web/stderr?x=1', { log: 'process', namespec: 'web', channel: 'stderr' }],
  ['/logtail/g%3Aweb%201/stdout', { log: 'process', namespec: 'g:web 1', channel: 'stdout' }],
  ['/logtail/%E2%98%BA%zz%ff', { log: 'process', namespec: '☺%zz\ufffd', channel: 'stdout' }],
  ['/logtail/web/stdout/x', { log: 'process', namespec: 'web', channel: 'stdout/x' }],
  ['/logtail/', { log: 'process', namespec: '', channel: 'stdout' }],
  ['/logtail', undefined],
])('%s is read as Supervisor reads it', (url, target) => {
  expect(readTailPath(url)).toEqual(target);
});
