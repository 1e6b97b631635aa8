import { expect, test } from 'vitest';
import { batchOf, newRoll, outcomeOf, type Roll, type RollInput, rollStep } from '../../../src/daemon/core/roll.ts';
import type { StateName } from '../../../src/rpc/states.ts';

/** Plays inputs, and tells the orders; `a STOPPED` is a state. */
function played(roll: Roll, ...inputs: readonly string[]): { roll: Roll; orders: string[] } {
  const orders: string[] = [];
  let now = roll;
  for (const text of inputs) {
    const [id = '', state] = text.split(' ');
    const input: RollInput =
      state === 'joined' || state === 'unjoined'
        ? { type: state, id }
        : state === undefined
          ? { type: id as 'begin' | 'cancel' }
          : { type: 'state', id, state: state as StateName };
    const step = rollStep(now, input);
    now = step.roll;
    orders.push(...step.orders.map((order) => `${order.type} ${order.id}`));
  }
  return { roll: now, orders };
}

test('each is stopped, started and awaited before the next', () => {
  const { roll, orders } = played(
    newRoll(['a', 'b'], 1),
    'begin',
    'a STOPPING',
    'a STOPPED',
    'a STARTING',
    'a RUNNING',
    'b STOPPED',
  );
  expect(orders).toEqual(['stop a', 'start a', 'stop b', 'start b']);
  expect(outcomeOf(roll)).toBeUndefined();
  expect(outcomeOf(played(roll, 'b RUNNING').roll)).toBe('done');
});

test('one that has an upstream is in it again before the next leaves', () => {
  const { roll, orders } = played(newRoll(['a', 'b'], 1, new Set(['a'])), 'begin', 'a STOPPED', 'a RUNNING');
  expect(orders).toEqual(['stop a', 'start a', 'join a']);
  expect(played(roll, 'a joined').orders).toEqual(['stop b']);
  expect(outcomeOf(played(roll, 'a EXITED').roll)).toBe('failed');
});

test('one that cannot be put into its upstream ends the roll, and the others go on serving', () => {
  const { roll, orders } = played(newRoll(['a', 'b'], 1, new Set(['a', 'b'])), 'begin', 'a STOPPED', 'a RUNNING');
  const end = played(roll, 'a unjoined');
  expect([...orders, ...end.orders]).toEqual(['stop a', 'start a', 'join a']);
  expect(outcomeOf(end.roll)).toBe('failed');
  expect(end.roll.phases.get('b')).toBe('waiting');
});

test('as many as the batch are on their way at a time', () => {
  const { orders } = played(newRoll(['a', 'b', 'c'], 2), 'begin', 'b STOPPED', 'b RUNNING');
  expect(orders).toEqual(['stop a', 'stop b', 'start b', 'stop c']);
});

test.each(['BACKOFF', 'FATAL', 'EXITED', 'STOPPED', 'STOPPING'])(
  'one that is %s instead of RUNNING ends the roll',
  (state) => {
    const { roll, orders } = played(newRoll(['a', 'b'], 1), 'begin', 'a STOPPED', 'a STARTING', `a ${state}`);
    expect(orders).toEqual(['stop a', 'start a']);
    expect(outcomeOf(roll)).toBe('failed');
    expect(roll.phases.get('b')).toBe('waiting');
  },
);

test('of several on their way the others are seen to their end, and no further one begins', () => {
  const { roll, orders } = played(newRoll(['a', 'b', 'c'], 2), 'begin', 'a STOPPED', 'b STOPPED', 'a BACKOFF');
  expect(outcomeOf(roll)).toBeUndefined();
  const end = played(roll, 'b RUNNING');
  expect(outcomeOf(end.roll)).toBe('failed');
  expect([...orders, ...end.orders]).not.toContain('stop c');
});

test('one that stops by itself before its turn is passed over', () => {
  const { roll, orders } = played(newRoll(['a', 'b'], 1), 'begin', 'b EXITED', 'a STOPPED', 'a RUNNING');
  expect(orders).toEqual(['stop a', 'start a']);
  expect(outcomeOf(roll)).toBe('done');
});

test('a roll that is cancelled finishes what it has begun', () => {
  const { roll, orders } = played(newRoll(['a', 'b'], 1), 'begin', 'cancel', 'a STOPPED');
  expect(orders).toEqual(['stop a', 'start a']);
  expect(outcomeOf(played(roll, 'a RUNNING').roll)).toBe('cancelled');
});

test('a batch is a number or a share, and never nobody', () => {
  expect([batchOf('2', 8), batchOf('25%', 8), batchOf('1%', 8), batchOf(' 3 ', 8)]).toEqual([2, 2, 1, 3]);
  expect(['0', '0%', '-1', 'x', '', '1.5'].map((text) => batchOf(text, 8))).toEqual(Array(6).fill(undefined));
});
