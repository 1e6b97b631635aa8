import { describe, expect, test } from 'vitest';
import { PathFilter, type Patterns } from '../../../src/daemon/watching/patterns.ts';

function filter(patterns: readonly string[], others: Partial<Patterns> = {}, directories: readonly string[] = []) {
  return new PathFilter({ directory: '/srv/app', patterns, ignore: [], ...others }, (path) =>
    directories.includes(path),
  );
}

describe.each([
  // pattern, the directory that it begins in, what it means, what it does not mean
  ['*.py', '/srv/app', ['a.py'], ['a.txt', '.a.py', 'sub/a.py']],
  ['src/**/*.py', '/srv/app/src', ['src/a.py', 'src/x/y/a.py'], ['a.py', 'src/.git/a.py', 'src/x/a.txt']],
  ['src/**', '/srv/app/src', ['src/a', 'src/x/y'], ['srcs/a', 'src/.a', 'src/x/.git/y']],
  ['conf/app.yaml', '/srv/app/conf', ['conf/app.yaml'], ['conf/app.yaml~', 'conf/x/app.yaml', 'app.yaml']],
  ['templates', '/srv/app/templates', ['templates/a', 'templates/x/b'], ['templates', 'templates/.a', 'other']],
  ['{a,b}/*.{js,ts}', '/srv/app', ['a/x.js', 'b/x.ts'], ['c/x.js', 'a/x.py', 'a/y/x.js']],
  ['*/conf/*.yaml', '/srv/app', ['x/conf/a.yaml'], ['conf/a.yaml', 'x/y/a.yaml']],
  ['.env', '/srv/app', ['.env'], ['.env.local']],
  ['.config/**/*.toml', '/srv/app/.config', ['.config/a.toml', '.config/x/a.toml'], ['config/a.toml']],
  ['../shared/*.py', '/srv/shared', ['../shared/a.py'], ['shared/a.py']],
  ['/etc/app/*.ini', '/etc/app', ['/etc/app/a.ini'], ['/etc/app/d/a.ini', 'a.ini']],
])('%s', (pattern, root, meant, notMeant) => {
  const paths = filter([pattern], {}, ['/srv/app/templates']);
  const absolute = (path: string) => (path.startsWith('/') ? path : new URL(path, 'file:///srv/app/').pathname);
  test('begins in its fixed part', () => expect(paths.roots()).toEqual([root]));
  test.each(meant)('means %s, and looks into the directories on the way', (path) => {
    expect(paths.isMeant(absolute(path))).toBe(true);
    const below = absolute(path)
      .slice(root.length + 1)
      .split('/')
      .slice(0, -1);
    const onTheWay = below.map((_, index) => [root, ...below.slice(0, index + 1)].join('/'));
    expect([root, ...onTheWay].filter((directory) => !paths.isOnTheWay(directory))).toEqual([]);
  });
  test.each(notMeant)('does not mean %s', (path) => expect(paths.isMeant(absolute(path))).toBe(false));
});

test('a directory in which nothing can be meant is not looked into', () => {
  const { isOnTheWay } = {
    isOnTheWay: (pattern: string, path: string) => filter([pattern]).isOnTheWay(`/srv/app/${path}`),
  };
  expect(isOnTheWay('*.py', 'sub')).toBe(false);
  expect(isOnTheWay('src/*/x.py', 'src/a')).toBe(true);
  expect(isOnTheWay('src/*/x.py', 'src/a/b')).toBe(false);
  expect(isOnTheWay('a*/x/*.py', 'bc')).toBe(false);
  expect(isOnTheWay('src/**/*.py', '.git')).toBe(false);
  expect(isOnTheWay('src/**/*.py', 'src/.git')).toBe(false);
  expect(isOnTheWay('**/.well-known/*', 'x/.well-known')).toBe(true);
  expect(isOnTheWay('conf/app.yaml', 'conf/d')).toBe(false);
});

test('what is ignored is a name anywhere, or a path, with all that is below it', () => {
  const ignore = ['node_modules', '*.pyc', 'gen/', 'src/**/test/*.py', '/srv/app/tmp'];
  const paths = filter(['**'], { ignore });
  const isMeant = (path: string) => paths.isMeant(`/srv/app/${path}`);
  expect(['a.py', 'x/gen/a', 'src/test.py'].map(isMeant)).toEqual([true, true, true]);
  expect(['a.pyc', 'x/y.pyc', 'src/x/test/a.py'].map(isMeant)).toEqual([false, false, false]);
  const directories = ['node_modules', 'x/node_modules', 'gen', 'tmp', 'x/gen'];
  expect(directories.map((path) => paths.isOnTheWay(`/srv/app/${path}`))).toEqual([false, false, false, false, true]);
});

test('what is written as a pattern is looked into even if its name is ignored elsewhere', () => {
  const paths = filter(['node_modules/ours/*.js'], { ignore: ['ours'] });
  expect(paths.isOnTheWay('/srv/app/node_modules/ours')).toBe(true);
  expect(paths.isMeant('/srv/app/node_modules/ours/a.js')).toBe(true);
});

test('in the name of a file nothing is special', () => {
  const paths = filter([], { files: ['/etc/[x]/a*.conf'] });
  expect(paths.roots()).toEqual(['/etc/[x]']);
  expect(paths.isMeant('/etc/[x]/a*.conf')).toBe(true);
  expect(paths.isMeant('/etc/[x]/ab.conf')).toBe(false);
  expect(paths.isMeant('/etc/x/a*.conf')).toBe(false);
});
