import { namespec } from '../rpc/names.ts';
import type { ConfigInfo, ProcessInfo } from './supervisor.ts';

/** The tables of `status` and `avail`, and the columns of `help`, as Supervisor lays them out. */

const SHORTEST_NAME_COLUMN = 30;

/** The lines of `status`: name, state, description. The name column is as wide as these rows need. */
export function statusLines(infos: readonly ProcessInfo[]): string[] {
  const names = infos.map((info) => namespec(info.group, info.name));
  const width = Math.max(SHORTEST_NAME_COLUMN, ...names.map(lengthOf)) + 3;
  return infos.map((info, at) => padded(names[at] ?? '', width) + padded(info.statename, 10) + info.description);
}

/** One line of `avail`. */
export function configLine(info: ConfigInfo): string {
  const name = padded(namespec(info.group, info.name), 32);
  const inUse = padded(info.inuse ? 'in use' : 'avail', 9);
  const start = padded(info.autostart ? 'auto' : 'manual', 9);
  return `${name} ${inUse} ${start} ${info.group_prio}:${info.process_prio}`;
}

/** Words in columns that fit into `width`, read downwards, each row padded to the end (Python's `cmd.columnize`). */
export function columns(words: readonly string[], width: number): string[] {
  for (let rows = 1; rows < words.length; rows++) {
    const count = Math.ceil(words.length / rows);
    const widths = Array.from({ length: count }, (_, column) =>
      Math.max(...words.slice(column * rows, (column + 1) * rows).map(lengthOf)),
    );
    if (widths.reduce((sum, each) => sum + each + 2, -2) > width) continue;
    return Array.from({ length: rows }, (_, row) =>
      widths
        .filter((_width, column) => column * rows + row < words.length)
        .map((each, column) => padded(words[column * rows + row] ?? '', each))
        .join('  '),
    );
  }
  return [...words];
}

/** Columns as wide as they need to be, two blanks apart; nothing is added behind the last. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => lengthOf(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

// Python counts characters, not UTF-16 units.
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}
