import type { Folder, ProgramPlan } from './plan.ts';

const PORT = 9000;

/** PHP behind a web server: php-fpm where its file lies here, else php-cgi on a socket that the daemon holds. */
export function phpOf(folder: Folder, port = PORT): ProgramPlan | undefined {
  const config = folder.text('php-fpm.conf');
  if (config !== undefined) return fpm(folder, config);
  const [root, file] =
    [
      ['%(here)s', 'index.php'],
      ['%(here)s/public', 'public/index.php'],
      ['%(here)s/web', 'web/index.php'],
    ].find(([, path = '']) => folder.text(path) !== undefined) ?? [];
  if (root === undefined) return undefined;
  return {
    name: 'php',
    kind: 'fcgi-program',
    found: `php-cgi (${file})`,
    needs: 'php-cgi',
    lines: [
      'command=php-cgi',
      'directory=%(here)s',
      '; Three that take requests from one socket, which the daemon holds: whoever is free has the next one.',
      'process_name=%(program_name)s_%(process_num)02d',
      'numprocs=3',
      `socket=tcp://127.0.0.1:${port}`,
      'ready=fastcgi',
      '; After so many requests one ends with status 0 and is started afresh, and what PHP has leaked is gone.',
      'environment=PHP_FCGI_MAX_REQUESTS="1000"',
      'autorestart=true',
      '; SIGTERM lets it finish its request.',
      'stopwaitsecs=15',
      '; For nginx, in a server { }:',
      `;   root ${root};   (with the whole path)`,
      `;   location ~ \\.php$ { include fastcgi_params; fastcgi_pass 127.0.0.1:${port};`,
      ';                        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name; }',
    ],
  };
}

function fpm(folder: Folder, config: string): ProgramPlan {
  const command = folder.commands.find((name) => /^php-fpm[\d.]*$/.test(name)) ?? 'php-fpm';
  const listen = /^\s*listen\s*=\s*(\S+)/m.exec(config)?.[1] ?? '127.0.0.1:9000';
  const target = listen.startsWith('/')
    ? `unix:${listen}`
    : /^\d+$/.test(listen)
      ? `127.0.0.1:${listen}`
      : listen.replace(/^(?:0\.0\.0\.0|\[::\])/, '127.0.0.1');
  return {
    name: 'php',
    kind: 'program',
    found: `${command} with php-fpm.conf`,
    needs: command,
    lines: [
      '; In the foreground: what goes to the background looks ended.',
      `command=${command} --nodaemonize --fpm-config %(here)s/php-fpm.conf`,
      'directory=%(here)s',
      '; It counts as RUNNING once it answers where php-fpm.conf lets it listen.',
      `ready=fastcgi:${target}`,
      ...(/^\s*error_log\s*=/m.test(config)
        ? []
        : ['; With "error_log = /dev/stderr" in php-fpm.conf its messages come into the log of this program.']),
      'autorestart=true',
      '; QUIT: requests under way are finished. (TERM breaks them off.)',
      'stopsignal=QUIT',
      'stopwaitsecs=35',
      'killasgroup=true',
    ],
  };
}
