import { expect, test } from 'vitest';
import { Leftovers } from '../../../src/daemon/leftovers.ts';
import { FakeOs } from '../../support/fake-os.ts';

const TERM = 15;
const end = { id: 'web:web', name: 'web', group: 7, stopSignal: TERM, stopWaitMs: 10_000 };

function setUp() {
  const os = new FakeOs();
  const logged: string[] = [];
  const leftovers = new Leftovers({
    os,
    log: { info: (text) => logged.push(text), warn: (text) => logged.push(text) },
  });
  let cleared = 0;
  const wait = () =>
    leftovers.whenCleared('web:web', () => {
      cleared += 1;
    });
  return {
    os,
    leftovers,
    logged,
    wait,
    cleared: () => cleared,
    sent: () => os.signals.filter((one) => !one.endsWith(':0')),
  };
}

test('an empty group is nothing to wait for', () => {
  const { os, leftovers, wait, cleared, sent } = setUp();
  os.killErrno = 3;
  expect(leftovers.begin(end)).toBe(false);
  wait();
  expect(cleared()).toBe(1);
  expect(sent()).toEqual([]);
});

test('what is left is asked to stop, and its end is seen when it is reaped', () => {
  const { os, leftovers, wait, cleared, sent } = setUp();
  expect(leftovers.begin(end)).toBe(true);
  wait();
  expect(sent()).toEqual(['-7:15']);
  leftovers.reaped();
  expect(cleared()).toBe(0);
  os.killErrno = 3;
  leftovers.reaped();
  expect(cleared()).toBe(1);
  expect(leftovers.isWaiting('web:web')).toBe(false);
  expect(os.pending).toBe(0);
});

test('what outlives stopwaitsecs is killed, and what outlives that is given up', () => {
  const { os, leftovers, logged, wait, cleared, sent } = setUp();
  leftovers.begin(end);
  wait();
  os.advance(9_999);
  expect(sent()).toEqual(['-7:15']);
  os.advance(1);
  expect(sent()).toEqual(['-7:15', '-7:9']);
  expect(cleared()).toBe(0);
  os.advance(10_000);
  expect(cleared()).toBe(1);
  expect(logged.at(-1)).toBe('web has left processes of group 7 behind that even SIGKILL does not end');
});
