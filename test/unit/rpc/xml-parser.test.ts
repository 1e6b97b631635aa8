import { expect, test } from 'vitest';
import { Fault } from '../../../src/rpc/faults.ts';
import { Double, type XmlRpcValue } from '../../../src/rpc/xml.ts';
import { decodeCall, decodeResponse } from '../../../src/rpc/xml-parser.ts';

function params(inside: string): readonly XmlRpcValue[] | string {
  const call = decodeCall(`<?xml version="1.0"?><methodCall><methodName>m</methodName>${inside}</methodCall>`);
  return 'malformed' in call ? call.malformed : call.params;
}

function value(inside: string): XmlRpcValue | string {
  const read = params(`<params><param><value>${inside}</value></param></params>`);
  return typeof read === 'string' ? read : (read[0] ?? 'nothing');
}

test('each type is read as Supervisor reads it', () => {
  expect(value(' bare &amp; text ')).toBe(' bare & text ');
  expect(value('')).toBe('');
  expect(value('<string/>')).toBe('');
  expect(value('<string>a<![CDATA[<b>]]>&#x263A;</string>')).toBe('a<b>☺');
  expect(value('<i4> 7 </i4>')).toBe(7);
  expect(value('<i8>9000000000</i8>')).toBe(9_000_000_000);
  expect(value('<boolean>1</boolean>')).toBe(true);
  expect(value('<boolean>true</boolean>')).toBe(false);
  expect(value('<double>1e1</double>')).toEqual(new Double(10));
  expect(value('<base64>aGVsbG8gw6k=\n</base64>')).toBe('hello é');
  expect(value(' <array> <data/> </array> ')).toEqual([]);
  expect(value('<struct/>')).toEqual({});
});

test('a type without <value> around it, and no <params>, are taken as Supervisor takes them', () => {
  expect(params('')).toEqual([]);
  expect(params('<params><param><struct/></param></params>')).toEqual([{}]);
  expect(value('<array><data><int>1</int><array><data/></array></data></array>')).toEqual([1, []]);
});

test.each([
  ['no XML', 'abc'],
  ['nothing', ''],
  ['no method name', '<methodCall/>'],
  ['an empty method name', '<methodCall><methodName></methodName></methodCall>'],
  ['another root', '<methodResponse/>'],
  ['an end that is missing', '<methodCall><methodName>a</methodName>'],
  ['two roots', '<methodCall><methodName>a</methodName></methodCall><a/>'],
  ['a DTD', '<!DOCTYPE a []><methodCall><methodName>a</methodName></methodCall>'],
  ['a DTD after a comment', '<!-- <a> --><!DOCTYPE a><methodCall><methodName>a</methodName></methodCall>'],
  ['an entity that is not declared', '<methodCall><methodName>&a;</methodName></methodCall>'],
  ['a NUL', '<methodCall><methodName>&#0;</methodName></methodCall>'],
  ['bytes that are no UTF-8', Buffer.from('<methodCall><methodName>\xff</methodName></methodCall>', 'latin1')],
])('a call of %s is refused', (_what, source) => {
  expect(decodeCall(source)).toHaveProperty('malformed');
});

test('a DTD is refused when it begins, not when it ends', () => {
  expect(decodeCall('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY')).toEqual({ malformed: 'Expected no DTD' });
});

test.each([
  '<int>1x</int>',
  '<int/>',
  '<int>0x10</int>',
  '<double>1,5</double>',
  '<dateTime.iso8601>today</dateTime.iso8601>',
  '<base64>abc</base64>',
  '<base64>/w==</base64>',
  '<nil/>',
  '<array/>',
  '<array><data/><data/></array>',
  '<int>1</int><int>2</int>',
  '<struct><member><name>a</name></member></struct>',
  '<struct><member><value/></member></struct>',
])('the value %s is refused', (inside) => {
  expect(value(inside)).toMatch(/^Expected /);
});

test('names that every object has are names like any other', () => {
  const member = (name: string) => `<member><name>${name}</name><value>x</value></member>`;
  const read = value(`<struct>${['__proto__', 'constructor', 'toString'].map(member).join('')}</struct>`);
  expect(Object.keys(read)).toEqual(['__proto__', 'constructor', 'toString']);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('64 levels of values are read, 65 are refused', () => {
  const nested = (levels: number) =>
    value('<array><data><value>'.repeat(levels) + '</value></data></array>'.repeat(levels));
  expect(Array.isArray(nested(64))).toBe(true);
  expect(nested(65)).toBe('Expected at most 64 levels of values');
});

test('more elements than the limit are refused', () => {
  const call = (values: number) =>
    decodeCall(`<methodCall><methodName>m</methodName><params>${'<value/>'.repeat(values)}</params></methodCall>`, {
      depth: 9,
      elements: 13,
    });
  expect(call(10)).toHaveProperty('params');
  expect(call(11)).toEqual({ malformed: 'Expected at most 13 elements' });
});

test("an answer is its value, or Supervisor's refusal", () => {
  const fault = decodeResponse(
    "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n<member>\n<name>faultCode</name>\n" +
      '<value><int>7</int></value>\n</member>\n<member>\n<name>faultString</name>\n' +
      '<value><string>OOPS: x</string></value>\n</member>\n</struct></value>\n</fault>\n</methodResponse>\n',
  );
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toMatchObject({ code: 7, message: 'OOPS: x' });
  expect(decodeResponse('<methodResponse><params/></methodResponse>')).toHaveProperty('malformed');
  expect(decodeResponse('<methodResponse><fault><value>1</value></fault></methodResponse>')).toHaveProperty(
    'malformed',
  );
});
