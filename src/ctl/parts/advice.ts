import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { closest } from '../../config/closest.ts';
import { findConfigFile } from '../../config/default-files.ts';
import { environmentNames, expand } from '../../config/expand.ts';
import { IniFile, scan } from '../../config/ini.ts';
import { absolutePath, joinPath, parentOf, splitPath } from '../../config/paths.ts';
import { sectionsOf } from '../../config/plain-ini.ts';
import { readTextFile } from '../../config/text-file.ts';
import { Refusal } from '../../config/values.ts';
import type { ServerLogin } from '../../rpc/client.ts';
import { readServerUrl, type ServerAddress } from '../../rpc/server-address.ts';
import { adviceFor, type Barrier, type DaemonFacts, fileAdvice } from '../advice/advice.ts';
import type { Trouble } from '../advice/trouble.ts';

/** How the command was called. */
export interface Call {
  readonly login: ServerLogin;
  /** Of -c. */
  readonly file: string | undefined;
  /** Of -s. */
  readonly serverurl: string | undefined;
  readonly argv0: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Looks around for why there is no talking to the daemon. A line to show, or undefined. */
export function explain(trouble: Trouble, { login, file, serverurl, argv0, environment }: Call): string | undefined {
  const found = file ?? findConfigFile(argv0, { exists: existsSync });
  const address = readServerUrl(login.serverurl);
  return adviceFor(trouble, {
    file: found,
    serverurl: login.serverurl,
    address,
    isUrlGiven: serverurl !== undefined,
    username: login.username,
    user: nameOf('/etc/passwd', process.geteuid?.() ?? 0),
    daemon: found === undefined ? {} : daemonFacts(found, address, environment),
    barrier: address.type === 'unix' ? barrierOf(address.path) : undefined,
  });
}

/** Why the file of -c cannot be used; `message` is what was said. */
export function explainFile(
  message: string,
  file: string | undefined,
  environment: Call['environment'],
): string | undefined {
  if (file === undefined || !/^(?:could not find config file|\.ini file does not include)/.test(message))
    return undefined;
  const isThere = existsSync(file);
  const [folder, name] = splitPath(file);
  const meantName = isThere ? undefined : closest(name, namesIn(folder === '' ? '.' : folder));
  return fileAdvice({
    file,
    isThere,
    similar: meantName && joinPath(folder, meantName),
    daemon: isThere ? daemonFacts(file, { type: 'unix', path: '' }, environment) : {},
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What follows `*** Unknown syntax: statsu`. */
export function meant(word: string, names: readonly string[]): string | undefined {
  const name = closest(word, names);
  return name === undefined ? undefined : `Did you mean "${name}"?`;
}

function daemonFacts(file: string, address: ServerAddress, environment: Call['environment']): DaemonFacts {
  const read = readTextFile(file);
  if (read.type !== 'text') return {};
  const scanned = scan(sectionsOf(read.text, 'unix_http_server|inet_http_server|supervisord|DEFAULT'));
  if (scanned.type !== 'entries') return {};
  const ini = new IniFile();
  ini.add(scanned.entries, file);
  const here = parentOf(absolutePath(file, process.cwd()));
  const names = environmentNames(environment).set('here', here);
  const value = (section: string, key: string): string | undefined => {
    const text = ini.get(section, key)?.value;
    try {
      return text === undefined || text === '' ? undefined : expand(text, names, `${section}.${key}`);
    } catch (error) {
      if (error instanceof Refusal) return undefined; // the daemon's mistake to tell of, not ours
      throw error;
    }
  };
  const socket = value('unix_http_server', 'file');
  return {
    socket: socket === undefined ? undefined : absolutePath(socket, process.cwd()),
    port: value('inet_http_server', 'port'),
    username: value(address.type === 'unix' ? 'unix_http_server' : 'inet_http_server', 'username'),
    pid: livingPid(value('supervisord', 'pidfile')),
  };
}

/** A pid that is a supervisord's: the number may long be another's. */
function livingPid(pidfile: string | undefined): number | undefined {
  if (pidfile === undefined) return undefined;
  try {
    const pid = Number(readFileSync(pidfile, 'utf8'));
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('supervisord') ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The first folder above `path` behind which nothing can be seen, or else what is at `path`. */
function barrierOf(path: string): Barrier | undefined {
  let folder = path;
  let denied: string | undefined;
  do {
    try {
      statSync(folder);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') return undefined;
      folder = parentOf(folder);
      denied = folder;
    }
  } while (folder !== '/');
  const at = denied ?? path;
  const { uid, gid, mode } = statSync(at);
  return {
    path: at,
    isFolder: denied !== undefined,
    owner: nameOf('/etc/passwd', uid),
    group: nameOf('/etc/group', gid),
    mode: mode & 0o7777,
  };
}

function nameOf(file: string, id: number): string {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.map((line) => line.split(':')).find(([, , number]) => number === String(id))?.[0] ?? String(id);
}
