import { expect, test } from 'vitest';
import type { ConnectionTables } from '../../../src/daemon/upstreams/connections.ts';
import { Drain } from '../../../src/daemon/upstreams/drain.ts';
import { FakeOs } from '../../support/fake-os.ts';

const turn = () => new Promise((settle) => setImmediate(settle));
const address = (port: number) => ({ family: 'inet', host: '127.0.0.1', port }) as const;
const busy: ConnectionTables = { tcp: ' 0: 0100007F:07D0 0100007F:C001 01 0:0 0:0 0 0 0 1\n', unix: '' };

async function pass(os: FakeOs, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10) {
    os.advance(10);
    await turn();
  }
}

test('while several wait there is one look for all of them', async () => {
  const os = new FakeOs();
  let looks = 0;
  const drain = new Drain(os, () => {
    looks += 1;
    return busy;
  });
  const ends = [2000, 2001, 2002].map((port) => drain.done(address(port), os.now() + 5000, async () => 0));
  await pass(os, 50);
  expect(await Promise.all(ends.slice(1))).toEqual([true, true]);
  const before = looks;
  await pass(os, 100);
  expect(looks - before).toBeLessThanOrEqual(5);
  await pass(os, 5000);
  expect(await ends[0]).toBe(false);
  expect(os.pending).toBe(0);
});

test('where a look takes long it is taken seldom', async () => {
  const os = new FakeOs();
  let looks = 0;
  const drain = new Drain(os, () => {
    looks += 1;
    os.msPerLook = 100;
    os.now();
    os.msPerLook = 0;
    return busy;
  });
  const end = drain.done(address(2000), os.now() + 5000, async () => 0);
  await pass(os, 5000);
  expect(await end).toBe(false);
  expect(looks).toBeLessThanOrEqual(6);
});

test('a look that takes longer than there is time is not waited for, and the next one is looked at all the same', async () => {
  const os = new FakeOs();
  let answer: (tables: ConnectionTables) => void = () => {};
  const drain = new Drain(os, () => new Promise((resolve) => (answer = resolve)));
  const end = drain.done(address(2000), os.now() + 1000, async () => 0);
  await pass(os, 1000);
  expect(await Promise.race([end, turn()])).toBe(false);
  const next = drain.done(address(2001), os.now() + 20_000, async () => 0);
  answer(busy);
  await pass(os, 10_000); // a tenth of the time at most: the look took a second
  answer(busy);
  await pass(os, 100);
  expect(await Promise.race([next, turn()])).toBe(true);
  expect(os.pending).toBe(0);
});
