import type { Folder } from './plan.ts';

/** What Python servers are given: the application, as `module:name`. */

export interface PythonApp {
  readonly spec: string;
  /** The file it is in, to be named. */
  readonly file: string;
}

const listsOfPackages = ['requirements.txt', 'pyproject.toml', 'Pipfile', 'setup.py', 'setup.cfg'];
const usualFiles = ['wsgi.py', 'app.py', 'main.py', 'application.py', 'server.py', 'asgi.py'];

/** The file that names this package as needed. */
export function whereNamed(folder: Folder, name: string): string | undefined {
  const asPackage = new RegExp(`(?:^|["'\\s])${name}(?![\\w-])`, 'im');
  return listsOfPackages.find((file) => asPackage.test((folder.text(file) ?? '').replace(/^\s*#.*$/gm, '')));
}

/** The application for a server, WSGI or ASGI. */
export function pythonAppOf(folder: Folder): (PythonApp & { readonly isAsgi: boolean }) | undefined {
  const django = folder.names.includes('manage.py') ? djangoApp(folder) : undefined;
  if (django !== undefined) return { ...django, isAsgi: false };
  for (const file of usualFiles) {
    const text = folder.text(file);
    if (text === undefined) continue;
    const module = file.replace(/\.py$/, '');
    const made = /^(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:\w+\.)?(Flask|FastAPI|Starlette|Bottle|Falcon)\(/m.exec(text);
    if (made?.[1] !== undefined) {
      return { spec: `${module}:${made[1]}`, file, isAsgi: made[2] === 'FastAPI' || made[2] === 'Starlette' };
    }
    if (/^def create_app\(\s*\)|^def create_app\([^)]*=/m.test(text)) {
      return { spec: `${module}:create_app()`, file, isAsgi: false };
    }
    const plain = /^(?:def (application|app)\(\s*\w+,|(application|app)\s*=)/m.exec(text);
    const name = plain?.[1] ?? plain?.[2];
    if (name !== undefined) return { spec: `${module}:${name}`, file, isAsgi: false };
  }
  return undefined;
}

/** manage.py names the settings, beside which wsgi.py lies. */
function djangoApp(folder: Folder): PythonApp | undefined {
  const settings = /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([\w.]+)['"]/.exec(folder.text('manage.py') ?? '')?.[1];
  const project = settings?.split('.', 1)[0];
  const file = `${project}/wsgi.py`;
  return project === undefined || folder.text(file) === undefined
    ? undefined
    : { spec: `${project}.wsgi:application`, file };
}

/** A command of the virtual environment in the folder, if there is one, or as it is on the PATH. */
export function pythonCommand(folder: Folder, name: string): string {
  const environment = ['.venv', 'venv', 'env'].find((each) => folder.text(`${each}/bin/${name}`) !== undefined);
  return environment === undefined ? name : `%(here)s/${environment}/bin/${name}`;
}
