import type { Folder, ProgramPlan } from './plan.ts';
import { pythonCommand } from './python.ts';

/** uWSGI with the file that it has here: where it listens stands there. */
export function uwsgiOf(folder: Folder): ProgramPlan | undefined {
  const file = ['uwsgi.ini', 'wsgi.ini'].find((name) => /^\s*\[uwsgi\]/m.test(folder.text(name) ?? ''));
  if (file === undefined) return undefined;
  const text = folder.text(file) ?? '';
  const setting = (name: string) => new RegExp(`^\\s*${name}\\s*=\\s*([^;#\\s]+)`, 'm').exec(text)?.[1];
  const http = addressOf(setting('http') ?? setting('http-socket'));
  const socket = addressOf(setting('socket') ?? setting('uwsgi-socket'));
  const endsOnTerm = /^(?:true|1|on|yes)$/i.test(setting('die-on-term') ?? '');
  const ready = http !== undefined ? `ready=tcp:${http}` : socket === undefined ? undefined : `ready=uwsgi:${socket}`;
  const isInet = http !== undefined && !http.startsWith('unix:');
  return {
    name: 'web',
    kind: 'program',
    found: `uWSGI with ${file}`,
    needs: 'uwsgi',
    url: isInet ? `http://${http}/` : undefined,
    lines: [
      ...(endsOnTerm ? [] : ['; --die-on-term: SIGTERM ends it. (Without, it would be a reload.)']),
      `command=${pythonCommand(folder, 'uwsgi')} --ini ${file}${endsOnTerm ? '' : ' --die-on-term'}`,
      'directory=%(here)s',
      ...(ready === undefined ? [] : [`; It counts as RUNNING once it answers where ${file} lets it listen.`, ready]),
      '; Answers under way are finished; what is still there then is killed with its workers.',
      'autorestart=true',
      'stopwaitsecs=35',
      'killasgroup=true',
    ],
  };
}

/** `:8000` and `0.0.0.0:8000` are asked on this machine; a socket in the folder by its whole path. */
function addressOf(text: string | undefined): string | undefined {
  if (text === undefined || /[%$@]/.test(text)) return undefined;
  const [, host = '', port] = /^(?:\[?([^\]/]*)\]?)?:(\d+)$/.exec(text) ?? [];
  if (port !== undefined) return `${host === '' || host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  if (/^\d+$/.test(text)) return undefined;
  return text.startsWith('/') ? `unix:${text}` : `unix:%(here)s/${text.replace(/^\.\//, '')}`;
}
