import { expect, test } from 'vitest';
import { PortLedger } from '../../../src/daemon/config/port-ledger.ts';

const range = { first: 20_000, last: 20_002 };
const free = () => false;

test('each process has a port of its own, and keeps it at the next reading', () => {
  const ledger = new PortLedger();
  for (let reading = 0; reading < 2; reading += 1) {
    ledger.begin();
    expect(['a', 'b'].map((slot) => ledger.assign(slot, range, free))).toEqual([20_000, 20_001]);
  }
});

test('the port of one that is gone is given away only when there is no other', () => {
  const ledger = new PortLedger();
  ledger.begin();
  ledger.assign('a', range, free);
  ledger.begin();
  expect(['b', 'c', 'd'].map((slot) => ledger.assign(slot, range, free))).toEqual([20_001, 20_002, 20_000]);
  expect(ledger.assign('e', range, free)).toBeUndefined();
});

test('a port that the files name is not given', () => {
  const ledger = new PortLedger();
  ledger.begin();
  expect(ledger.assign('a', range, (port) => port < 20_002)).toBe(20_002);
});
