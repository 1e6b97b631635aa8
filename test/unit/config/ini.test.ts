import { describe, expect, test } from 'vitest';
import { IniFile, scan } from '../../../src/config/ini.ts';
import { throughIni } from '../../../src/daemon/config/ini-package.ts';

function entriesOf(text: string) {
  const scanned = scan(text);
  if (scanned.type !== 'entries') throw new Error(JSON.stringify(scanned));
  return scanned.entries;
}

test('every value keeps its file and the line of its key', () => {
  const ini = new IniFile();
  ini.add(entriesOf('; c\n[a]\nx = 1\n  2\ny=3\n'), 'one');
  ini.add(entriesOf('[b]\n[a]\n\ny=4\n'), 'two');
  expect(ini.get('a', 'x')).toEqual({ value: '1\n2', place: { file: 'one', line: 3 } });
  expect(ini.get('a', 'y')).toEqual({ value: '4', place: { file: 'two', line: 4 } });
  expect(ini.placeOf('a')).toEqual({ file: 'one', line: 2 });
});

test('[DEFAULT] keeps its %(here)s for the sections of files that come later', () => {
  const ini = new IniFile();
  ini.add(entriesOf('[DEFAULT]\nd=%(here)s\n[a]\n'), 'one');
  ini.replaceHere('/one');
  ini.add(entriesOf('[b]\n'), 'two');
  ini.replaceHere('/two');
  expect([ini.get('a', 'd')?.value, ini.get('b', 'd')?.value]).toEqual(['/one', '/two']);
});

describe('the way through the ini package changes no value', () => {
  test.each([
    'true',
    'null',
    '5',
    'a ; b # c',
    '"quoted"',
    "'quoted'",
    '{"a": 1}',
    'a=b=c',
    '[x]',
    'a\nb\n\nc',
    'C:\\dir\\;y',
    '\u2028 \u2029 \u0085',
    '__proto__',
    '$HOME',
    '',
    '😀',
  ])('%j', (value) => {
    const entries = [
      { type: 'section' as const, section: 'program:a.b', line: 1 },
      { type: 'setting' as const, section: 'program:a.b', key: 'x[]', value, line: 2 },
    ];
    expect(throughIni(entries)).toEqual(entries);
  });
});

describe('a text that is made to be slow is read at once', () => {
  const many = 200_000;
  test.each([
    ['semicolons', `[a]\nx=${';'.repeat(many)}`],
    ['semicolons and hashes in turn', `[a]\nx=${';#'.repeat(many)}`],
    ['blanks in the middle of a line', `[a]\nx${' '.repeat(many)}y`],
    ['blanks before a delimiter', `[a]\nx${' '.repeat(many)}= y`],
    ['empty lines in a value', `[a]\nx=1\n${'\n'.repeat(many)}  2`],
    ['brackets', `[${']'.repeat(many)}`],
    ['lines that go on', `[a]\nx=1\n${'  y\n'.repeat(many)}`],
  ])('%s', (_, text) => {
    // What takes quadratic time here takes minutes; vitest ends a test after five seconds.
    expect(['entries', 'bad lines']).toContain(scan(text).type);
  });
});
