/**
 * What the control command reads: `[supervisorctl]` of the file that the daemon reads too, by the same rules, but
 * without `[include]`, which supervisorctl never follows. It must start quickly, so it takes the dialect's entries
 * straight and asks the system for nothing but the file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { supervisorctlOptions } from './ctl-options.ts';
import { findConfigFile } from './default-files.ts';
import { environmentNames, expand, type Names } from './expand.ts';
import { IniFile, scan } from './ini.ts';
import { syntaxMessage } from './ini-errors.ts';
import { absolutePath, expandUser, type Homes, parentOf } from './paths.ts';
import { sectionsOf } from './plain-ini.ts';
import { serversIn } from './servers.ts';
import { readTextFile, type TextFile } from './text-file.ts';
import { Refusal } from './values.ts';

export interface CtlConfig {
  readonly serverurl: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly prompt: string;
  /** Absolute. */
  readonly history_file: string | undefined;
  /** Those of `[dashboard]`; throws a Refusal, which is nothing to who does not open it. */
  servers(): readonly string[];
}

/** A `[ctlplugin:x]` of the file: named, never loaded. */
export interface CtlPlugin {
  readonly name: string;
  readonly factory: string;
  readonly settings: Readonly<Record<string, string>>;
}

export type CtlConfigResult =
  | { readonly ok: true; readonly config: CtlConfig; readonly plugins: readonly CtlPlugin[] }
  | { readonly ok: false; readonly message: string };

export interface CtlConfigRequest {
  /** What `-c` names; without it the default places are searched, and the defaults hold if there is no file. */
  readonly file?: string | undefined;
  /** How the command was called, `/usr/bin/supervisorctl`: the search begins beside it. */
  readonly argv0: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What `loadCtlConfig` asks the system. */
export interface CtlHost extends Homes {
  readFile(path: string): TextFile;
  exists(path: string): boolean;
}

/** What is asked of a file; the rest, the programs, need not be read. */
const neededSections = 'supervisorctl|dashboard|DEFAULT|ctlplugin:[^\\]\\n]*';

const withoutFile: CtlConfig = {
  serverurl: supervisorctlOptions.serverurl.initial,
  username: undefined,
  password: undefined,
  prompt: supervisorctlOptions.prompt.initial,
  history_file: undefined,
  servers: () => [],
};

/** Reads `[supervisorctl]`. The message of a refusal is what follows `Error: `. */
export function loadCtlConfig(
  request: CtlConfigRequest,
  host: CtlHost = ctlHost(request.environment),
): CtlConfigResult {
  const file = request.file ?? findConfigFile(request.argv0, host);
  if (file === undefined) return { ok: true, config: withoutFile, plugins: [] };
  try {
    const ini = readIni(file, host);
    const names = environmentNames(request.environment);
    return { ok: true, config: ctlConfigOf(ini, file, names, host), plugins: pluginsOf(ini, names) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, message: error.message };
    throw error;
  }
}

function readIni(file: string, host: CtlHost): IniFile {
  const read = host.readFile(file);
  if (read.type === 'missing') throw new Refusal(`could not find config file ${file}`);
  if (read.type === 'unreadable') throw new Refusal(`could not read config file ${file}`);
  const scanned = read.type === 'text' ? scan(sectionsOf(read.text, neededSections)) : read;
  if (scanned.type !== 'entries') throw new Refusal(syntaxMessage(scanned, file));
  const ini = new IniFile();
  ini.add(scanned.entries, file);
  return ini;
}

function ctlConfigOf(ini: IniFile, file: string, names: Names, host: CtlHost): CtlConfig {
  const section = 'supervisorctl';
  if (!ini.has(section)) throw new Refusal('.ini file does not include supervisorctl section');
  const here = parentOf(absolutePath(expandUser(file, host), host.cwd));
  const withHere = new Map(names).set('here', here);
  const value = (key: keyof typeof supervisorctlOptions) => {
    const found = ini.get(section, key)?.value;
    const usable = supervisorctlOptions[key].names === 'here' ? withHere : names;
    return found === undefined ? undefined : expand(found, usable, `${section}.${key}`);
  };
  const normal = (path: string) => absolutePath(expandUser(path, host), host.cwd);
  const serverurl = value('serverurl') ?? withoutFile.serverurl;
  const socket = serverurl.startsWith('unix://') ? `unix://${normal(serverurl.slice('unix://'.length))}` : undefined;
  const prompt = value('prompt') ?? withoutFile.prompt;
  const username = value('username');
  const password = value('password');
  const history = value('history_file');
  const history_file = history === undefined || history === '' ? undefined : normal(history);
  const normalUrl = (url: string) =>
    url.replace(/^((?:[^=/]+=)?unix:\/\/)(.*)$/s, (_, head, path) => head + normal(path));
  const listed = ini.get('dashboard', 'servers')?.value;
  const servers = () => serversIn(expand(listed ?? '', withHere, 'dashboard.servers')).map(normalUrl);
  return { serverurl: socket ?? serverurl, username, password, prompt, history_file, servers };
}

function pluginsOf(ini: IniFile, names: Names): CtlPlugin[] {
  const factoryKey = 'supervisor.ctl_factory';
  const sections = ini.sections().filter((section) => section.startsWith('ctlplugin:'));
  return sections.map((section) => {
    const value = (key: string) => expand(ini.get(section, key)?.value ?? '', names, `${section}.${key}`);
    if (ini.get(section, factoryKey) === undefined) {
      throw new Refusal(`section [${section}] does not specify a ${factoryKey}`);
    }
    const factory = value(factoryKey);
    const further = ini.keys(section).filter((key) => key !== factoryKey);
    const settings = Object.fromEntries(further.map((key) => [key, value(key)]));
    return { name: section.slice('ctlplugin:'.length), factory, settings };
  });
}

function ctlHost(environment: CtlConfigRequest['environment']): CtlHost {
  return {
    cwd: process.cwd(),
    homeOf: (user) =>
      user === undefined ? (environment['HOME'] ?? process.getBuiltinModule('node:os').homedir()) : homeInPasswd(user),
    readFile: readTextFile,
    exists: existsSync,
  };
}

function homeInPasswd(user: string): string | undefined {
  const passwd = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  return passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === user)?.[5];
}
