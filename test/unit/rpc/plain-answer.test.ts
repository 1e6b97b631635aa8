import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPlainAnswer } from '../../../src/rpc/plain-answer.ts';
import { encodeFault, encodeResponse, type XmlRpcValue } from '../../../src/rpc/xml.ts';
import { decodeResponse } from '../../../src/rpc/xml-parser.ts';

const text = fc.string({
  unit: fc.constantFrom('a', '<', '>', '&', '\n', ' ', 'é', '\u{1f600}', '"', ']]>', '\r', '_'),
});
const values = fc.letrec<{ value: XmlRpcValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom('name', 'state_x', 'toString')), tie('value'), { maxKeys: 4 }),
  ),
})).value;

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test('whatever it reads, the parser reads as the same', () => {
  let read = 0;
  fc.assert(
    fc.property(values, (value) => {
      const body = encodeResponse(value);
      const answer = readPlainAnswer(body);
      if (answer === undefined) {
        expect(body.includes('&#13;') || body.includes('__proto__')).toBe(true);
        return;
      }
      read += 1;
      expect(plain({ value: answer.type === 'value' && answer.value })).toEqual(plain(decodeResponse(body)));
    }),
    { numRuns: 300, seed: 20261122 },
  );
  expect(read).toBeGreaterThan(100);
});

test('a refusal is read with its code and its text', () => {
  const body = encodeFault({ code: 10, message: 'BAD_NAME: a<b & "c"' });
  expect(readPlainAnswer(body)).toEqual({ type: 'fault', code: 10, text: 'BAD_NAME: a<b & "c"' });
});

test('a control character that Python sends raw is taken, so that a coloured log can be shown', () => {
  const body = encodeResponse('X').replace('X', '\x1b[31mred');
  expect(readPlainAnswer(body)).toEqual({ type: 'value', value: '\x1b[31mred' });
});

describe('is left to the parser:', () => {
  const value = (inside: string) =>
    `<methodResponse><params><param><value>${inside}</value></param></params></methodResponse>`;

  test.each([
    ['a bare text', value('text')],
    ['another type', value('<double>1.5</double>')],
    ['a CDATA section', value('<string><![CDATA[x]]></string>')],
    ['a comment', value('<string>x</string><!-- -->')],
    ['an attribute', value('<string xml:lang="en">x</string>')],
    ['an entity that is not XML’s own', value('<string>&nbsp;</string>')],
    ['a reference in hexadecimal', value('<string>&#x41;</string>')],
    ['half a character', value('<string>&#55357;</string>')],
    ['an ampersand alone', value('<string>a & b</string>')],
    ['a document type', `<!DOCTYPE x>${value('<int>1</int>')}`],
    ['a carriage return', value('<string>a\r\nb</string>')],
    ['no number', value('<int>x</int>')],
    ['a half answer', value('<int>1</int>').slice(0, -5)],
    ['something behind the answer', `${value('<int>1</int>')}<x/>`],
    ['no XML', 'hello'],
    ['nothing', ''],
    [
      'a name that JavaScript knows',
      value('<struct><member><name>__proto__</name><value><int>1</int></value></member></struct>'),
    ],
  ])('%s', (_, body) => {
    expect(readPlainAnswer(body)).toBeUndefined();
  });
});
