import { expect, test } from 'vitest';
import { colouredStatus, hasColours, paintOf } from '../../../src/ctl/colours.ts';

test.each([
  ['a terminal', { TERM: 'xterm' }, true, true],
  ['a pipe', { TERM: 'xterm' }, false, false],
  ['NO_COLOR', { TERM: 'xterm', NO_COLOR: '1' }, true, false],
  ['an empty NO_COLOR', { TERM: 'xterm', NO_COLOR: '' }, true, true],
  ['TERM=dumb', { TERM: 'dumb' }, true, false],
  ['no TERM', {}, true, false],
  ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
  ['FORCE_COLOR=0', { TERM: 'xterm', FORCE_COLOR: '0' }, true, false],
])('colours with %s', (_what, environment, isTerminal, expected) => {
  expect(hasColours(environment, isTerminal)).toBe(expected);
});

test('only the state of a line of status is coloured, and not what looks like one', () => {
  const line = 'RUNNING                          FATAL     RUNNING was never reached';
  expect(colouredStatus(line, paintOf(true))).toBe(
    line.replace('FATAL', '\u001b[1m\u001b[31mFATAL\u001b[39m\u001b[22m'),
  );
});
