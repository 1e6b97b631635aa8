import { expect, test } from 'vitest';
import { Gate } from '../../../src/rpc/gate.ts';
import { addressesIn, HostNames } from '../../../src/rpc/host-names.ts';

const names = new HostNames(['Box.example.org', 'box', ''], (name) => name === 'fixed.example');

test.each([
  ['no Host at all', undefined],
  ['an empty Host', ''],
  ['localhost', 'localhost:9001'],
  ['localhost as a browser may write it', 'LOCALHOST.'],
  ['a name below localhost', 'app.localhost:1'],
  ['an IPv4 address', '192.0.2.7:9001'],
  ['an IPv6 address', '[::1]:9001'],
  ['an IPv6 address without port', '[2001:db8::7]'],
  ['our name, whatever its case', 'box.EXAMPLE.org:80'],
  ['our short name', 'box'],
  ['a name that cannot be moved', 'fixed.example:9001'],
])('%s is a Host of ours', (_, host) => {
  expect(names.has(host)).toBe(true);
});

test.each([
  'evil.example',
  'evil.example:9001',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'notlocalhost',
  'box.evil.example',
  '[evil.example]:9001',
  '[::1].evil.example',
  'localhost@evil.example',
  'localhost/evil.example',
  '127.0.0.1:9001:80',
  'evil.example:9001 ',
])('"%s" is no Host of ours', (host) => {
  expect(names.has(host)).toBe(false);
});

test('a hosts file is read as hosts(5) says', () => {
  const hosts = '127.0.0.1 localhost # evil.example\n# 127.0.0.1 evil.example\n\t127.0.1.1\tbox.example.org  BOX\n';
  expect(addressesIn(hosts, 'box')).toEqual(['127.0.1.1']);
  expect(addressesIn(hosts, 'box.example.org')).toEqual(['127.0.1.1']);
  expect(addressesIn(hosts, 'evil.example')).toEqual([]);
  expect(addressesIn(hosts, '127.0.0.1')).toEqual([]);
});

const statusOf = (gate: Gate, headers: Record<string, string>) => gate.refusal(headers)?.status;

test("without credentials a stranger's name is refused to everyone", () => {
  const gate = new Gate(undefined, { names, for: 'everyone' });
  expect(statusOf(gate, { host: 'evil.example' })).toBe(403);
  expect(statusOf(gate, { host: 'evil.example', origin: 'http://evil.example' })).toBe(403);
  expect(statusOf(gate, { host: 'localhost:9001' })).toBeUndefined();
});

test('on a port that is open to everyone only browsers are refused for the name they ask for', () => {
  const gate = new Gate({ username: '', password: '' }, { names, for: 'browsers' });
  expect(statusOf(gate, { host: 'alias.example', 'user-agent': 'Python-xmlrpc/3.11' })).toBeUndefined();
  for (const header of ['referer', 'accept-language', 'sec-fetch-mode']) {
    expect([header, statusOf(gate, { host: 'alias.example', [header]: 'x' })]).toEqual([header, 403]);
    expect([header, statusOf(gate, { host: 'box', [header]: 'x' })]).toEqual([header, undefined]);
  }
  expect(statusOf(gate, { host: 'alias.example', origin: 'http://alias.example' })).toBe(403);
});

test('with credentials any name will do, for a browser keeps them by name', () => {
  const gate = new Gate({ username: 'ann', password: 'b' }, { names, for: 'everyone' });
  expect(statusOf(gate, { host: 'sup.example', authorization: 'Basic YW5uOmI=' })).toBeUndefined();
  expect(statusOf(gate, { host: 'sup.example' })).toBe(401);
});

test('a link on a page of another site leads to ours, and is the only thing there that does', () => {
  const gate = new Gate(undefined, { names, for: 'everyone' });
  const link = {
    host: 'box',
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };
  expect(gate.refusal(link, 'GET')).toBeUndefined();
  expect(gate.refusal({ ...link, host: 'evil.example' }, 'GET')?.status).toBe(403);
  expect(gate.refusal({ ...link, origin: 'http://evil.example' }, 'GET')?.status).toBe(403);
  for (const method of ['POST', 'HEAD', undefined]) expect(gate.refusal(link, method)?.status).toBe(403);
  for (const mode of ['no-cors', 'cors', 'websocket']) {
    expect(gate.refusal({ ...link, 'sec-fetch-mode': mode }, 'GET')?.status).toBe(403);
  }
  for (const destination of ['iframe', 'embed', 'object', 'frame', 'empty']) {
    expect(gate.refusal({ ...link, 'sec-fetch-dest': destination }, 'GET')?.status).toBe(403);
  }
});

test("a browser's own word that the page is ours counts more than the Host of a proxy", () => {
  const gate = new Gate(undefined);
  const headers = { host: '127.0.0.1:9001', origin: 'https://sup.example' };
  expect(statusOf(gate, headers)).toBe(403);
  expect(statusOf(gate, { ...headers, 'sec-fetch-site': 'same-origin' })).toBeUndefined();
  expect(statusOf(gate, { ...headers, 'sec-fetch-site': 'same-site' })).toBe(403);
  expect(statusOf(gate, { ...headers, 'sec-fetch-site': 'none' })).toBe(403);
});
