import { strip } from '../config/python-text.ts';

/** A line as Python's `cmd` takes it apart. */
export type Line =
  | { readonly type: 'empty' }
  | { readonly type: 'command'; readonly name: string; readonly argument: string; readonly text: string }
  /** Begins with nothing that could be a command's name. */
  | { readonly type: 'unknown'; readonly text: string };

/** The first run of letters, digits and `_` is the command, the rest its argument; `?x` is `help x`. No quoting. */
export function readLine(given: string): Line {
  const stripped = strip(given);
  if (stripped === '') return { type: 'empty' };
  const text = stripped.startsWith('?') ? `help ${stripped.slice(1)}` : stripped;
  const name = /^[A-Za-z0-9_]*/.exec(text)?.[0] ?? '';
  if (name === '') return { type: 'unknown', text };
  return { type: 'command', name, argument: strip(text.slice(name.length)), text };
}

/** One line of words, for a command that reads them with `quotedWords`. */
export function lineOf(given: readonly string[]): string {
  return given.map((word) => (/^[^\s'"]+$/.test(word) ? word : quoted(word))).join(' ');
}

/** `'…'` and `"…"` hold a word together; nothing else is special, a backslash least of all: regular expressions have them. */
export function quotedWords(argument: string): string[] {
  const found = argument.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? [];
  return found.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, one?: string, two?: string) => one ?? two ?? ''));
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
