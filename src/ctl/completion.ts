import type { ProcessInfo } from './supervisor.ts';

/**
 * What Tab offers in the shell (behaviour reference 5.6). Words end at blanks, so `g:p`, `g:*` and `a-b` are one.
 *
 * What Tab then does is what GNU readline does under Supervisor's: it adds what all candidates have in common, and rings
 * unless that was a whole one; a Tab after one that added nothing shows them, sorted down the columns.
 */

export const takesGroups: ReadonlySet<string> = new Set(['add', 'remove', 'update']);
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

export interface TabAction {
  /** Goes into the line. */
  readonly insert: string;
  /** Lines for the screen, which end the one being edited. */
  readonly show: string;
  readonly rings: boolean;
}

/** The Tab key while one line is edited. */
export class TabKey {
  /** What stood left of the cursor at the Tab before, if that added nothing. */
  #before: string | undefined;

  /** What a press does with `line`, what stands left of the cursor, on a screen of `width` columns. */
  press(line: string, [hits, word]: readonly [hits: readonly string[], word: string], width: number): TabAction {
    const insert = commonStart(hits).slice(word.length);
    const isAgain = this.#before === line;
    this.#before = insert === '' ? line : undefined;
    if (isAgain && hits.length > 1) return { insert: '', show: columns(hits, width), rings: false };
    return { insert, show: '', rings: hits.length !== 1 };
  }
}

function commonStart([first = '', ...others]: readonly string[]): string {
  let end = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, end))) end -= 1;
  return first.slice(0, end);
}

/** As GNU readline lays them out: two blanks apart, sorted by their code points, the last column of the screen free. */
function columns(hits: readonly string[], width: number): string {
  const sorted = hits.toSorted((a, b) => (a < b ? -1 : 1));
  const cell = Math.max(...sorted.map((hit) => hit.length)) + 2;
  const perLine = Math.max(1, Math.floor((width - 1) / cell));
  const height = Math.ceil(sorted.length / perLine);
  return Array.from({ length: height }, (_, row) => {
    const cells = sorted.filter((_, at) => at % height === row);
    return `${cells.map((hit, at) => (at === cells.length - 1 ? hit : hit.padEnd(cell))).join('')}\r\n`;
  }).join('');
}
