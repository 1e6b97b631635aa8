import { describe, expect, test } from 'vitest';
import { fileFor } from '../../../src/ctl/init/file.ts';
import { type Folder, plansFor } from '../../../src/ctl/init/plan.ts';

function folder(files: Readonly<Record<string, string>>, commands: readonly string[] = []): Folder {
  const names = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
  return { names, text: (path) => files[path], commands };
}

/** `name: command` of each program, with its port and probe. */
function planned(files: Readonly<Record<string, string>>, port?: number): string[] {
  return plansFor(folder(files), port).map(({ name, lines }) => {
    const value = (key: string) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
    return `${name}: ${[value('command'), value('port'), value('ready')].filter(Boolean).join(' | ')}`;
  });
}

const flask = 'from flask import Flask\napp = Flask(__name__)\n';
const gunicorn = 'gunicorn --workers 2 --bind 127.0.0.1:%(port)d';

describe('in a folder with', () => {
  test.each<[what: string, files: Record<string, string>, expected: string[]]>([
    ['a Flask application', { 'app.py': flask }, [`web: ${gunicorn} app:app | 8000 | tcp`]],
    [
      'one that is made by a factory',
      { 'wsgi.py': 'def create_app(config=None):\n  pass\n' },
      [`web: ${gunicorn} wsgi:create_app() | 8000 | tcp`],
    ],
    [
      'a plain WSGI application, and gunicorn in a virtual environment',
      { 'app.py': 'def application(environ, start):\n  pass\n', '.venv/bin/gunicorn': '' },
      [`web: %(here)s/.venv/bin/${gunicorn} app:application | 8000 | tcp`],
    ],
    [
      'Django',
      {
        'manage.py': "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
        'shop/wsgi.py': 'application = get_wsgi_application()',
      },
      [`web: ${gunicorn} shop.wsgi:application | 8000 | tcp`],
    ],
    [
      'FastAPI',
      { 'main.py': 'from fastapi import FastAPI\napi = FastAPI()\n' },
      ['web: uvicorn --host 127.0.0.1 --port %(port)d --timeout-graceful-shutdown 30 main:api | 8000 | tcp'],
    ],
    [
      'FastAPI for gunicorn',
      { 'main.py': 'api = FastAPI()\n', 'requirements.txt': 'fastapi\ngunicorn==20\n' },
      [`web: ${gunicorn} --worker-class uvicorn.workers.UvicornWorker main:api | 8000 | tcp`],
    ],
    [
      'Flask for uWSGI; what is in a comment, or only begins like it, is not named',
      { 'app.py': flask, 'pyproject.toml': 'dependencies = [\n"uwsgi>=2",\n# gunicorn\n"gunicorn-extra",\n]' },
      [
        'web: uwsgi --plugin python3 --master --processes 2 --die-on-term --need-app --http-socket 127.0.0.1:%(port)d ' +
          '--module app:app | 8000 | tcp',
      ],
    ],
    [
      'uwsgi.ini for HTTP',
      { 'uwsgi.ini': '[uwsgi]\nhttp-socket = :9090\n', 'app.py': flask },
      ['web: uwsgi --ini uwsgi.ini --die-on-term | tcp:127.0.0.1:9090'],
    ],
    [
      'uwsgi.ini with a socket in the folder that knows TERM',
      { 'uwsgi.ini': '[uwsgi]\nsocket = ./app.sock\ndie-on-term = true\n' },
      ['web: uwsgi --ini uwsgi.ini | uwsgi:unix:%(here)s/app.sock'],
    ],
    [
      'package.json and a server that takes PORT',
      { 'package.json': '{"scripts":{"start":"node server"}}', 'server.js': 'listen(process.env.PORT || 3000)' },
      ['web: node server | 3000 | tcp'],
    ],
    [
      'package.json and a server with a port of its own',
      { 'package.json': '{"main":"index.js"}', 'index.js': 'app.listen(4000)' },
      ['web: node index.js | tcp:127.0.0.1:4000'],
    ],
    [
      'package.json for a framework',
      { 'package.json': '{"scripts":{"start":"next start"}}' },
      ['web: npm start | 3000 | tcp'],
    ],
    ['package.json for a library', { 'package.json': '{"main":"index.js","scripts":{"test":"x"}}' }, []],
    ['package.json that is no JSON', { 'package.json': '{' }, []],
    ['index.php', { 'public/index.php': '<?php' }, ['php: php-cgi | fastcgi']],
    [
      'php-fpm.conf',
      { 'php-fpm.conf': '[www]\nlisten = 0.0.0.0:9001\n', 'index.php': '' },
      ['php: php-fpm --nodaemonize --fpm-config %(here)s/php-fpm.conf | fastcgi:127.0.0.1:9001'],
    ],
    [
      'PHP and Python and Node',
      { 'app.py': flask, 'index.php': '', 'package.json': '{"scripts":{"start":"node x"}}' },
      [`web: ${gunicorn} app:app | 8000 | tcp`, 'node: node x', 'php: php-cgi | fastcgi'],
    ],
    [
      'a Procfile, which says all',
      {
        Procfile:
          "# comment\nweb: gunicorn --bind :$PORT app:app\nworker: celery -A app worker\nclock: date +%H ; sleep 1\nrelease: true\necho: echo 'a' b\n",
        'app.py': flask,
      },
      [
        "web: /bin/sh -c 'exec gunicorn --bind :$PORT app:app' | 5000 | tcp",
        'worker: celery -A app worker',
        "clock: /bin/sh -c 'date +%%H; sleep 1'",
        'release: true',
        "echo: /bin/sh -c 'exec echo '\\''a'\\'' b'",
      ],
    ],
    ['nothing known', { 'README.md': 'gunicorn' }, []],
  ])('%s', (_, files, expected) => {
    expect(planned(files)).toEqual(expected);
  });
});

test('--port is for the first server; the others keep theirs', () => {
  const files = { 'app.py': flask, 'package.json': '{"scripts":{"start":"next start"}}' };
  expect(planned(files, 7000)).toEqual([`web: ${gunicorn} app:app | 7000 | tcp`, 'npm: npm start | 3000 | tcp']);
});

test('php-fpm is called as this machine calls it', () => {
  const [plan] = plansFor(folder({ 'php-fpm.conf': '[www]\n' }, ['php-cgi', 'php-fpm8.2']));
  expect(plan?.needs).toBe('php-fpm8.2');
  expect(plan?.lines.join('\n')).toContain('error_log = /dev/stderr');
  const [told] = plansFor(folder({ 'php-fpm.conf': '[global]\nerror_log = /dev/stderr\n' }));
  expect(told?.lines.join('\n')).not.toContain('error_log');
});

test('what nginx would take stands at the end as comments, for servers with ports only', () => {
  const text = fileFor(plansFor(folder({ 'app.py': flask, 'index.php': '' })));
  expect(text).toContain('\n;[upstream:web]\n;programs=web\n');
  expect(text).not.toContain('upstream:php');
  expect(text).toContain('"tssupervisorctl scale web=3"');
});
