/** One line of a log as rows of the screen: its colours, its matches, wrapped or moved to the left. */
import type { Piece } from '../row.ts';
import { columnsOf, portion, sgrPieces, widthOf } from '../text.ts';

/** The pieces with `ranges` (begin and end in their common text) marked. */
export function highlighted(
  pieces: readonly Piece[],
  ranges: readonly (readonly [number, number])[],
): readonly Piece[] {
  if (ranges.length === 0) return pieces;
  const out: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    let from = 0;
    for (const [begin, end] of ranges) {
      const [first, last] = [Math.max(from, begin - at), Math.min(piece.text.length, end - at)];
      if (last <= first) continue;
      if (first > from) out.push({ ...piece, text: piece.text.slice(from, first) });
      out.push({ text: piece.text.slice(first, last), role: 'match' });
      from = last;
    }
    if (from < piece.text.length) out.push({ ...piece, text: piece.text.slice(from) });
    at += piece.text.length;
  }
  return out;
}

/** The columns from `left` on, as many as there is room for. */
export function shifted(pieces: readonly Piece[], left: number, width: number): readonly Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const piece of pieces) {
    if (at >= left + width) break;
    const columns = widthOf(piece.text);
    const from = Math.max(0, left - at);
    const text = from >= columns ? '' : portion(piece.text, from, left + width - at - from);
    if (text !== '') out.push({ ...piece, text });
    at += columns;
  }
  return out;
}

/** All of it in rows of `width` columns, broken where a terminal would; at least one row. */
export function broken(pieces: readonly Piece[], width: number): readonly (readonly Piece[])[] {
  const rows: Piece[][] = [[]];
  let used = 0;
  for (const piece of pieces) {
    let from = 0;
    let at = 0;
    for (const character of piece.text) {
      const columns = columnsOf(character);
      if (used + columns > width && used > 0) {
        if (at > from) rows.at(-1)?.push({ ...piece, text: piece.text.slice(from, at) });
        rows.push([]);
        from = at;
        used = 0;
      }
      used += columns;
      at += character.length;
    }
    if (at > from) rows.at(-1)?.push({ ...piece, text: piece.text.slice(from, at) });
  }
  return rows;
}

/** How many rows a line takes when it is wrapped. */
export function rowCount(text: string, width: number): number {
  // Most lines are short and plain, and take one.
  if (text.length <= width && /^[\x20-\x7e]*$/.test(text)) return 1;
  return broken(sgrPieces(text), width).length;
}
