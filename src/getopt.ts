import { printed } from './config/python-text.ts';

/**
 * Command lines as Python's `getopt` reads them, because that is what Supervisor's users type: short flags
 * are bundled (`-nc FILE`), values may be attached (`-cFILE`, `--opt=v`), long options may be shortened to a
 * unique prefix (`--conf`), `-` is a word, `--` ends the options, and so does the first word, so that
 * `tail -f x` keeps its `-f`. An option given twice is an error, and so is one that does not exist.
 *
 * Errors come in two passes, as there: first the line is read (unknown option, missing value), then the
 * options count one after another (`conflicting`, `invalid value`). `--help` acts in the second pass: what
 * stands after it is read, but no longer judged.
 */

export interface OptionSpec {
  /** One letter each; all mean this option. */
  readonly short?: string;
  readonly long?: string;
  readonly takesValue?: boolean;
  /** Acts when it is met, like `--help`: nothing after it counts. */
  readonly acts?: boolean;
  /** Why `value` cannot be taken, in Python's words, or undefined. */
  readonly refuse?: (value: string, words: readonly string[]) => string | undefined;
  /** Whether it may be given more than once before these words; Supervisor's never may. */
  readonly repeats?: (words: readonly string[]) => boolean;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

export type CommandLine<Name extends string> =
  /** A flag without a value is there with the empty string. */
  | {
      readonly type: 'read';
      readonly options: { readonly [N in Name]?: string };
      readonly words: readonly string[];
      /** Every value of what was given more than once, which has its first one above. */
      readonly repeated: { readonly [N in Name]?: readonly string[] };
    }
  | { readonly type: 'acts'; readonly name: Name }
  /** `message` is Supervisor's text, to be shown after `Error: `. */
  | { readonly type: 'error'; readonly message: string };

interface Given {
  readonly name: string;
  readonly spec: OptionSpec;
  /** As messages show it: `-c` or `--configuration`, never shortened. */
  readonly flag: string;
  readonly value: string;
}

class Refusal extends Error {}

/** Reads the arguments after the program's name. */
export function readCommandLine<Table extends OptionTable>(
  table: Table,
  args: readonly string[],
): CommandLine<keyof Table & string> {
  try {
    const { given, words } = split(table, args);
    const options: Record<string, string> = {};
    const repeated: Record<string, readonly string[]> = {};
    for (const { name, spec, flag, value } of given) {
      if (spec.acts) return { type: 'acts', name };
      const reason = spec.refuse?.(value, words);
      if (reason !== undefined) throw new Refusal(`invalid value for ${flag} ${printed(value)}: ${reason}`);
      const before = options[name];
      if (before !== undefined) {
        if (spec.repeats?.(words) !== true) throw new Refusal(`conflicting command line option ${printed(flag)}`);
        repeated[name] = [...(repeated[name] ?? [before]), value];
      }
      options[name] ??= value;
    }
    type Read = Extract<CommandLine<keyof Table & string>, { type: 'read' }>;
    return { type: 'read', options: options as Read['options'], words, repeated: repeated as Read['repeated'] };
  } catch (error) {
    if (error instanceof Refusal) return { type: 'error', message: error.message };
    throw error;
  }
}

function split(table: OptionTable, args: readonly string[]): { given: Given[]; words: readonly string[] } {
  const given: Given[] = [];
  let next = 0;
  while (next < args.length) {
    const arg = args[next] ?? '';
    if (!arg.startsWith('-') || arg === '-') break;
    next += 1;
    if (arg === '--') break;
    const takeNext = (flag: string): string => {
      const value = args[next];
      if (value === undefined) throw new Refusal(`option ${flag} requires argument`);
      next += 1;
      return value;
    };
    if (arg.startsWith('--')) given.push(longOption(table, arg.slice(2), takeNext));
    else given.push(...bundle(table, arg.slice(1), takeNext));
  }
  return { given, words: args.slice(next) };
}

function longOption(table: OptionTable, text: string, takeNext: (flag: string) => string): Given {
  const equals = text.indexOf('=');
  const typed = equals < 0 ? text : text.slice(0, equals);
  const [name, spec] = findLong(table, typed);
  const flag = `--${spec.long}`;
  if (spec.takesValue) return { name, spec, flag, value: equals < 0 ? takeNext(flag) : text.slice(equals + 1) };
  if (equals >= 0) throw new Refusal(`option ${flag} must not have an argument`);
  return { name, spec, flag, value: '' };
}

function findLong(table: OptionTable, typed: string): [name: string, spec: OptionSpec] {
  const candidates = Object.entries(table).filter(([, spec]) => spec.long?.startsWith(typed));
  const exact = candidates.find(([, spec]) => spec.long === typed);
  if (exact !== undefined) return exact;
  const [first, second] = candidates;
  if (first === undefined) throw new Refusal(`option --${typed} not recognized`);
  if (second !== undefined) throw new Refusal(`option --${typed} not a unique prefix`);
  return first;
}

function bundle(table: OptionTable, letters: string, takeNext: (flag: string) => string): Given[] {
  const given: Given[] = [];
  let rest = letters;
  while (rest !== '') {
    const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
    rest = rest.slice(letter.length);
    const flag = `-${letter}`;
    const found = Object.entries(table).find(([, spec]) => spec.short?.includes(letter));
    if (found === undefined) throw new Refusal(`option ${flag} not recognized`);
    const [name, spec] = found;
    if (!spec.takesValue) {
      given.push({ name, spec, flag, value: '' });
      continue;
    }
    given.push({ name, spec, flag, value: rest === '' ? takeNext(flag) : rest });
    rest = '';
  }
  return given;
}
