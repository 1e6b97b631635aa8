/** What event listeners should not write to their stdout: near the protocol, and far from it. */
import fc from 'fast-check';

const number = fc.oneof(
  fc.nat({ max: 30 }).map(String),
  fc.constantFrom('-1', '-0', '+2', '0', 'NaN', 'inf', '1e3', '2.5', '0x10', ' 2 ', '1_0', '1__0', '', '٣', '2\0'),
  fc.constantFrom('1048577', '99999999999', '9'.repeat(400), '0'.repeat(20_000)),
);

const word = fc.constantFrom(
  'READY\n',
  'READY',
  '\n',
  'RESULT 2\nOK',
  'RESULT 4\nFAIL',
  'RESULT 2\nOKREADY\n',
  'RESULT 2\nOK\nREADY\n',
  'RESULT 0\n',
  'result 2\nOK',
  'BUSY\n',
  'ready\n',
  'READY\r\n',
  'RESULT 2\r\nOK',
);

const piece = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 3, arbitrary: number.map((it) => `RESULT ${it}\n`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat({ max: 5_000 }), fc.constantFrom('x', '\0', 'READY'))
      .map(([times, what]) => what.repeat(times)),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 40 }).map((it) => Buffer.from(it).toString('latin1')) },
);

/** A stream, each character one byte, and where a pipe cuts it. */
export interface ListenerStream {
  readonly text: string;
  readonly cuts: readonly number[];
}

export const listenerStream: fc.Arbitrary<ListenerStream> = fc
  .tuple(fc.array(piece, { maxLength: 6 }), fc.array(fc.nat({ max: 100_000 }), { maxLength: 6 }), fc.boolean())
  .map(([pieces, somewhere, isByteByByte]) => {
    const text = Buffer.from(pieces.join('')).toString('latin1');
    const start = isByteByByte ? Array.from({ length: Math.min(text.length, 100) }, (_, at) => at) : [];
    const cuts = new Set([...start, ...somewhere.map((cut) => cut % (text.length + 1))]);
    return { text, cuts: [...cuts].sort((a, b) => a - b) };
  });
