import type { ProcessInfo } from './supervisor.ts';

/** What Tab offers in the shell (behaviour reference 5.6). Words end at blanks, so `g:p`, `g:*` and `a-b` are one. */

const takesGroups: ReadonlySet<string> = new Set(['add', 'remove', 'update']);
const takesProcesses: ReadonlySet<string> = new Set('clear fg pid restart signal start status stop tail'.split(' '));

/** The candidates for the last word of `line`, each with a blank behind it, and that word. */
export async function complete(
  line: string,
  commands: readonly string[],
  processes: () => Promise<readonly ProcessInfo[]>,
): Promise<readonly [hits: readonly string[], word: string]> {
  const words = line.trimStart().split(/\s+/);
  const word = words.at(-1) ?? '';
  const action = words[0] ?? '';
  if (words.length <= 1 || action === 'help') return [starting(commands, word), word];
  if (takesGroups.has(action)) return [starting(groupsOf(await processes()), word), word];
  if (takesProcesses.has(action)) return [starting(namespecsOf(await processes(), word), word), word];
  return [[], word];
}

function starting(candidates: Iterable<string>, word: string): string[] {
  return [...new Set(candidates)].filter((each) => each.startsWith(word)).map((each) => `${each} `);
}

function groupsOf(infos: readonly ProcessInfo[]): string[] {
  return infos.map(({ group }) => group);
}

// Once a colon is typed, groups of one process named like it have their long form too.
function namespecsOf(infos: readonly ProcessInfo[], word: string): string[] {
  return infos.flatMap(({ name, group }) =>
    word.includes(':') || name !== group ? [`${group}:${name}`, `${group}:*`] : [name],
  );
}
