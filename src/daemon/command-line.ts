/** supervisord's options (supervisor/options.py), and the two of our own: `--version` and `--test`. */
import { printed } from '../config/python-text.ts';
import { Refusal, type ValueHost } from '../config/values.ts';
import type { CommandLine, OptionSpec } from '../getopt.ts';
import { readCommandLine } from '../getopt.ts';
import { supervisordOptions } from './config/daemon-options.ts';
import type { Overrides, SupervisordKey } from './config/supervisord.ts';
import { commandLineOptions } from './config/supervisord.ts';

/** The options that set no key. */
export const ownOptions = {
  configuration: { short: 'c', long: 'configuration', takesValue: true },
  help: { short: 'h?', long: 'help', acts: true },
  supervisorVersion: { short: 'v', acts: true },
  version: { long: 'version', acts: true },
  test: { long: 'test' },
  profile_options: { long: 'profile_options', takesValue: true },
} as const satisfies Record<string, OptionSpec>;

type Name = keyof typeof ownOptions | SupervisordKey;

export type DaemonCommandLine =
  | { readonly type: 'run'; readonly file: string | undefined; readonly overrides: Overrides; readonly isTest: boolean }
  | { readonly type: 'help' | 'version' | 'supervisorVersion' }
  | { readonly type: 'error'; readonly message: string };

/** Reads the arguments after the command's name. A value is judged where it stands, before any file is looked for. */
export function readDaemonCommandLine(args: readonly string[], host: ValueHost): DaemonCommandLine {
  const table: Record<string, OptionSpec> = { ...ownOptions };
  for (const { short, long, key, takes } of commandLineOptions) {
    const takesValue = takes === 'value';
    table[key] = {
      ...(short !== undefined && { short }),
      long,
      takesValue,
      ...(takesValue && { refuse: (value) => whyNot(key, value, host) }),
    };
  }
  const line = readCommandLine(table, args) as CommandLine<Name>;
  if (line.type === 'error') return line;
  if (line.type === 'acts')
    return { type: line.name === 'help' || line.name === 'version' ? line.name : 'supervisorVersion' };
  if (line.words.length > 0) {
    const words = line.words.map((word) => printed(word)).join(', ');
    return { type: 'error', message: `positional arguments are not supported: [${words}]` };
  }
  const overrides: { [Key in SupervisordKey]?: Overrides[Key] } = {};
  for (const { key, takes } of commandLineOptions) {
    const value = line.options[key];
    if (value !== undefined) overrides[key] = takes === 'value' ? value : 'true';
  }
  return { type: 'run', file: line.options.configuration, overrides, isTest: line.options.test !== undefined };
}

function whyNot(key: SupervisordKey, value: string, host: ValueHost): string | undefined {
  try {
    supervisordOptions[key].type.parse(value, host);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/** What `-h` prints. */
export function helpText(command: string): string {
  return `supervisord -- run a set of applications as daemons.

Usage: ${command} [options]

Options:
-c/--configuration FILENAME -- configuration file path (searched for if not given)
-n/--nodaemon -- run in the foreground (same as 'nodaemon=true' in the file)
-s/--silent -- keep the log off stdout in the foreground too (same as 'silent=true')
-h/--help -- print this text and exit
-v -- print the version of Supervisor that this is compatible with and exit
--version -- print the version of tssupervisor and exit
--test -- only check the configuration: exit status 0 if it can be used, with warnings, 2 if not
-u/--user USER -- run as this user (name or numeric id)
-m/--umask UMASK -- use this umask when daemonizing (default 022)
-d/--directory DIRECTORY -- change to this directory when daemonizing
-l/--logfile FILENAME -- use FILENAME as the log of this program
-y/--logfile_maxbytes BYTES -- rotate that log when it is as large as this
-z/--logfile_backups NUM -- how many rotated logs to keep
-e/--loglevel LEVEL -- use LEVEL as log level (critical,error,warn,info,debug,trace,blather)
-j/--pidfile FILENAME -- write a pid file for the daemon to FILENAME
-i/--identifier STR -- the name of this instance, for clients and event listeners
-q/--childlogdir DIRECTORY -- the directory of automatically named logs
-k/--nocleanup -- keep automatically named logs of earlier runs
-a/--minfds NUM -- the least number of file descriptors to start with
-t/--strip_ansi -- remove ANSI escape codes from what programs write
--minprocs NUM -- the least number of processes to start with
--profile_options OPTIONS -- accepted and ignored
`;
}
