/** supervisord's options (supervisor/options.py), and the two of our own: `--version` and `--test`. */
import type { CommandLine, OptionSpec } from '../getopt.ts';
import { readCommandLine } from '../getopt.ts';
import type { Overrides, SupervisordKey } from './config/supervisord.ts';
import { commandLineOptions } from './config/supervisord.ts';

const own = {
  configuration: { short: 'c', long: 'configuration', takesValue: true },
  help: { short: 'h?', long: 'help', acts: true },
  supervisorVersion: { short: 'v', acts: true },
  version: { long: 'version', acts: true },
  test: { long: 'test' },
  profile_options: { long: 'profile_options', takesValue: true },
} as const satisfies Record<string, OptionSpec>;

type Name = keyof typeof own | SupervisordKey;

const table: Record<string, OptionSpec> = { ...own };
for (const { short, long, key, takes } of commandLineOptions) {
  table[key] = { ...(short !== undefined && { short }), long, takesValue: takes === 'value' };
}

export type DaemonCommandLine =
  | { readonly type: 'run'; readonly file: string | undefined; readonly overrides: Overrides; readonly isTest: boolean }
  | { readonly type: 'help' | 'version' | 'supervisorVersion' }
  | { readonly type: 'error'; readonly message: string };

/** Reads the arguments after the command's name. */
export function readDaemonCommandLine(args: readonly string[]): DaemonCommandLine {
  const line = readCommandLine(table, args) as CommandLine<Name>;
  if (line.type === 'error') return line;
  if (line.type === 'acts')
    return { type: line.name === 'help' || line.name === 'version' ? line.name : 'supervisorVersion' };
  const [stray] = line.words;
  if (stray !== undefined) {
    const words = line.words.map((word) => `'${word}'`).join(', ');
    return { type: 'error', message: `positional arguments are not supported: [${words}]` };
  }
  const overrides: { [Key in SupervisordKey]?: Overrides[Key] } = {};
  for (const { short, long, key, takes } of commandLineOptions) {
    const value = line.options[key];
    if (value === undefined) continue;
    const typed = args.some((arg) => arg.startsWith('--') && long.startsWith(arg.slice(2).split('=')[0] ?? ''));
    const option = typed || short === undefined ? `--${long}` : `-${short}`;
    overrides[key] = { option, value: takes === 'value' ? value : 'true' };
  }
  return { type: 'run', file: line.options.configuration, overrides, isTest: line.options.test !== undefined };
}

/** What `-h` prints. */
export function helpText(command: string): string {
  return `supervisord -- run a set of applications as daemons.

Usage: ${command} [options]

Options:
-c/--configuration FILENAME -- configuration file path (searched for if not given)
-n/--nodaemon -- run in the foreground (same as 'nodaemon=true' in the file)
-s/--silent -- in the foreground, keep the log off stdout (same as 'silent=true')
-h/--help -- print this text and exit
-v -- print the version of Supervisor that this is compatible with and exit
--version -- print the version of tssupervisor and exit
--test -- only check the configuration: exit status 0 if it can be used, 2 if not
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
