import type { Command } from '../command.ts';

/**
 * What may follow a verb, read out of its help: the lines that people read are the only list there is of its flags
 * and arguments. What stands left of the tab is a usage:
 *
 *   signal <signal name> <gname>:*     arguments: the name of a placeholder
 *   tail [-f] <name> [stdout|stderr]   flags and words in brackets may be left out; `|` is between words
 *   drill <name> <url>
 *     --do roll,kill                   a flag with a value; the words are examples of it
 *   doctor -c <file>                   and so is any placeholder that is not the name of a process
 *   add <name> [...]                   and more of those
 */

export interface Usage {
  /** `-f`, `--since` to the values there are, or to the placeholder of a value, or to nothing. */
  readonly flags: ReadonlyMap<string, FlagValue | undefined>;
  /** What may stand at each place; at those behind the last what may stand at the last. */
  readonly places: readonly Place[];
}

export interface FlagValue {
  readonly words: readonly string[];
  /** `file`, `dir` or whatever is between the brackets. */
  readonly placeholder: string | undefined;
}

export interface Place {
  readonly words: readonly string[];
  /** Names of placeholders, with what stands behind them: `program=` of `<program>=6`. */
  readonly placeholders: readonly string[];
}

const nameLike: ReadonlySet<string> = new Set(['name', 'gname', 'process', 'program', 'selector']);
const tokens = /<[^>]+>\S*|\[[^\]]*\]|\([^)]*\)|\S+/g;
const isFlag = /^--?[a-z]/i;
const isWords = /^[a-z]+(?:[|,][a-z]+)*$/;

export function usageOf({ name, help, ourHelp = '' }: Pick<Command, 'name' | 'help' | 'ourHelp'>): Usage {
  const flags = new Map<string, FlagValue | undefined>();
  const places: { words: Set<string>; placeholders: Set<string> }[] = [];
  for (const text of `${help}\n${ourHelp}`.split('\n')) {
    const usage = text.split('\t', 1)[0] ?? '';
    const [first, ...others] = usage.match(tokens) ?? [];
    const rest = first === name ? others : /^ +-/.test(usage) ? [first ?? '', ...others] : [];
    let at = 0;
    for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
      if (token.startsWith('(') || /^-\d|^\.\.\.$/.test(token)) continue;
      // What may be left out may be a flag with its value.
      if (token.startsWith('[')) {
        const inner = token.slice(1, -1).match(tokens) ?? [];
        if (inner[0] !== undefined && inner[0] !== '...') rest.unshift(...inner);
        continue;
      }
      if (isFlag.test(token)) {
        const value = flagValueOf(rest[0]);
        if (value !== undefined) rest.shift();
        if (!flags.has(token) || value !== undefined) flags.set(token, value);
        continue;
      }
      places[at] ??= { words: new Set(), placeholders: new Set() };
      const placeholder = /^<([^>]+)>(=?)/.exec(token);
      if (placeholder !== null) places[at]?.placeholders.add(`${placeholder[1]}${placeholder[2]}`);
      else if (isWords.test(token)) for (const word of token.split(/[|,]/)) places[at]?.words.add(word);
      at += 1;
    }
  }
  return {
    flags,
    places: places.map(({ words, placeholders }) => ({ words: [...words], placeholders: [...placeholders] })),
  };
}

/** Whether a placeholder stands for processes or groups. */
export function isNameLike(placeholder: string): boolean {
  return nameLike.has(placeholder.replace(/=$/, ''));
}

function flagValueOf(token: string | undefined): FlagValue | undefined {
  if (token === undefined || /^[-[(]|^\.\.\.$/.test(token)) return undefined;
  const placeholder = /^<([^>]+)>/.exec(token)?.[1];
  if (placeholder !== undefined) return isNameLike(placeholder) ? undefined : { words: [], placeholder };
  return { words: isWords.test(token) ? token.split(/[|,]/) : [], placeholder: undefined };
}
