import { expect, test } from 'vitest';
import { connectionRoom } from '../../../src/daemon/limits.ts';

const system = (files: number, result = 0) => ({
  getRlimit(_pid: number, _resource: number, out: Float64Array): number {
    out[0] = files;
    return result;
  },
});

test.each([
  ['a usual daemon', 1024, 10, 1, 455],
  ['two servers share', 1024, 10, 2, 227],
  ['many programs leave less', 1024, 180, 1, 30],
  ['there is always room for a control command', 256, 1000, 2, 8],
  ['no limit', Number.POSITIVE_INFINITY, 1000, 1, 512],
  ['a thousand programs with files for them', 10_000, 1000, 1, 512],
])(
  '%s: of %d files with %d programs, each of %d servers may have %d connections',
  (_, files, programs, servers, room) => {
    expect(connectionRoom(system(files), programs, servers)).toBe(room);
  },
);

test('where the limit cannot be known there is little room', () => {
  expect(connectionRoom(system(1024, -1), 10, 1)).toBe(8);
});
