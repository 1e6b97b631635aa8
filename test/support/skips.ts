/**
 * Tests that need more than Node and a C compiler say so here, and are skipped by name where it is missing:
 *
 *     needs('nginx', 'gunicorn').test('pages come through nginx', async () => { ... });
 *
 * `npm run test:deps` installs every package of this list. In CI a skipped test fails the run (scripts/ci-results.mjs).
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, type TestFunction, test } from 'vitest';

/** A file that is there when the package is. */
const debianPackages = {
  supervisor: '/usr/bin/supervisord',
  nginx: '/usr/sbin/nginx',
  haproxy: '/usr/sbin/haproxy',
  gunicorn: '/usr/bin/gunicorn',
  wrk: '/usr/bin/wrk',
  'python3-flask': '/usr/lib/python3/dist-packages/flask/__init__.py',
  'python3-django': '/usr/lib/python3/dist-packages/django/__init__.py',
  'python3-tornado': '/usr/lib/python3/dist-packages/tornado/__init__.py',
  'python3-gevent': '/usr/lib/python3/dist-packages/gevent/__init__.py',
  'php-cgi': '/usr/bin/php-cgi',
  'php-fpm': '/usr/sbin/php-fpm8.2',
  fcgiwrap: '/usr/sbin/fcgiwrap',
  'libfcgi-bin': '/usr/bin/cgi-fcgi',
  'redis-server': '/usr/bin/redis-server',
  memcached: '/usr/bin/memcached',
  uwsgi: '/usr/bin/uwsgi',
  'uwsgi-plugin-python3': '/usr/lib/uwsgi/plugins/python3_plugin.so',
  python3: '/usr/bin/python3',
  chromium: '/usr/bin/chromium',
  systemd: '/usr/bin/systemd-analyze',
  tmux: '/usr/bin/tmux',
  zsh: '/usr/bin/zsh',
  fish: '/usr/bin/fish',
  curl: '/usr/bin/curl',
  'librpc-xml-perl': '/usr/share/perl5/RPC/XML/Client.pm',
  'ruby-xmlrpc': '/usr/lib/ruby/vendor_ruby/xmlrpc/client.rb',
  'php-xmlrpc': '/etc/php/8.2/cli/conf.d/20-xmlrpc.ini',
  ansible: '/usr/bin/ansible-playbook',
  logrotate: '/usr/sbin/logrotate',
} as const;

export type DebianPackage = keyof typeof debianPackages;

export interface Tests {
  test(name: string, body: TestFunction, timeoutMs?: number): void;
  describe(name: string, body: () => void): void;
}

function testsUnless(reason: string | undefined): Tests {
  if (reason === undefined) return { test, describe: (name, body) => void describe(name, body) };
  return {
    test: (name, body) => test.skip(`${name} (${reason})`, body),
    describe: (name, body) => void describe.skip(`${name} (${reason})`, body),
  };
}

/** Tests that run only where these Debian packages are installed; their names say which one is missing. */
export function needs(...packages: DebianPackage[]): Tests {
  const missing = packages.filter((name) => !existsSync(debianPackages[name]));
  if (missing.length === 0) return testsUnless(undefined);
  return testsUnless(`needs Debian package ${missing.join(', ')}: npm run test:deps`);
}

/** Real configurations with the answers expected for them: other people's data, so not part of this repository. */
export const corpus: string = resolve(import.meta.dirname, '../../../shared/corpus');

export function needsCorpus(): Tests {
  return testsUnless(existsSync(join(corpus, 'README.md')) ? undefined : 'needs the folder ../shared/corpus');
}
