import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CommandContext } from '../command.ts';
import { fileFor, SOCKET } from '../init/file.ts';
import { type Folder, type ProgramPlan, plansFor } from '../init/plan.ts';

/** So many bytes `sun_path` holds beside its NUL. */
const MAX_SOCKET_BYTES = 107;
/** More of a file than this is not looked at. */
const MAX_CHARACTERS = 1_000_000;
const wantedCommand = /^(?:gunicorn|uvicorn|uwsgi|node|npm|php-cgi|php-fpm[\d.]*|sh|python3?|ruby|bundle|celery)$/;
const sbin = ['/usr/local/sbin', '/usr/sbin'];

export interface InitOptions {
  readonly dir: string;
  readonly stdout: boolean;
  readonly force: boolean;
  readonly port: number | undefined;
}

/** The flags, or why they cannot be taken. */
export function readInitOptions(words: readonly string[]): InitOptions | string {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        dir: { type: 'string', default: '.' },
        stdout: { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        port: { type: 'string' },
      },
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
      return `init --port takes a number from 1 to 65535, got ${JSON.stringify(values.port)}`;
    }
    return { ...values, port };
  } catch {
    return 'init takes --dir, --port, --stdout, --force and --json';
  }
}

/** Looks, and writes. Answers whether that went well. */
export function init(options: InitOptions, { print, report }: Pick<CommandContext, 'print' | 'report'>): boolean {
  const dir = resolve(options.dir);
  const file = join(dir, 'supervisord.conf');
  const look = folderAt(dir);
  if (look === undefined) {
    print(`Cannot read the folder ${dir}`);
    return false;
  }
  const plans = plansFor(look, options.port);
  if (plans.length === 0) {
    print(`Found nothing to run in ${dir}: looked for a Procfile, uwsgi.ini, a Python application (wsgi.py, app.py,`);
    print('manage.py ...), a package.json with a start script, php-fpm.conf and index.php');
    print('"tsecho_supervisord_conf > supervisord.conf" writes a file with everything as a comment');
    return false;
  }
  const text = fileFor(plans);
  const programs = plans.map(({ name, found, url }) => ({ name, found, url: url ?? null }));
  const document = { file, programs, missing: missing(plans, look) };
  if (options.stdout) {
    report?.({ ...document, text });
    print(text.trimEnd());
    return true;
  }
  if (existsSync(file) && !options.force) {
    print(`${file} is there already: --force replaces it, --stdout shows what would be written`);
    return false;
  }
  try {
    // Not over what somebody has written since the look above.
    writeFileSync(file, text, { flag: options.force ? 'w' : 'wx' });
  } catch (error) {
    print(`Cannot write ${file}: ${(error as Error).message}`);
    return false;
  }
  report?.(document);
  tell(file, plans, look, print);
  return true;
}

function tell(file: string, plans: readonly ProgramPlan[], look: Folder, print: (line: string) => void): void {
  print(`Wrote ${file}`);
  for (const { name, found } of plans) print(`  ${name}: ${found}`);
  for (const name of missing(plans, look)) print(`There is no command "${name}" on this machine: install it first`);
  const quoted = /^[\w@%+=:,./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
  if (Buffer.byteLength(join(dirname(file), SOCKET)) > MAX_SOCKET_BYTES) {
    print(`The path of ${SOCKET} is too long here: give file= and serverurl= a shorter one, in /run or /tmp`);
  }
  print('Next:');
  print(`  tssupervisord -c ${quoted}`);
  print(`  tssupervisorctl -c ${quoted} status`);
  for (const { url } of plans) if (url !== undefined) print(`  curl ${url}`);
}

/** Commands that are wanted by their bare names, and are nowhere. */
function missing(plans: readonly ProgramPlan[], { commands }: Folder): string[] {
  const bare = plans.filter(({ needs, lines }) => lines.some((line) => line.startsWith(`command=${needs}`)));
  return bare.map(({ needs }) => needs).filter((name) => wantedCommand.test(name) && !commands.includes(name));
}

function folderAt(dir: string): Folder | undefined {
  try {
    const names = readdirSync(dir);
    const searched = [...(process.env['PATH'] ?? '').split(':').filter(Boolean), ...sbin];
    return { names, text: (path) => textAt(join(dir, path)), commands: searched.flatMap(commandsAt) };
  } catch {
    return undefined;
  }
}

function commandsAt(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => wantedCommand.test(name));
  } catch {
    return []; // a PATH may name what is not there
  }
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').slice(0, MAX_CHARACTERS);
  } catch {
    return undefined;
  }
}
