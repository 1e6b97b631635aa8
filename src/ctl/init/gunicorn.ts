import { type Folder, manyOnPorts, type ProgramPlan } from './plan.ts';
import { pythonAppOf, pythonCommand, whereNamed } from './python.ts';

const PORT = 8000;

/** gunicorn, or uvicorn for an ASGI application, or uWSGI where that is the one that is named. */
export function gunicornOf(folder: Folder, port = PORT): ProgramPlan | undefined {
  const app = pythonAppOf(folder);
  if (app === undefined) return undefined;
  const [server, named] = ['gunicorn', 'uwsgi', 'uvicorn']
    .map((name) => [name, whereNamed(folder, name)] as const)
    .find(([, file]) => file !== undefined) ?? [app.isAsgi ? 'uvicorn' : 'gunicorn', undefined];
  const why = `${app.file} has ${app.spec.replace(/^.*:/, '')}${named === undefined ? '' : `, ${named} names ${server}`}`;
  const common = {
    name: 'web',
    kind: 'program',
    found: `${server} for ${app.spec} (${why})`,
    needs: server,
    url: `http://127.0.0.1:${port}/`,
    pass: 'proxy_pass http://',
  } as const;
  const command = pythonCommand(folder, server);
  const environment = 'environment=PYTHONUNBUFFERED="1"';
  switch (server) {
    case 'gunicorn':
      return {
        ...common,
        lines: [
          `command=${command} --workers 2 --bind 127.0.0.1:%(port)d ${workerClass(app.isAsgi)}${app.spec}`,
          'directory=%(here)s',
          environment,
          ...manyOnPorts(port),
          '; It ends with status 0 when anybody sends it SIGTERM, and shall come back all the same.',
          'autorestart=true',
          '; Longer than its own --graceful-timeout (30): answers under way are finished. What is still there then is',
          '; killed with its workers, which would keep the port.',
          'stopwaitsecs=35',
          'killasgroup=true',
        ],
      };
    case 'uvicorn':
      return {
        ...common,
        lines: [
          `command=${command} --host 127.0.0.1 --port %(port)d --timeout-graceful-shutdown 30 ${app.spec}`,
          'directory=%(here)s',
          environment,
          ...manyOnPorts(port),
          'autorestart=true',
          '; Longer than its own grace: answers under way are finished.',
          'stopwaitsecs=35',
          'stopasgroup=true',
          'killasgroup=true',
        ],
      };
    default:
      return {
        ...common,
        lines: [
          "; Debian's uWSGI has Python in a plugin, others have it built in.",
          `command=${command} ${command === 'uwsgi' ? '--plugin python3 ' : ''}--master --processes 2 --die-on-term ` +
            `--need-app --http-socket 127.0.0.1:%(port)d --module ${app.spec}`,
          'directory=%(here)s',
          environment,
          ...manyOnPorts(port),
          'autorestart=true',
          '; --die-on-term: SIGTERM ends it. (Without, it would be a reload.)',
          'stopwaitsecs=35',
          'killasgroup=true',
        ],
      };
  }
}

function workerClass(isAsgi: boolean): string {
  return isAsgi ? '--worker-class uvicorn.workers.UvicornWorker ' : '';
}
