import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { DeviceLog } from '../../../src/daemon/logs/device-log.ts';
import { WriteTrouble } from '../../../src/daemon/logs/write-trouble.ts';
import { ManualClock } from './support/manual-clock.ts';

/** A pipe that takes `room` bytes until somebody reads. */
function setUp() {
  const clock = new ManualClock();
  const device = { room: 10, taken: '', error: 0 };
  const posix = {
    write(_fd: number, buffer: Uint8Array, offset: number, length: number) {
      if (device.error !== 0) return -device.error;
      const count = Math.min(length, device.room);
      if (count === 0) return -constants.errno.EAGAIN;
      device.taken += Buffer.from(buffer.subarray(offset, offset + count)).toString();
      device.room -= count;
      return count;
    },
    spliceToEnd: () => -constants.errno.EINVAL,
    setNonBlocking: () => 0,
  };
  const trouble = new WriteTrouble(
    '/dev/stdout',
    () => clock.now(),
    () => undefined,
  );
  const log = new DeviceLog(1, false, posix, clock, trouble);
  return { clock, device, trouble, log, write: (text: string) => log.write(Buffer.from(text), 0, text.length) };
}

test('a slow reader loses nothing: what does not fit waits, and the programs with it', () => {
  const { clock, device, trouble, log, write } = setUp();
  write('0123456789abcdef');
  expect(log.isCongested).toBe(true);
  write('ghi');
  device.room = 100;
  clock.advance(20);
  expect(device.taken).toBe('0123456789abcdefghi');
  expect(log.isCongested).toBe(false);
  expect(trouble.droppedBytes).toBe(0);
  expect(clock.armed).toBe(0);
});

test('a reader that reads nothing for a second holds no program: output is dropped and counted', () => {
  const { clock, device, trouble, log, write } = setUp();
  write('0123456789abc');
  clock.advance(999);
  expect(log.isCongested).toBe(true);
  clock.advance(1);
  expect(log.isCongested).toBe(false);
  write('dropped');
  expect(trouble).toMatchObject({ droppedBytes: 7, lastError: 'EAGAIN' });
  device.room = 100;
  write('again');
  expect(device.taken).toBe('0123456789abcagain');
  expect(trouble.lastError).toBeUndefined();
});

test('output that nobody can read any more is dropped', () => {
  const { clock, device, trouble, log, write } = setUp();
  device.error = constants.errno.EPIPE;
  write('0123');
  expect(trouble).toMatchObject({ droppedBytes: 4, lastError: 'EPIPE' });
  expect(log.isCongested).toBe(false);
  expect(clock.armed).toBe(0);
});

test('what waits is bounded', () => {
  const { device, trouble, write } = setUp();
  device.room = 0;
  for (let i = 0; i < 40; i += 1) write('x'.repeat(64 * 1024));
  expect(trouble.droppedBytes).toBe(24 * 64 * 1024);
});

test('closing waits for a reader that reads, and counts what one does not read', () => {
  const slow = setUp();
  slow.write('0123456789abcdef');
  slow.log.close();
  slow.device.room = 3;
  slow.clock.advance(20);
  slow.device.room = 3;
  slow.clock.advance(20);
  expect(slow.device.taken).toBe('0123456789abcdef');
  expect(slow.trouble.droppedBytes).toBe(0);
  expect(slow.clock.armed).toBe(0);

  const gone = setUp();
  gone.write('0123456789abcdef');
  gone.log.close();
  gone.clock.advance(1_100);
  expect(gone.trouble.droppedBytes).toBe(6);
  expect(gone.clock.armed).toBe(0);
});
