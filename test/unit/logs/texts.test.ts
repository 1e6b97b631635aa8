import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnsiStripper, stripAnsi } from '../../../src/daemon/logs/ansi.ts';
import {
  decodedOutput,
  pythonBytesRepr,
  pythonRepr,
  unfinishedCharacter,
} from '../../../src/daemon/logs/python-repr.ts';
import { SyslogLines } from '../../../src/daemon/logs/syslog-lines.ts';

const stripped = (text: string) => stripAnsi(Buffer.from(text)).toString();

test('colours and cursor movements are stripped, titles stay', () => {
  expect(stripped('\x1b[1;31mred\x1b[0m plain')).toBe('red plain');
  expect(stripped('\x1b[2J\x1b[H\x1b[10;10fhome')).toBe('home');
  expect(stripped('\x1b]0;title\x07text')).toBe('\x1b]0;title\x07text');
  expect(stripped('a\x1b[31')).toBe('a');
  expect(stripped('\x1b[xyzmrest')).toBe('rest');
  expect(stripped('no escapes, H f m')).toBe('no escapes, H f m');
});

function strippedInChunks(text: string, cuts: readonly number[]): string {
  const stripper = new AnsiStripper();
  const bytes = Buffer.from(text);
  const at = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  const parts = at.slice(1).map((to, index) => stripper.strip(bytes.subarray(at[index], to)).toString());
  return parts.join('') + stripper.end().toString();
}

test('a sequence that is cut by a read is stripped all the same', () => {
  expect(strippedInChunks('a\x1b[1;31mred', [2])).toBe('ared');
  const text = '\x1b[1;31mred\x1b[0m and \x1b[38;5;196mmore\x1b[K.';
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
      expect(strippedInChunks(text, cuts)).toBe('red and more.');
    }),
  );
});

test('an escape that begins no sequence does not swallow the next chunk', () => {
  expect(strippedInChunks('a\x1bhello', [2])).toBe('a\x1bhello');
  expect(strippedInChunks(`\x1b[${'1'.repeat(100)}zzz`, [90])).toBe('1'.repeat(12).concat('zzz'));
});

test('bytes are shown as Python shows them', () => {
  expect(pythonBytesRepr(Buffer.from([0x88, 0x0a]))).toBe("b'\\x88\\n'");
  expect(pythonBytesRepr(Buffer.from('RESULT 2\nOKREADY\n'))).toBe("b'RESULT 2\\nOKREADY\\n'");
  expect(pythonBytesRepr(Buffer.from(`it's`))).toBe(`b"it's"`);
  expect(pythonBytesRepr(Buffer.from(`'"\\\t\r\0\x7f`))).toBe(`b'\\'"\\\\\\t\\r\\x00\\x7f'`);
});

test('names are shown as Python shows them', () => {
  expect(pythonRepr('cat')).toBe("'cat'");
  expect(pythonRepr("o'clock")).toBe(`"o'clock"`);
  expect(pythonRepr('grün 日本\u00a0\u2028\n')).toBe("'grün 日本\\xa0\\u2028\\n'");
});

test('output that is not UTF-8 is called undecodable', () => {
  expect(decodedOutput(Buffer.from('grün\n'))).toBe('grün\n');
  expect(decodedOutput(Buffer.from([0x88, 0x0a]))).toBe("Undecodable: b'\\x88\\n'");
});

test('the start of a character at the end of a chunk is told from a wrong byte', () => {
  for (const character of ['ü', '日', '😀']) {
    const bytes = Buffer.from(`x${character}`);
    for (let kept = 1; kept <= bytes.length; kept += 1) {
      expect(unfinishedCharacter(bytes.subarray(0, kept))).toBe(kept === bytes.length ? 0 : kept - 1);
    }
  }
  for (const wrong of [[0x88], [0xff], [0xc0], [0x80, 0x80, 0x80, 0x80]]) {
    expect(unfinishedCharacter(Buffer.from(wrong))).toBe(0);
  }
});

test('syslog gets one message a line, also of a line that came in two reads', () => {
  const lines: string[] = [];
  const syslog = new SyslogLines((line) => lines.push(line));
  syslog.write(Buffer.from('one\ntw'));
  syslog.write(Buffer.from('o\n\nrest'));
  expect(lines).toEqual(['one', 'two', '']);
  syslog.end();
  expect(lines).toEqual(['one', 'two', '', 'rest']);
});
