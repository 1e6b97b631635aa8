import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readNotify } from '../../../src/daemon/probes/notify-message.ts';

test.each([
  ['READY=1', { state: 'ready' }],
  ['READY=1\n', { state: 'ready' }],
  ['READY=1\0', { state: 'ready' }],
  ['READY=0', {}],
  ['READY=1\nSTATUS=Serving 7 clients\nMAINPID=4711', { state: 'ready', status: 'Serving 7 clients', mainPid: 4711 }],
  ['READY=1\nSTOPPING=1', { state: 'stopping' }],
  ['RELOADING=1\nMONOTONIC_USEC=12', { state: 'reloading' }],
  ['STATUS=one\nSTATUS=a=b', { status: 'a=b' }],
  ['STATUS=\x1b[2Jboo\u202e', { status: '\u{fffd}[2Jboo\u{fffd}' }],
  [`STATUS=${'x'.repeat(300)}`, { status: `${'x'.repeat(256)}…` }],
  ['WATCHDOG=1', { watchdog: 'ping' }],
  ['WATCHDOG=trigger', { watchdog: 'trigger' }],
  ['WATCHDOG_USEC=20000000', { watchdogMs: 20_000 }],
  ['WATCHDOG_USEC=-1', {}],
  ['ERRNO=2', { errno: 2 }],
  ['ERRNO=99999', {}],
  ['MAINPID=0', {}],
  ['MAINPID=12x', {}],
  ['MAINPID=2147483648', {}],
  ['FDSTORE=1\nFDNAME=x\nX_OWN=y', {}],
  ['ready', {}],
  ['=1', {}],
  ['', {}],
  ['READY=1\0\nSTOPPING=1', {}],
  [`READY=1\nX=${'x'.repeat(5_000)}`, {}],
])('%j', (datagram, message) => {
  expect(readNotify(Buffer.from(datagram))).toEqual(message);
});

test('any bytes whatever are read without trouble, and what is shown of them is harmless', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const message = readNotify(Buffer.concat([Buffer.from('STATUS='), bytes]));
      expect(message.status ?? '').not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});
