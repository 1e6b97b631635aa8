/**
 * Columns that fit: each as wide as its widest cell. Where the screen is narrower than all of them, those that matter
 * least go, one after the other; the last one that is left takes what room there is, and is cut there.
 */
import type { Line, Piece, Role } from '../row.ts';
import { clean, cut, pad, widthOf } from '../text.ts';

export interface Column<Item> {
  readonly title: string;
  readonly text: (item: Item) => string;
  readonly role?: (item: Item) => Role;
  readonly isRight?: boolean;
  /** Those of the highest number go first; 0, which is what is not said, stays. */
  readonly rank?: number;
}

export interface Grid<Item> {
  readonly heading: Line;
  readonly line: (item: Item) => Line;
}

const GAP = 2;
/** What a column must have to be worth its place at the end. */
const LEAST_LAST = 10;

/** Two columns are kept free at the left: for the mark of what is chosen, and so that headings stand out. */
export function grid<Item>(columns: readonly Column<Item>[], items: readonly Item[], width: number): Grid<Item> {
  const sized = columns.map((column) => {
    const cells = items.map((item) => widthOf(clean(column.text(item))));
    return { column, width: Math.max(widthOf(column.title), ...cells) };
  });
  while (sized.length > 1 && leastWidth(sized) > width) {
    const worst = sized.reduce((best, one) => ((one.column.rank ?? 0) >= (best.column.rank ?? 0) ? one : best));
    if ((worst.column.rank ?? 0) === 0) break;
    sized.splice(sized.indexOf(worst), 1);
  }
  const line = (cellOf: (column: Column<Item>) => Piece): Line => {
    const pieces: Piece[] = [];
    let room = width;
    sized.forEach(({ column, width: wide }, at) => {
      const { text, role = 'plain' } = cellOf(column);
      const cell = cut(clean(text), Math.min(wide, room));
      const isLast = at === sized.length - 1;
      const padded =
        isLast && column.isRight !== true ? cell : pad(cell, Math.min(wide, room), column.isRight ? 'right' : 'left');
      room -= widthOf(padded);
      const gap = isLast ? '' : ' '.repeat(Math.max(0, Math.min(GAP, room)));
      room -= gap.length;
      if (padded + gap !== '') pieces.push({ text: padded + gap, role });
    });
    return pieces;
  };
  return {
    heading: line(({ title }) => ({ text: title, role: 'title' })),
    line: (item) => line((column) => ({ text: column.text(item), role: column.role?.(item) ?? 'plain' })),
  };
}

function leastWidth(sized: readonly { readonly width: number }[]): number {
  const last = sized.at(-1)?.width ?? 0;
  const others = sized.slice(0, -1).reduce((sum, { width }) => sum + width + GAP, 0);
  return others + Math.min(last, LEAST_LAST);
}

/** The pieces, cut where the screen ends. */
export function fitted(pieces: readonly Piece[], width: number): Line {
  const line: Piece[] = [];
  let room = width;
  for (const { text, role = 'plain' } of pieces) {
    const shown = cut(clean(text), room);
    if (shown !== '') line.push({ text: shown, role });
    if (shown !== clean(text)) break;
    room -= widthOf(shown);
  }
  return line;
}
