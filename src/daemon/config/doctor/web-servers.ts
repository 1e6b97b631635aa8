/** nginx, Apache, PHP-FPM, and the servers that frameworks bring for development. */
import { joinPath, parentOf } from '../../../config/paths.ts';
import { glob } from '../glob.ts';
import { hasFlag, hasLetter, optionOf, type Program } from './program.ts';
import type { Context, ProgramRule } from './rule.ts';

const background =
  'What goes to the background looks ended: it is started again, fails on its port, and is never stopped.';

/** The text of nginx's file with the files that it includes; undefined if it cannot be read. */
function nginxText({ args, argv, read }: Program, { host }: Context): string | undefined {
  const prefix = optionOf(args, '-p');
  const named = optionOf(args, '-c');
  const isSystem = argv[0] === 'nginx' || argv[0] === '/usr/sbin/nginx';
  const file = named ?? (isSystem ? '/etc/nginx/nginx.conf' : undefined);
  // A relative one starts where nginx was built for.
  if (file === undefined || (prefix !== undefined && named === undefined) || !file.startsWith('/')) return undefined;
  const text = read(file)?.replaceAll(/#.*$/gm, '');
  if (text === undefined) return undefined;
  const included = [...text.matchAll(/(?:^|[;{}\s])include\s+["']?([^;"'\s]+)/g)].flatMap(([, pattern = '']) =>
    glob(pattern.startsWith('/') ? pattern : joinPath(parentOf(file), pattern), host).map((path) => read(path) ?? ''),
  );
  return [text, ...included].join('\n');
}

const isApache = ({ name }: Program): boolean => /^(?:apache2|httpd|apachectl|apache2ctl)$/.test(name);

export const webServerRules: readonly ProgramRule[] = [
  {
    id: 'nginx-daemon',
    title: 'nginx in the background',
    why: background,
    source: 'https://nginx.org/en/docs/ngx_core_module.html#daemon',
    look(program, context) {
      const { name, args } = program;
      if (name !== 'nginx' || hasFlag(args, '-t', '-T', '-v', '-V', '-h', '-s')) return;
      const told = optionOf(args, '-g') ?? '';
      const text = /daemon\s+off/.test(told) ? undefined : nginxText(program, context);
      if (!/daemon\s+on\s*;/.test(told) && (text === undefined || /\bdaemon\s+off\s*;/.test(text))) return;
      return { key: 'command', what: 'nginx goes to the background with this command', fix: 'nginx -g "daemon off;"' };
    },
  },
  {
    id: 'nginx-quotes',
    title: 'nginx -g without quotes',
    why: 'nginx takes one word after -g: "daemon" alone is no directive, and it refuses to start.',
    source: 'https://nginx.org/en/docs/switches.html',
    look({ name, args }) {
      const at = args.indexOf('-g');
      if (name !== 'nginx' || at < 0 || args[at + 1] !== 'daemon') return;
      return {
        key: 'command',
        what: 'The words after -g are not quoted, and nginx takes only the first',
        fix: 'nginx -g "daemon off;"',
      };
    },
  },
  {
    id: 'apache-foreground',
    title: 'Apache in the background',
    why: background,
    source: 'https://httpd.apache.org/docs/2.4/programs/httpd.html',
    look(program) {
      const { name, args } = program;
      if (!isApache(program) || args.some((word) => /FOREGROUND|NO_DETACH|ONE_PROCESS|DEBUG/.test(word))) return;
      const isStart = name.endsWith('ctl') ? args[0] === 'start' || args[0] === 'restart' : false;
      const told = optionOf(args, '-k');
      if (told !== undefined && told !== 'start') return;
      if (!isStart && told === undefined && (name !== 'apache2' || hasLetter(args, 'XtSvVlLMh'))) return;
      return { key: 'command', what: 'Apache goes to the background with this command', fix: `${name} -DFOREGROUND` };
    },
  },
  {
    id: 'php-fpm-foreground',
    title: 'PHP-FPM in the background',
    why: background,
    source: 'https://www.php.net/manual/en/install.fpm.configuration.php#daemonize',
    look(program) {
      const { name, args } = program;
      if (!/^php-?fpm[\d.]*$/.test(name) || hasFlag(args, '-F', '--nodaemonize', '-t', '-tt', '-v', '-i', '-m')) return;
      const text = program.read(optionOf(args, '--fpm-config', '-y') ?? '');
      // Its file may include others, and a container's do.
      const isInFile =
        text !== undefined && !/^\s*include\s*=/m.test(text) && !/^\s*daemonize\s*=\s*(?:no|off|0|false)/im.test(text);
      if (!hasFlag(args, '-D', '--daemonize') && !isInFile) return;
      return { key: 'command', what: 'PHP-FPM goes to the background with this command', fix: `${name} --nodaemonize` };
    },
  },
  {
    id: 'django-runserver',
    title: "Django's development server",
    why: 'It is meant for development, and its reloader runs the server in a child that a stop of the parent leaves behind.',
    source: 'https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver',
    look({ name, args }) {
      if (!/^(?:manage\.py|django-admin|django)$/.test(name) || args[0] !== 'runserver') return;
      return {
        key: 'command',
        what: 'runserver is for development',
        fix: 'run gunicorn, uvicorn or uWSGI',
      };
    },
  },
  {
    id: 'flask-run',
    title: "Flask's development server",
    why: 'It is meant for development: neither safe nor quick enough for anybody else.',
    source: 'https://flask.palletsprojects.com/en/stable/deploying/',
    look({ name, args }) {
      if (name !== 'flask' || !args.includes('run')) return;
      return { key: 'command', what: 'flask run is for development', fix: 'run gunicorn, uvicorn or uWSGI' };
    },
  },
  {
    id: 'php-server',
    title: "PHP's development server",
    why: 'It is meant for development, and answers one request after the other.',
    source: 'https://www.php.net/manual/en/features.commandline.webserver.php',
    look({ name, args }) {
      const isPlain = /^php[\d.]*$/.test(name) && hasFlag(args, '-S');
      if (!isPlain && !(name === 'artisan' && args[0] === 'serve')) return;
      return {
        key: 'command',
        what: "PHP's built-in server is for development",
        fix: 'run php-fpm behind nginx or Apache',
      };
    },
  },
  {
    id: 'uvicorn-reload',
    title: 'uvicorn with --reload',
    why: 'The reloader is meant for development, and runs the server in a child.',
    source: 'https://www.uvicorn.org/settings/#development',
    look({ name, args }) {
      if (name !== 'uvicorn' || !hasFlag(args, '--reload')) return;
      return { key: 'command', what: 'uvicorn --reload is meant for development', fix: 'take --reload out' };
    },
  },
];
