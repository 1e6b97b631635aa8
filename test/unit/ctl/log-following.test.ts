import { expect, test } from 'vitest';
import { Told } from '../../../src/ctl/log-following.ts';
import type { LogLine } from '../../../src/ctl/log-lines.ts';

const lines = (name: string, ...texts: string[]): LogLine[] =>
  texts.map((text) => ({ group: name, name, channel: 'stdout', text }));
const texts = (some: readonly LogLine[]) => some.map(({ name, text }) => `${name} ${text}`);

test('after a while without the daemon only what is new is told, of each log', () => {
  const told = new Told([]);
  told.isNew([...lines('a', '1', '2'), ...lines('b', 'x')]);
  told.returns();
  const last = [...lines('b', 'w', 'x'), ...lines('a', '0', '1', '2', '3'), ...lines('b', 'y')];
  expect(texts(told.isNew(last))).toEqual(['a 3', 'b y']);
  // From then on a line that is the same is another one.
  expect(texts(told.isNew(lines('a', '3')))).toEqual(['a 3']);
});

test('a log that was emptied meanwhile is told whole', () => {
  const told = new Told([]);
  told.isNew(lines('a', '1', '2'));
  told.returns();
  expect(texts(told.isNew(lines('a', 'new', '2')))).toEqual(['a new', 'a 2']);
});

test('of a program that always says the same nothing is told twice', () => {
  const told = new Told([]);
  told.isNew(lines('a', 'tick', 'tick'));
  told.returns();
  expect(texts(told.isNew(lines('a', 'tick', 'tick', 'tick', 'tock')))).toEqual(['a tock']);
});

test('what stood in a log at the beginning is not told for new', () => {
  const told = new Told([lines('a', '1', '2')]);
  told.returns();
  expect(texts(told.isNew(lines('a', '1', '2', '3')))).toEqual(['a 3']);
});
