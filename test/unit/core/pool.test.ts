import { expect, test } from 'vitest';
import { PoolBuffer } from '../../../src/daemon/core/pool.ts';

const unlimited = Number.POSITIVE_INFINITY;

function event(serial: number, payload = '') {
  return { serial, name: 'TICK_5', payload };
}

function waiting(pool: PoolBuffer): number[] {
  const serials: number[] = [];
  for (let next = pool.shift(); next !== undefined; next = pool.shift()) serials.push(next.event.serial);
  return serials;
}

test('events wait in the order in which they came, numbered by the pool', () => {
  const pool = new PoolBuffer({ events: 10, characters: unlimited });
  pool.accept(event(7));
  pool.accept(event(9));
  expect(pool.shift()).toMatchObject({ event: { serial: 7 }, poolSerial: 0 });
  expect(pool.shift()).toMatchObject({ event: { serial: 9 }, poolSerial: 1 });
  expect(pool.shift()).toBeUndefined();
});

test('one too many drops the oldest, and it is counted', () => {
  const pool = new PoolBuffer({ events: 2, characters: unlimited });
  pool.accept(event(1));
  pool.accept(event(2));
  expect(pool.accept(event(3)).map((dropped) => dropped.event.serial)).toEqual([1]);
  expect(pool.dropped).toBe(1);
  expect(waiting(pool)).toEqual([2, 3]);
});

test('an event that comes back goes to the head with the number it had, and may cost the oldest its place', () => {
  const pool = new PoolBuffer({ events: 2, characters: unlimited });
  pool.accept(event(1));
  const taken = pool.shift();
  pool.accept(event(2));
  pool.accept(event(3));
  expect(taken && pool.takeBack(taken).map((dropped) => dropped.event.serial)).toEqual([2]);
  expect(pool.first()).toMatchObject({ event: { serial: 1 }, poolSerial: 0 });
  expect(waiting(pool)).toEqual([1, 3]);
});

test('long payloads are bounded together, but ten events are always held', () => {
  const pool = new PoolBuffer({ events: 1000, characters: 100 });
  for (let serial = 0; serial < 10; serial += 1) expect(pool.accept(event(serial, 'x'.repeat(50)))).toEqual([]);
  expect(pool.accept(event(10, 'x'.repeat(50)))).toHaveLength(1);
  expect(pool.length).toBe(10);
  const short = new PoolBuffer({ events: 1000, characters: 100 });
  for (let serial = 0; serial < 100; serial += 1) expect(short.accept(event(serial, 'x'))).toEqual([]);
  expect(short.accept(event(100, 'x'))).toHaveLength(1);
});
