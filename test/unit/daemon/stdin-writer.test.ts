import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StdinWriter } from '../../../src/daemon/stdin-writer.ts';
import { FakeOs } from '../../support/fake-os.ts';

const EAGAIN = 11;

/** A program that reads as much as a test lets it. */
class Reader extends FakeOs {
  got = Buffer.alloc(0);
  calls = 0;
  room = 0;

  override write(_: number, bytes: Uint8Array): number {
    this.calls++;
    const count = Math.min(bytes.length, this.room);
    if (count === 0 && bytes.length > 0) return -EAGAIN;
    this.room -= count;
    this.got = Buffer.concat([this.got, bytes.subarray(0, count)]);
    return count;
  }
}

test('what is written arrives whole and in order, however slowly it is read', () => {
  const write = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 70_000 }));
  fc.assert(
    fc.property(fc.array(fc.record({ bytes: write, room: write }), { maxLength: 60 }), (steps) => {
      const reader = new Reader();
      const writer = new StdinWriter(reader, 9);
      const sent: Buffer[] = [];
      for (const [at, { bytes, room }] of steps.entries()) {
        reader.room = room;
        const piece = Buffer.alloc(bytes, at);
        if (writer.write(piece)) sent.push(piece);
      }
      reader.room = Number.POSITIVE_INFINITY;
      reader.advance(1000);
      expect(reader.got.equals(Buffer.concat(sent))).toBe(true);
      expect(reader.pending).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('a program that reads nothing is sent 4 MiB and no more, in few pieces, and empty texts cost nothing', () => {
  const reader = new Reader();
  const writer = new StdinWriter(reader, 9);
  expect(writer.write(Buffer.from('x'))).toBe(true);
  for (let at = 0; at < 100_000; at++) writer.write(Buffer.alloc(0));
  let taken = 1;
  while (writer.write(Buffer.alloc(100, 'x'))) taken += 100;
  expect(taken).toBeGreaterThan(4_194_304 - 100);
  expect(taken).toBeLessThanOrEqual(4_194_304);
  reader.calls = 0;
  reader.room = Number.POSITIVE_INFINITY;
  reader.advance(1000);
  expect(reader.got).toHaveLength(taken);
  // Tens of thousands of writes were made.
  expect(reader.calls).toBeLessThan(400);
});

test('what waited for a program that has closed its stdin does not count for ever', () => {
  const reader = new Reader();
  const writer = new StdinWriter(reader, 9);
  writer.write(Buffer.alloc(4_000_000));
  reader.write = () => -32;
  expect(writer.write(Buffer.from('x'))).toBe(false);
  reader.write = Reader.prototype.write;
  reader.room = Number.POSITIVE_INFINITY;
  expect(writer.write(Buffer.alloc(4_000_000))).toBe(true);
});
