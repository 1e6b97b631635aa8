import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lastLinesOf, linesOf, OutputTail } from '../../../src/daemon/logs/log-end.ts';

const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
afterAll(() => rmSync(dir, { recursive: true }));

const limits = { bytes: 1000, lines: 3, characters: 10 };
const lines = (text: string, isCut = false) => linesOf(Buffer.from(text), isCut, limits);

test('the last lines, without empty ones at the end', () => {
  expect(lines('1\n2\n\n4\n\n \n')).toEqual(['2', '', '4']);
  expect(lines('1\r\n2\r\nunfinished')).toEqual(['1', '2', 'unfinished']);
  expect(lines('\n \n')).toEqual([]);
});

test('what begins in the middle of a line is left out, unless there is nothing else', () => {
  expect(lines('rest\nwhole\n', true)).toEqual(['whole']);
  expect(lines('only a rest', true)).toEqual(['only a res']);
});

test('a long line is cut between characters', () => {
  expect(lines(`123456789😀`)).toEqual(['123456789']);
  expect(lines(`12345678😀x`)).toEqual(['12345678😀']);
});

test('of a file only the end is read, and nothing of what is no file', () => {
  const path = join(dir, 'web.log');
  writeFileSync(path, `${'x'.repeat(5000)}\nlast\n`);
  expect(lastLinesOf({ path }, limits)).toEqual(['last']);
  expect(lastLinesOf({ path: '/dev/zero' }, limits)).toEqual([]);
  expect(lastLinesOf({ path: join(dir, 'nothing') }, limits)).toEqual([]);
  expect(lastLinesOf({ path, written: 0 }, limits)).toEqual([]);
});

test('the last bytes of a stream are kept, however they come, in little memory', () => {
  for (const size of [1, 7, 100, 3000, 8192, 9000, 65_536]) {
    const tail = new OutputTail();
    let all = Buffer.alloc(0);
    for (let count = 0; all.length < 100_000; count += 1) {
      const chunk = Buffer.alloc(size, count % 251);
      tail.take(chunk);
      all = Buffer.concat([all, chunk]);
      // The memory of a chunk is used again.
      chunk.fill(255);
      if (size < 100 && all.length > 20_000) break;
    }
    expect(tail.bytes().equals(all.subarray(-8192)), `chunks of ${size}`).toBe(true);
    expect(tail.bytes().buffer.byteLength).toBeLessThanOrEqual(16_384);
  }
});
