import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LinuxOs } from '../../../src/daemon/os/linux.ts';
import type { Posix } from '../../../src/daemon/os/posix.ts';

/** Timers need no system call, so there is no addon here. */
const make = () => new LinuxOs({} as Posix);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime', 'Date'] }));
afterEach(() => void vi.useRealTimers());

test('a call comes once, at its time and not before', () => {
  using os = make();
  const run = vi.fn();
  os.callAt(os.now() + 1500.5, run);
  vi.advanceTimersByTime(1500);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10_000);
  expect(run).toHaveBeenCalledTimes(1);
});

test('a timer that fires early waits for the rest', () => {
  using os = make();
  const run = vi.fn();
  const start = os.now();
  vi.spyOn(os, 'now')
    .mockReturnValueOnce(start)
    .mockReturnValueOnce(start + 99.2);
  os.callAt(start + 100, run);
  vi.advanceTimersByTime(100);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(1);
});

test('a moment that has passed is called in a later turn, never within callAt', () => {
  using os = make();
  const run = vi.fn();
  os.callAt(os.now() - 5000, run);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(1);
});

test('a delay of 60 days, which setTimeout would cut to nothing, is kept', () => {
  using os = make();
  const run = vi.fn();
  const days = 86_400_000;
  os.callAt(os.now() + 60 * days, run);
  os.callAt(Number.POSITIVE_INFINITY, run);
  vi.advanceTimersByTime(60 * days - 1);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(1);
});

test('a cancelled call never comes, however many timers it took so far', () => {
  using os = make();
  const run = vi.fn();
  const cancel = os.callAt(os.now() + 2 ** 32, run);
  vi.advanceTimersByTime(2 ** 31 + 5);
  cancel();
  cancel();
  vi.advanceTimersByTime(2 ** 32);
  expect(run).not.toHaveBeenCalled();
});

test('now is a clock of the machine that counts milliseconds, epoch whole seconds', () => {
  using os = make();
  const [now, epoch] = [os.now(), os.epoch()];
  vi.advanceTimersByTime(2000);
  expect(os.now() - now).toBeCloseTo(2000);
  expect(os.epoch() - epoch).toBe(2);
  expect(Number.isInteger(epoch)).toBe(true);
});

test('once disposed of, nothing of it is left on the process', () => {
  const before = process.listenerCount('SIGCHLD');
  const os = make();
  expect(process.listenerCount('SIGCHLD')).toBe(before + 1);
  os[Symbol.dispose]();
  expect(process.listenerCount('SIGCHLD')).toBe(before);
});
