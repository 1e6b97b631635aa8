/** A list with a cursor that stays with its row when the list is made anew: pure, the same for every view of rows. */
import type { Row } from './row.ts';

export interface ListState {
  /** The key of the row under the cursor. */
  readonly key?: string | undefined;
  /** Where it was, for when that row has gone. */
  readonly index: number;
  /** The first row on the screen. */
  readonly top: number;
}

export const emptyList: ListState = { index: 0, top: 0 };

/** Where the cursor is among `rows` now, on a row that it may stand on; -1 if there is none. */
export function cursorOf(rows: readonly Row[], { key, index }: ListState): number {
  const found = key === undefined ? -1 : rows.findIndex((row) => row.key === key && row.isFixed !== true);
  return found >= 0 ? found : nearest(rows, Math.min(index, rows.length - 1), 1);
}

/** Moves the cursor by so many rows; those that it passes over do not count. */
export function moved(rows: readonly Row[], state: ListState, by: number, height: number): ListState {
  const from = cursorOf(rows, state);
  if (from < 0) return { ...state, top: clampTop(state.top + by, rows.length, height) };
  const to = nearest(rows, Math.max(0, Math.min(rows.length - 1, from + by)), by < 0 ? -1 : 1);
  return settled(rows, { ...state, key: rows[to]?.key, index: to }, height);
}

/** The same with its window around the cursor. */
export function settled(rows: readonly Row[], state: ListState, height: number): ListState {
  const index = cursorOf(rows, state);
  if (index < 0) return { ...state, top: clampTop(state.top, rows.length, height) };
  // The heading above the first row comes into sight with it.
  const first = rows.slice(0, index).every((row) => row.isFixed === true) ? 0 : index;
  let { top } = state;
  if (first < top) top = first;
  if (index >= top + height) top = index - height + 1;
  return { key: rows[index]?.key, index, top: clampTop(top, rows.length, height) };
}

function clampTop(top: number, count: number, height: number): number {
  return Math.max(0, Math.min(top, count - height));
}

/** The row at `index` or the next one, in this direction and then in the other, that the cursor may stand on. */
function nearest(rows: readonly Row[], index: number, direction: 1 | -1): number {
  for (const step of [direction, -direction]) {
    for (let at = Math.max(0, index); at >= 0 && at < rows.length; at += step) {
      if (rows[at]?.isFixed !== true) return at;
    }
  }
  return -1;
}

/** The plain text of a row, by which it is searched and filtered. */
function textOf({ line }: Row): string {
  return line.map(({ text }) => text).join('');
}

/** The rows that have `filter` in them (no case, unless it has capitals); headings stay. `!` before it inverts. */
export function filtered(rows: readonly Row[], filter: string): readonly Row[] {
  const isInverted = filter.startsWith('!');
  const wanted = isInverted ? filter.slice(1) : filter;
  if (wanted === '') return rows;
  const isSensitive = wanted !== wanted.toLowerCase();
  const has = (row: Row) => {
    const text = isSensitive ? textOf(row) : textOf(row).toLowerCase();
    return text.includes(wanted) !== isInverted;
  };
  return rows.filter((row) => row.isFixed === true || has(row));
}
