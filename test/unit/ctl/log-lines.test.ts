import { describe, expect, test } from 'vitest';
import { lineOf, quotedWords } from '../../../src/ctl/line.ts';
import { type LogLine, lastLines, lineFilter, merged, Prefixes } from '../../../src/ctl/log-lines.ts';

const line = (name: string, text: string, channel: LogLine['channel'] = 'stdout') => ({
  group: name,
  name,
  channel,
  text,
});
async function* inPieces(log: readonly LogLine[]) {
  for (const one of log) yield [one];
}

async function texts(...logs: LogLine[][]): Promise<string[]> {
  const found: string[] = [];
  for await (const lines of merged(logs.map(inPieces))) found.push(...lines.map(({ text }) => text));
  return found;
}

describe('lines of several logs', () => {
  test('come in the order of the times in them, whatever their zone', async () => {
    const a = [line('a', '2026-11-23T10:00:01Z one'), line('a', '[2026-11-23 10:00:03,250Z] three')];
    const b = [line('b', '2026-11-23T11:00:02+01:00 two'), line('b', '2026-11-23T10:00:03.5Z four')];
    expect((await texts(a, b)).map((text) => text.split(' ').at(-1))).toEqual(['one', 'two', 'three', 'four']);
  });

  test('a traceback stays behind the line before it', async () => {
    const a = [line('a', '2026-11-23T10:00:01Z error'), line('a', '  File "x"'), line('a', 'KeyError')];
    expect(await texts(a, [line('b', '2026-11-23T10:00:01.5Z later')])).toEqual([
      '2026-11-23T10:00:01Z error',
      '  File "x"',
      'KeyError',
      '2026-11-23T10:00:01.5Z later',
    ]);
  });

  test('without times they come one log after the other', async () => {
    expect(await texts([line('a', '1'), line('a', '2')], [line('b', '3')])).toEqual(['1', '2', '3']);
  });
});

test('the first line of a piece of a file is left out if it may have been cut', () => {
  expect(lastLines('cut\nb\nc\n', true, 10)).toEqual(['b', 'c']);
  expect(lastLines('a\nb\nc', false, 2)).toEqual(['b', 'c']);
  expect(lastLines('a\n', false, 0)).toEqual([]);
});

describe('--grep', () => {
  const filtered = (grep: string, isInverted: boolean, ...given: string[]) =>
    lineFilter({ grep, isInverted })(given.map((text) => line('a', text))).map(({ text }) => text);

  test('shows the lines that fit, or with --invert those that do not', () => {
    expect(filtered('a', false, 'a', 'b')).toEqual(['a']);
    expect(filtered('a', true, 'a', 'b')).toEqual(['b']);
  });

  test('searches only the beginning of a very long line', () => {
    const long = `${'x'.repeat(5000)}end`;
    expect(filtered('end$', false, 'the end', long)).toEqual(['the end']);
  });

  test('with an expression that takes for ever is given up, and it is named', () => {
    expect(() => filtered('(a+)+$', false, `${'a'.repeat(60)}!`)).toThrow('"(a+)+$" takes too long');
  });
});

test('names are as wide as the widest, and stderr has a mark of its own', () => {
  const prefixes = new Prefixes(['a', 'web:web_00'], [(text) => text]);
  expect(prefixes.of(line('a', ''))).toBe('a          | ');
  expect(prefixes.of({ ...line('web', '', 'stderr'), name: 'web_00' })).toBe('web:web_00 ! ');
});

test('a regular expression with blanks, quotes and backslashes arrives as it was given', () => {
  const given = ['-f', 'web*', '--grep', String.raw`it's "\d+ x"`, ''];
  expect(quotedWords(lineOf(given))).toEqual(given);
  expect(quotedWords(String.raw`--grep "GET /" \d+ it's`)).toEqual(['--grep', 'GET /', String.raw`\d+`, "it's"]);
});
