/**
 * Where the program of a `command` line lies, or why it cannot be started: Supervisor's look-up and its texts
 * (supervisor/options.py `check_execv_args`, supervisor/process.py `get_execv_args`). The path is searched as
 * Supervisor does: the first entry that exists counts, even if it cannot be executed.
 */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import type { CommandLine } from './config/command-line.ts';
import { pythonRepr } from './logs/python-repr.ts';

export type Command =
  | { readonly file: string; readonly argv: readonly string[] }
  /** `missing` is a file that is not there (NO_FILE), anything else is one that cannot run (NOT_EXECUTABLE). */
  | { readonly why: string; readonly missing: boolean };

const DEFAULT_PATH = '/bin:/usr/bin:/usr/local/bin';

/** `split` is what `splitCommand` made of the command; `path` is the PATH of the program's own environment, else the daemon's. */
export function findCommand(command: string, split: CommandLine, path: string | undefined): Command {
  if (split.type === 'error')
    return { why: `can't parse command ${pythonRepr(command)}: ${split.why}`, missing: false };
  const { argv } = split;
  const [program] = argv;
  if (program === undefined) return { why: 'command is empty', missing: false };
  const candidates = program.includes('/')
    ? [program]
    : (path ?? DEFAULT_PATH).split(':').map((directory) => pathOf(directory, program));
  for (const file of candidates) {
    const stat = statOf(file);
    if (stat === undefined) continue;
    if (stat.isDirectory()) return { why: `command at ${pythonRepr(file)} is a directory`, missing: false };
    if ((stat.mode & 0o111) === 0) return { why: `command at ${pythonRepr(file)} is not executable`, missing: false };
    try {
      accessSync(file, constants.X_OK);
    } catch {
      return { why: `no permission to run command ${pythonRepr(file)}`, missing: false };
    }
    return { file, argv };
  }
  return { why: `can't find command ${pythonRepr(program)}`, missing: true };
}

/** As Python's os.path.join: what is shown in messages keeps the words of the configuration. */
function pathOf(directory: string, program: string): string {
  return directory === '' || directory.endsWith('/') ? directory + program : `${directory}/${program}`;
}

/** Undefined for whatever cannot be looked at: a name too long, a folder that we may not enter. */
function statOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}
