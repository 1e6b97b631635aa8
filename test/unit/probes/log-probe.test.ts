import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinePattern } from '../../../src/daemon/probes/line-pattern.ts';
import { LogProbe } from '../../../src/daemon/probes/log-probe.ts';

function pattern(source: string): LinePattern {
  const read = LinePattern.read(source);
  if ('why' in read) throw new Error(read.why);
  return read;
}

describe('an expression is found in a line', () => {
  test.each([
    ['Listening on .*:\\d+', '[12] Listening on http://0.0.0.0:8000', 'Listening on port'],
    ['^ready$', 'ready', 'not ready'],
    ['(?i)ready to ACCEPT', 'Ready to accept connections', 'ready to except'],
    ['started|listening', 'now listening', 'starting'],
    ['{"event": ?"(?<what>ready|up)"}', 'x {"event":"up"}', '{"event": "down"}'],
    ['a{2,3}b', 'xaab', 'ab'],
    ['^a{2}$', 'aa', 'aaa'],
    ['^(?:ab)*?c', 'ababc', 'abac'],
    ['\\bup\\b', 'it is up.', 'startup'],
    ['[^\\d\\s-]', '12-a', '12 -3'],
    ['[\\]\\x41-C]+$', 'xA]', 'x'],
    ['[a-]$', 'x-', 'xb'],
    ['\\u00e9\\.', 'caf\u00e9.', 'caf\u00e9s'],
    ['^.$', '🙂', 'ab'],
    ['(|x)^', '', 'nothing'],
    ['(?i)[^a]', 'b', 'aA'],
  ])('%s', (source, found, notFound) => {
    expect(pattern(source).isIn(found)).toBe(true);
    if (source !== '(|x)^') expect(pattern(source).isIn(notFound)).toBe(false);
  });
});

test.each([
  ['(a', 'a "(" is not closed'],
  ['a)', 'closes no group'],
  ['[a', 'a "[" is not closed'],
  ['[]', 'is empty'],
  ['*a', 'nothing to repeat'],
  ['a**', 'nothing to repeat'],
  ['^*', 'nothing to repeat'],
  ['{2}', 'nothing to repeat'],
  ['a{3,2}', 'wrong way round'],
  ['a{1001}', 'over 1000'],
  ['[z-a]', 'wrong way round'],
  ['[\\d-z]', 'needs two characters'],
  ['(a)\\1', 'refers back'],
  ['(?=a)', 'only "(?:"'],
  ['(?<!a)', 'only "(?:"'],
  ['a++', 'possessive'],
  ['\\q', 'not known'],
  ['\\xg0', 'hex digits'],
  ['a\\', 'nothing behind'],
  ['(a{100}){100}', 'too large'],
  ['((((){1000}){1000}){1000}){1000}', 'too large'],
  ['('.repeat(200), 'nested too deeply'],
])('the expression %s is refused in words', (source, why) => {
  expect(LinePattern.read(source)).toEqual({ why: expect.stringContaining(why) });
});

test("an expression finds what JavaScript's own finds", () => {
  const piece = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\W', '\\s', '^', '$', '\\b', '\\B', '\\.', 'é');
  const { source } = fc.letrec<{ source: string; atom: string }>((tie) => ({
    atom: fc.oneof(
      { maxDepth: 4 },
      piece,
      tie('source').map((inner) => `(?:${inner})`),
      tie('source').map((inner) => `(${inner})`),
    ),
    source: fc.oneof(
      { maxDepth: 4 },
      fc
        .tuple(tie('atom'), fc.constantFrom('', '*', '+', '?', '*?', '{2}', '{1,2}', '{0,}'))
        .map(([atom, count]) => (count !== '' && /^(\^|\$|\\b|\\B)$/i.test(atom) ? atom : atom + count)),
      fc.tuple(tie('source'), tie('source')).map(([one, two]) => one + two),
      fc.tuple(tie('source'), tie('source')).map(([one, two]) => `${one}|${two}`),
    ),
  }));
  // So short that JavaScript's own ends soon, whatever the expression.
  const line = fc.string({ unit: fc.constantFrom('a', 'b', '.', ' ', '1', 'é', '🙂'), maxLength: 7 });
  fc.assert(
    fc.property(source, fc.array(line, { minLength: 1, maxLength: 4 }), (expression, texts) => {
      const ours = pattern(expression); // one for all lines: it remembers ways that it has gone
      // To V8 there is a place within a character of two code units, which \B then finds.
      fc.pre(!expression.includes('\\B') || !texts.join('').includes('🙂'));
      for (const text of texts) expect(ours.isIn(text)).toBe(new RegExp(expression, 'u').test(text));
    }),
    { numRuns: 500 },
  );
});

test('an expression with more ways than can be remembered finds the same', () => {
  const source = '^(a|b)*a(a|b){12}é?!$';
  const ours = pattern(source);
  const line = fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 60 }), fc.constantFrom('!', 'é!', 'é'));
  fc.assert(
    fc.property(line, (parts) => {
      expect(ours.isIn(parts.join(''))).toBe(new RegExp(source, 'u').test(parts.join('')));
    }),
    { numRuns: 300 },
  );
});

test('an expression that takes years elsewhere is done with a long line at once', () => {
  const line = `${'a'.repeat(4_095)}!`;
  const before = performance.now();
  for (const source of ['(a+)+$', '^(a|a)*$', '(.*a){20}$', '(a*)*b']) expect(pattern(source).isIn(line)).toBe(false);
  expect(performance.now() - before).toBeLessThan(3_000);
});

describe('the output of a program', () => {
  const good = (source: string, ...pieces: (string | Buffer)[]) => {
    const probe = new LogProbe(pattern(source));
    const found = pieces.map((piece) => probe.take(Buffer.from(piece)));
    return { found, end: probe.end() };
  };

  test('a line counts when it is complete, and stays found', () => {
    expect(good('^ready$', 'rea', 'dy', '\n', 'more\n').found).toEqual([false, false, true, true]);
  });

  test('a last line without its end counts when the stream ends', () => {
    expect(good('^ready$', 'x\nready')).toEqual({ found: [false], end: true });
    expect(good('^ready$', 'x\nread')).toEqual({ found: [false], end: false });
  });

  test('the CR of a line from Windows is not part of it', () => {
    expect(good('^ready$', 'ready\r\n').found).toEqual([true]);
  });

  test('an expression does not reach over two lines', () => {
    expect(good('a\\s*b', 'a\nb\n').end).toBe(false);
  });

  test('of a line without end the first 4 KiB are looked at, once, and the next line anew', () => {
    const long = 'x'.repeat(10_000);
    expect(good('ready', `ready${long}`).found).toEqual([true]);
    expect(good('ready', long, 'ready', '\n').end).toBe(false);
    expect(good('^ready', long, 'ready\n', 'ready\n').found).toEqual([false, false, true]);
  });

  test('lines cut anywhere, also within a character, are the lines', () => {
    const text = Buffer.from('starting…\nhält noch\nist jetzt bereit ✓\nweiter\n');
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const at = [0, ...cuts, text.length].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, index) => text.subarray(at[index], end));
        expect(good('^ist jetzt bereit ✓$', ...pieces).end).toBe(true);
        expect(good('noch.*ist', ...pieces).end).toBe(false);
      }),
    );
  });
});
