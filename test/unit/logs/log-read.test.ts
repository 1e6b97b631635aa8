import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readLog, tailLog } from '../../../src/daemon/logs/log-read.ts';
import { LogDir } from './support/log-dir.ts';

test.each([
  [-3, 0, '89\n'],
  [-11, 0, '0123456789\n'],
  [-99, 0, '0123456789\n'],
  [0, 0, '0123456789\n'],
  [4, 0, '456789\n'],
  [0, 4, '0123'],
  [4, 4, '4567'],
  [8, 99, '89\n'],
  [11, 0, ''],
  [11, 5, ''],
  [99, 0, ''],
  [99, 5, ''],
])('reading 11 bytes from %d, length %d', (offset, length, text) => {
  using dir = new LogDir();
  writeFileSync(dir.at('a.log'), '0123456789\n');
  expect(readLog(dir.at('a.log'), offset, length)).toEqual({ text });
});

test.each([
  [-1, 1],
  [-1, -1],
  [0, -1],
  [5, -1],
])('offset %d and length %d are bad arguments', (offset, length) => {
  using dir = new LogDir();
  writeFileSync(dir.at('a.log'), '0123456789\n');
  expect(readLog(dir.at('a.log'), offset, length)).toEqual({ fault: 'BAD_ARGUMENTS' });
});

test.each([
  [0, 5, '6789\n', true],
  [0, 20, '0123456789\n', false],
  [11, 5, '', false],
  [5, 3, '89\n', true],
  [0, 11, '0123456789\n', false],
  [5, 6, '56789\n', false],
  [5, 20, '0123456789\n', false],
  [10, 5, '6789\n', false],
  [0, 0, '', true],
  [0, 1, '\n', true],
  [0, -5, '', true],
  [99, 0, '', false],
  [-5, 3, '89\n', true],
])('the tail of 11 bytes from %d, length %d', (offset, length, text, overflow) => {
  using dir = new LogDir();
  writeFileSync(dir.at('a.log'), '0123456789\n');
  expect(tailLog(dir.at('a.log'), offset, length)).toEqual({ text, offset: 11, overflow });
});

test('a log that is missing or off has no file to read, and an empty tail', () => {
  using dir = new LogDir();
  for (const path of [undefined, dir.at('missing')]) {
    expect(readLog(path, 0, -1)).toEqual({ fault: 'NO_FILE' });
    expect(tailLog(path, 0, 10)).toEqual({ text: '', offset: 0, overflow: false });
  }
  expect(readLog(dir.path, 0, 0)).toEqual({ fault: 'FAILED' });
  expect(tailLog(dir.path, 7, 10)).toEqual({ text: '', offset: 7, overflow: false });
});

test('bytes that are no UTF-8 are replaced, also a character that is cut', () => {
  using dir = new LogDir();
  writeFileSync(dir.at('a.log'), Buffer.concat([Buffer.from([0xff]), Buffer.from('aé')]));
  expect(readLog(dir.at('a.log'), 0, 0)).toEqual({ text: '\ufffdaé' });
  expect(readLog(dir.at('a.log'), 0, 3)).toEqual({ text: '\ufffda\ufffd' });
  expect(tailLog(dir.at('a.log'), 0, 1)).toMatchObject({ text: '\ufffd', offset: 4 });
});
