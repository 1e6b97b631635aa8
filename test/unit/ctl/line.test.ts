import { expect, test } from 'vitest';
import { readLine } from '../../../src/ctl/line.ts';

test.each([
  ['', { type: 'empty' }],
  [' \t ', { type: 'empty' }],
  ['status', { type: 'command', name: 'status', argument: '', text: 'status' }],
  [' tail -100 foo ', { type: 'command', name: 'tail', argument: '-100 foo', text: 'tail -100 foo' }],
  ['tail-100 foo', { type: 'command', name: 'tail', argument: '-100 foo', text: 'tail-100 foo' }],
  ['status; pid', { type: 'command', name: 'status', argument: '; pid', text: 'status; pid' }],
  ['?start', { type: 'command', name: 'help', argument: 'start', text: 'help start' }],
  ['?', { type: 'command', name: 'help', argument: '', text: 'help ' }],
  ['!ls', { type: 'unknown', text: '!ls' }],
  ['*', { type: 'unknown', text: '*' }],
  ['étoile', { type: 'unknown', text: 'étoile' }],
])('the line %j', (line, expected) => {
  expect(readLine(line)).toEqual(expected);
});
