/** What reading a configuration asks the system; a test answers in its place. */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { strip } from '../../config/python-text.ts';
import { readTextFile, type TextFile } from '../../config/text-file.ts';
import type { ValueHost } from '../../config/values.ts';
import { systemAccounts } from './accounts.ts';
import type { GlobHost } from './glob.ts';

export interface ConfigHost extends ValueHost, GlobHost {
  readFile(path: string): TextFile;
  /** The machine's node name. */
  readonly hostname: string;
  /** Where the logs of children go if nothing else is said. */
  readonly tempDirectory: string;
  /** Our own user id. */
  readonly uid: number;
  /** Whether a plug-in that the section names can be had. */
  resolvesFactory(spec: string, section: string): boolean;
}

/**
 * The plug-ins that a drop-in must know: they are built in. Any other is Python code. (The second result handler is
 * the one of the package supervisor-stdout, the only one that configurations in the wild name.)
 */
const builtIn: Readonly<Record<string, readonly string[]>> = {
  rpcinterface: ['supervisor.rpcinterface:make_main_rpcinterface'],
  eventlistener: ['supervisor.dispatchers:default_handler', 'supervisor_stdout:event_handler'],
};

/** The real system. `cwd` is what relative paths start from: a daemon that changes its directory keeps the first. */
export function nodeHost(
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string = process.cwd(),
): ConfigHost {
  const accounts = systemAccounts();
  return {
    cwd,
    hostname: hostname(),
    tempDirectory: tempDirectory(environment),
    uid: process.getuid?.() ?? 0,
    homeOf: (user) => (user === undefined ? (environment['HOME'] ?? homedir()) : accounts.user(user)?.home),
    isDirectory: (path) => path !== '' && isDirectory(resolve(cwd, path)),
    accountOf: accounts.user,
    groupOf: accounts.group,
    readFile: (path) => readTextFile(resolve(cwd, path)),
    exists: (path) => lstatSync(resolve(cwd, path), { throwIfNoEntry: false }) !== undefined,
    listDirectory: (path) => listDirectory(resolve(cwd, path)),
    resolvesFactory(spec, section) {
      const name = spec.split(':').map(strip).join(':');
      return builtIn[section.slice(0, section.indexOf(':'))]?.includes(name) === true;
    },
  };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function listDirectory(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}

/** As Python's tempfile chooses it: the first of these that is a directory. */
function tempDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const named = ['TMPDIR', 'TEMP', 'TMP'].map((name) => environment[name]);
  const candidates = [...named, '/tmp', '/var/tmp', '/usr/tmp'];
  return candidates.find((path) => path !== undefined && path !== '' && isDirectory(path)) ?? tmpdir();
}
