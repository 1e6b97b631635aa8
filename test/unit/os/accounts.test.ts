import { expect, test } from 'vitest';
import { findAccount, findGroup } from '../../../src/daemon/os/accounts.ts';

const passwd = `root:x:0:0:root:/root:/bin/bash
# a comment
+::::::
broken:x:abc:1::/:/bin/sh
short:x:7

www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
4242:x:1000:1000::/home/4242:/bin/sh
big:x:4294967294:65534::/nonexistent:
`;
const group = `root:x:0:
tty:x:5:
adm:x:4:syslog,www-data
www-data:x:33:www-data
ssl-cert:x:110:postgres,www-data
www:x:120:www
bad:x:no:www-data
`;

test('a user is found by name with home, shell and every group, the primary one first and once', () => {
  expect(findAccount('www-data', passwd, group)).toEqual({
    name: 'www-data',
    uid: 33,
    gid: 33,
    home: '/var/www',
    shell: '/usr/sbin/nologin',
    groups: [33, 4, 110],
  });
});

test('a user is found by uid, also by the largest there is', () => {
  expect(findAccount(0, passwd, group)).toMatchObject({ name: 'root', groups: [0] });
  expect(findAccount(4294967294, passwd, group)).toMatchObject({ name: 'big', gid: 65534, shell: '' });
});

test('a name of digits is a name, not a uid', () => {
  expect(findAccount('4242', passwd, group)).toMatchObject({ uid: 1000 });
  expect(findAccount('1000', passwd, group)).toBeUndefined();
});

test('lines that are broken, commented or of NIS are nobody', () => {
  for (const who of ['broken', 'short', '+', '', '# a comment'])
    expect(findAccount(who, passwd, group)).toBeUndefined();
  expect(findAccount('root', '', '')).toBeUndefined();
});

test('a group is found by its whole name', () => {
  expect(findGroup('www', group)).toBe(120);
  expect(findGroup('bad', group)).toBeUndefined();
  expect(findGroup('ww', group)).toBeUndefined();
});
