import { expect, test } from 'vitest';
import { readServerUrl } from '../../../src/rpc/server-address.ts';

test.each([
  ['unix:///run/s.sock', { type: 'unix', path: '/run/s.sock' }],
  ['http://localhost:9001', { type: 'inet', host: 'localhost', port: 9001 }],
  ['http://WEB1/', { type: 'inet', host: 'web1', port: 80 }],
  ['http://web1:/x:3?y', { type: 'inet', host: 'web1', port: 80 }],
  ['http://joe:pa:ss@web1:81', { type: 'inet', host: 'web1', port: 81 }],
  ['http://[::1]:9001', { type: 'inet', host: '::1', port: 9001 }],
  ['http://:9001', { type: 'inet', host: 'localhost', port: 9001 }],
])('%s', (url, address) => {
  expect(readServerUrl(url)).toEqual(address);
});

test.each([
  ['https://web1', 'Unknown protocol for serverurl https://web1'],
  ['unix:/x', 'Unknown protocol for serverurl unix:/x'],
  ['http://web1:x', "Port could not be cast to integer value as 'x'"],
  ['http://web1:65536', 'Port out of range 0-65535'],
])('%s is refused', (url, message) => {
  expect(() => readServerUrl(url)).toThrow(message);
});
