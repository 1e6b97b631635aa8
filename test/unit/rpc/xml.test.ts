import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../../src/rpc/faults.ts';
import {
  DateTime,
  Double,
  encodeCall,
  encodedArray,
  encodeFault,
  encodeResponse,
  encodeValue,
  PreEncoded,
  type XmlRpcValue,
} from '../../../src/rpc/xml.ts';
import { decodeCall, decodeResponse } from '../../../src/rpc/xml-parser.ts';

test('an answer is laid out as Supervisor lays it out', () => {
  expect(encodeResponse([{ name: 'cat', state: 20, inuse: true }, []])).toBe(
    "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><array><data>\n<value><struct>\n" +
      '<member>\n<name>name</name>\n<value><string>cat</string></value>\n</member>\n' +
      '<member>\n<name>state</name>\n<value><int>20</int></value>\n</member>\n' +
      '<member>\n<name>inuse</name>\n<value><boolean>1</boolean></value>\n</member>\n' +
      '</struct></value>\n<value><array><data>\n</data></array></value>\n</data></array></value>\n' +
      '</param>\n</params>\n</methodResponse>\n',
  );
});

test('a fault is laid out as Supervisor lays it out', () => {
  expect(encodeFault(new Fault('BAD_NAME', 'a<b'))).toBe(
    "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n" +
      '<value><int>10</int></value>\n</member>\n<member>\n<name>faultString</name>\n' +
      '<value><string>BAD_NAME: a&lt;b</string></value>\n</member>\n</struct></value>\n</fault>\n</methodResponse>\n',
  );
});

test('characters that XML cannot hold become U+FFFD, and CR survives', () => {
  const log = 'a\x1b[31m\0\ufffe\ud800 \udc00\r\n\t😀&<>"';
  const back = decodeResponse(encodeResponse(log));
  expect(back).toEqual({ value: 'a\ufffd[31m\ufffd\ufffd\ufffd \ufffd\r\n\t😀&<>"' });
});

test('integers beyond 32 bits are clamped', () => {
  expect(encodeValue(5 * 1024 ** 3)).toBe('<value><int>2147483647</int></value>\n');
  expect(encodeValue(-1e300)).toBe('<value><int>-2147483648</int></value>\n');
  expect(encodeValue(1.5)).toBe('<value><double>1.5</double></value>\n');
  expect(encodeValue(new Double(-0))).toBe('<value><double>-0.0</double></value>\n');
});

test('a value encoded beforehand is the same answer, whole or inside another', () => {
  const value = [{ name: 'é' }, { name: 'b' }];
  const ready = PreEncoded.of(value);
  expect(ready.body.toString()).toBe(encodeResponse(value));
  expect(encodedArray(ready.text + ready.text)).toBe(encodeValue([value, value]));
});

const text = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((it) => !/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(it));
const anyValue = fc.letrec<{ value: XmlRpcValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.integer(),
    fc.boolean(),
    fc.double().filter((it) => !Number.isInteger(it)),
    fc
      .double({ noNaN: true })
      .filter(Number.isInteger)
      .map((it) => new Double(it)),
    fc.constant(new DateTime('20261122T17:05:07')),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5, noNullPrototype: false }),
  ),
})).value;

test('3,000 random values are read as they were written, in answers and in calls', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(decodeResponse(encodeResponse(value))).toEqual({ value });
      expect(decodeCall(Buffer.from(encodeCall('a.b', [value, 1])))).toEqual({ methodName: 'a.b', params: [value, 1] });
    }),
    { numRuns: 3000 },
  );
});
