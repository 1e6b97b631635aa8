import { describe, expect, test } from 'vitest';
import { readServer, serversIn } from '../../../src/config/servers.ts';
import { daemonsOf } from '../../../src/ctl/daemons.ts';

describe('a server', () => {
  test.each([
    ['http://10.0.0.7:9001', '10.0.0.7:9001', 'http://10.0.0.7:9001'],
    ['paris-1=http://10.0.0.7:9001', 'paris-1', 'http://10.0.0.7:9001'],
    ['unix:///run/s.sock', '/run/s.sock', 'unix:///run/s.sock'],
    ['zürich=unix:///run/a=b@c.sock', 'zürich', 'unix:///run/a=b@c.sock'],
    ['http://[::1]:9001', '[::1]:9001', 'http://[::1]:9001'],
  ])('%s is called %s', (given, name, serverurl) => {
    expect(readServer(given)).toEqual({ name, serverurl, username: undefined, password: undefined });
  });

  test('has its own user and password, which are not shown', () => {
    expect(readServer('a=http://joe:p%40ss:w@host:9001')).toEqual({
      name: 'a',
      serverurl: 'http://host:9001',
      username: 'joe',
      password: 'p@ss:w',
    });
  });

  test('may have a password with any letter in it, of which none is shown', () => {
    expect(readServer('http://joe:1/2@3@host:9001')).toEqual({
      name: 'host:9001',
      serverurl: 'http://host:9001',
      username: 'joe',
      password: '1/2@3',
    });
  });

  test.each([
    ['nonsense', '"nonsense"'],
    ['a=ftp://host', '"a=ftp://host"'],
    ['http://', '"http://"'],
    ['ftp://joe:secret@host', '"ftp://host"'],
    ['joe:secret@host', '"host"'],
    ['http://secret@host', '"http://host"'],
    ['a=http://joe:se/cret@host:port', '"a=http://host:port"'],
    ['a=http://host:port', '"a=http://host:port"'],
    ['a=http://joe:secret@host:port', '"a=http://host:port"'],
    ['a=http://joe:sec%ret@host', '"a=http://host"'],
  ])('%s is refused, with what to write and without a password', (given, shown) => {
    expect(() => readServer(given)).toThrow(
      `Cannot use ${shown} as a server: write NAME=http://HOST:PORT or NAME=unix:///PATH`,
    );
  });

  test('stands in a list with commas or lines between', () => {
    expect(serversIn('a=http://x, b=http://y,\n  c=http://z\n')).toEqual(['a=http://x', 'b=http://y', 'c=http://z']);
  });
});

test('daemons without a login of their own have that of the file', () => {
  const login = { serverurl: 'unix:///s', username: 'me', password: 'mine' };
  expect(daemonsOf(login, [])).toEqual([{ name: 'local', login }]);
  expect(daemonsOf(login, ['a=http://x', 'b=http://you:yours@y'])).toEqual([
    { name: 'a', login: { serverurl: 'http://x', username: 'me', password: 'mine' } },
    { name: 'b', login: { serverurl: 'http://y', username: 'you', password: 'yours' } },
  ]);
});
