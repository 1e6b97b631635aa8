/**
 * Bodies of XML-RPC requests that nobody should send: calls that are well formed and wrong, and what is no call at all.
 * All are text in which each character is one byte.
 *
 * They may call everything but what would end the daemon or its bystander (`shutdown`, `stopAllProcesses` and their
 * like get arguments that are refused): a test wants to see that the daemon goes on in between.
 */
import fc from 'fast-check';
import { supervisorMethods } from '../../src/rpc/methods.ts';
import { encodeCall, type XmlRpcStruct, type XmlRpcValue } from '../../src/rpc/xml.ts';

/** What ends the daemon or touches every program. */
const fatal = /^(shutdown|restart|(start|stop|signal)AllProcesses)$/;

const prototypeNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__class__', 'prototype'];
const walks = [
  'supervisor.supervisord.options.execve',
  'supervisor.supervisord.options.warnings.linecache.os.system',
  'supervisor.__init__',
  'supervisor._update',
  'supervisor',
  'supervisor.',
  '.getPID',
  'system.__class__.__mro__',
  'SUPERVISOR.getPID',
  'supervisor.getPID ',
];
const harmlessMethods = Object.keys(supervisorMethods).filter((name) => !fatal.test(name));

const methodName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...harmlessMethods).map((name) => `supervisor.${name}`) },
  { weight: 2, arbitrary: fc.constantFrom('listMethods', 'methodHelp', 'methodSignature').map((it) => `system.${it}`) },
  { weight: 1, arbitrary: fc.constantFrom(...walks) },
  { weight: 1, arbitrary: fc.constantFrom(...prototypeNames).map((name) => `supervisor.${name}`) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }).filter((it) => it !== '') },
);

/** Names of processes: `target` is there to be ill-treated, the bystander is not to be found by these. */
const processName = fc.constantFrom(
  'target',
  'target:target',
  'target:*',
  'target:',
  '*',
  '*:*',
  ':',
  '',
  'x<y>&"z\'',
  '../../etc/passwd',
  '__proto__:constructor',
  'x'.repeat(5000),
);

const number = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 1e300, 65_536, 1 << 20),
  fc.double(),
);

const value: fc.Arbitrary<XmlRpcValue> = fc.letrec<{ value: XmlRpcValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    processName,
    number,
    fc.boolean(),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom(...prototypeNames, 'name', 'methodName'), tie('value'), { maxKeys: 4 }),
  ),
})).value;

const params = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(processName) },
  { weight: 2, arbitrary: fc.tuple(processName, fc.boolean()) },
  { weight: 2, arbitrary: fc.tuple(processName, number, number) },
  { weight: 2, arbitrary: fc.tuple(processName, fc.string({ maxLength: 200 })) },
  { weight: 4, arbitrary: fc.array(value, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.array(fc.constant('x'.repeat(3000)), { minLength: 10, maxLength: 60 }) },
);

interface Called {
  readonly methodName: string;
  readonly params: readonly XmlRpcValue[];
}

const call: fc.Arbitrary<Called> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ methodName, params }) },
  // One argument too many for each of them.
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('shutdown', 'restart', 'stopAllProcesses', 'startAllProcesses')
      .map((name) => ({ methodName: `supervisor.${name}`, params: [true, true, true] })),
  },
);

const bytes = (text: string): string => Buffer.from(text).toString('latin1');
const document = ({ methodName, params }: Called): string => bytes(encodeCall(methodName, params));

const oddCall: fc.Arbitrary<XmlRpcValue> = fc.oneof(
  { weight: 3, arbitrary: call.map((it): XmlRpcStruct => ({ methodName: it.methodName, params: it.params })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<XmlRpcValue[]>(
      { methodName: 'system.multicall', params: [[{ methodName: 'system.multicall', params: [[]] }]] },
      { methodName: 'supervisor.getPID', params: 'none' },
      { methodName: 7 },
      { params: [] },
      [],
      'supervisor.getPID',
    ),
  },
);

const multicall = fc.oneof(
  { weight: 9, arbitrary: fc.array(oddCall, { maxLength: 20 }) },
  { weight: 1, arbitrary: value },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('supervisor.getState', 'supervisor.none', 'system.multicall'), fc.constantFrom(100, 1000))
      .map(([methodName, times]) => Array.from({ length: times }, () => ({ methodName, params: [] }))),
  },
);

/** A call that any XML-RPC parser reads: of what is not there, with what does not fit, or of what is harmless. */
export const wellFormedCall: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: call.map(document) },
  { weight: 1, arbitrary: multicall.map((calls) => document({ methodName: 'system.multicall', params: [calls] })) },
);

/** Ten thousand calls in one: too many to be drawn often. */
export const longMulticall: string = document({
  methodName: 'system.multicall',
  params: [Array.from({ length: 10_000 }, () => ({ methodName: 'supervisor.getState', params: [] }))],
});

const getPid = (inside: string): string =>
  `<?xml version="1.0"?><methodCall><methodName>supervisor.getPID</methodName>${inside}</methodCall>`;
const param = (value: string): string => getPid(`<params><param><value>${value}</value></param></params>`);

function laughs(levels: number): string {
  const entities = Array.from({ length: levels }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`);
  return `<?xml version="1.0"?><!DOCTYPE m [<!ENTITY l0 "lol">${entities.join('')}]>${getPid('')}&l${levels};`;
}

const traps = fc.constantFrom(
  ...[1, 9, 40].map(laughs),
  `<!DOCTYPE m SYSTEM "file:///etc/passwd">${getPid('')}`,
  `<!DOCTYPE m [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]>${param('&x;')}`,
  '<!DOCTYPE m ['.padEnd(20_000, '<!ENTITY % p "%q;">'),
  param('<![CDATA[]]>'),
  param('<![CDATA[ <value> ]]&gt; ]]>'),
  param('<![CDATA['.repeat(500)),
  param('&#0;'),
  param('&#xD800;'),
  param('&#99999999999999999999;'),
  param('&nope;'),
  param('&'),
  param('\xc3\x28'),
  param('\xed\xa0\x80'),
  param('\xff\xfe<\0?\0'),
  param('\0'),
  param(`<int>${'9'.repeat(20_000)}</int>`),
  param('<int>1e9</int>'),
  param('<int>0x10</int>'),
  param('<double>1e999999</double>'),
  param('<double>--1</double>'),
  param('<nil/>'),
  param('<base64>====</base64>'),
  param('<base64>/w==</base64>'),
  param('<dateTime.iso8601>99999999T99:99:99</dateTime.iso8601>'),
  param('<struct><member><name>a</name></member></struct>'),
  param('<struct><member><value>a</value></member></struct>'),
  param('<array><data><value>1</value></data><data/></array>'),
  param('<value>'.repeat(300)),
  getPid('<params/>'.repeat(3)),
  getPid('<methodName>supervisor.getState</methodName>'),
  getPid(`<params>${'<param><value/></param>'.repeat(2000)}</params>`),
  `<a:methodCall xmlns:a="x">${'<a:b>'.repeat(100)}`,
  `<methodCall ${Array.from({ length: 1000 }, (_, at) => `a${at}="${'x'.repeat(10)}"`).join(' ')}/>`,
  `<methodCall><${'m'.repeat(50_000)}/></methodCall>`,
  `<!--${'-'.repeat(10_000)}`,
  `<?xml version="1.0" encoding="utf-16"?>${getPid('')}`,
  `<?xml version="1.0" encoding="UTF-7"?>${getPid('')}`,
  `${getPid('')}${getPid('')}`,
  `  ${getPid('')}`,
  '<methodResponse><fault/></methodResponse>',
  '<methodCall/>',
  '',
);

const nested = fc
  .tuple(fc.constantFrom('<value><array><data>', '<value><struct><member><name>a</name>'), fc.nat({ max: 2000 }))
  .map(([opening, levels]) => getPid(`<params><param>${opening.repeat(levels)}`));

const damaged = fc
  .tuple(wellFormedCall, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }), fc.nat())
  .map(([text, flips, cut]) => {
    const body = Buffer.from(text, 'latin1');
    for (const [at, byte] of flips) if (body.length > 0) body[at % body.length] = byte;
    return body.toString('latin1', 0, flips.length % 2 === 0 ? body.length : cut % (body.length + 1));
  });

/** What is no XML, no XML-RPC, or a trap for those who read it. */
export const brokenBody: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: traps },
  { weight: 1, arbitrary: nested },
  { weight: 3, arbitrary: damaged },
  { weight: 1, arbitrary: fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)) }) },
);
