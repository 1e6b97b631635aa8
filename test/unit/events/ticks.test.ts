import { expect, test } from 'vitest';
import { Ticks } from '../../../src/daemon/events/ticks.ts';
import type { EventName } from '../../../src/rpc/events.ts';
import { FakeOs } from '../../support/fake-os.ts';

function clock(wanted: Set<EventName>) {
  const os = new FakeOs();
  const started = os.now();
  const world = { os, epochMs: 1_700_000_003_400, told: [] as string[] };
  const ticks = new Ticks({
    os,
    wallClock: () => world.epochMs + os.now() - started,
    wants: (name) => wanted.has(name),
    tick: (name, when) => void world.told.push(`${name} ${when}`),
  });
  return { ...world, world, ticks };
}

test('a tick comes when the clock passes a multiple of the period', () => {
  const { os, told, ticks } = clock(new Set<EventName>(['TICK_5', 'TICK_60']));
  ticks.rearm();
  os.advance(1_599);
  expect(told).toEqual([]);
  os.advance(1);
  expect(told).toEqual(['TICK_5 1700000005']);
  os.advance(34_999);
  expect(told.at(-1)).toBe('TICK_5 1700000035');
  os.advance(1);
  expect(told.slice(-2)).toEqual(['TICK_5 1700000040', 'TICK_60 1700000040']);
});

test('a tick of an hour comes at the full hour', () => {
  const { os, told, ticks } = clock(new Set<EventName>(['TICK_3600']));
  ticks.rearm();
  os.advance(2_796_599);
  expect(told).toEqual([]);
  os.advance(1);
  expect(told).toEqual(['TICK_3600 1700002800']);
});

test('without a listener there is no timer', () => {
  const wanted = new Set<EventName>();
  const { os, ticks } = clock(wanted);
  ticks.rearm();
  expect(os.pending).toBe(0);
  wanted.add('TICK_3600');
  ticks.rearm();
  expect(os.pending).toBe(1);
  wanted.clear();
  ticks.rearm();
  expect(os.pending).toBe(0);
});

test('what was missed while the clock jumped is not made up', () => {
  const { os, told, ticks, world } = clock(new Set<EventName>(['TICK_5']));
  ticks.rearm();
  world.epochMs += 3_600_000;
  os.advance(1_600);
  expect(told).toEqual(['TICK_5 1700003605']);
});
