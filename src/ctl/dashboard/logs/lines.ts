/**
 * Draws the log view: its rows, and below them a line that says what is shown of how much, or what is being typed.
 *
 *     14:05:02 web:web_00   ! Traceback (most recent call last):
 *     time     name         | what was written
 *                           `-- ! stderr, > found, * chosen
 */
import type { Line, Piece, Role } from '../row.ts';
import { clean, cut, pad, sgrPieces, widthOf } from '../text.ts';
import { broken, highlighted, shifted } from './line-rows.ts';
import type { LogModel, Place } from './model.ts';
import { ownTimeOf, timeText } from './moment.ts';
import { places } from './pattern.ts';
import { type LogLine, lineAt } from './ring.ts';
import { isNarrow, shownCount } from './sieve.ts';
import { bodyHeight, type Columns, columnsOfView, visiblePlaces } from './window.ts';

/** Who wrote it, told apart by more than the name where there are colours. */
const nameRoles: readonly Role[] = ['accent', 'good', 'busy', 'title', 'plain'];

/** As many lines as the view is high, none wider than it. */
export function logLines(model: LogModel): readonly Line[] {
  const visible = visiblePlaces(model);
  const columns = columnsOfView(model);
  const drawn = drawnLines(model, visible);
  const lines: Line[] = visible.map((place) => rowLine(model, columns, place, drawn.get(place.serial) ?? []));
  while (lines.length < bodyHeight(model)) lines.push([]);
  if (visible.length === 0 && lines.length > 0)
    lines[0] = [{ text: cut(nothingText(model), model.size.width), role: 'dim' }];
  return [...lines, statusLine(model)].slice(0, model.size.height);
}

/** The pieces of the lines that are on the screen, by their serials. */
function drawnLines({ ring, sieve }: LogModel, visible: readonly Place[]): ReadonlyMap<number, readonly Piece[]> {
  const serials = [...new Set(visible.map(({ serial }) => serial))];
  const pieces = serials.map((serial) => sgrPieces(lineAt(ring, serial)?.text ?? ''));
  const { pattern } = sieve;
  if (pattern === undefined || pattern.isInverted)
    return new Map(serials.map((serial, at) => [serial, pieces[at] ?? []]));
  const ranges = places(
    pattern,
    pieces.map((some) => some.map(({ text }) => text).join('')),
  );
  return new Map(serials.map((serial, at) => [serial, highlighted(pieces[at] ?? [], ranges?.[at] ?? [])]));
}

function rowLine(model: LogModel, columns: Columns, { serial, row }: Place, pieces: readonly Piece[]): Line {
  const line = lineAt(model.ring, serial);
  if (line === undefined) return [];
  const text = model.isWrapped ? (broken(pieces, columns.text)[row] ?? []) : shifted(pieces, model.left, columns.text);
  const isChosen = isBetween(model.chosen, serial);
  return [...prefix(model, columns, line, serial, row === 0), ...(isChosen ? text.map(selected) : text)];
}

const selected = ({ text }: Piece): Piece => ({ text, role: 'selected' });

function isBetween(chosen: LogModel['chosen'], serial: number): boolean {
  if (chosen === undefined) return false;
  return serial >= Math.min(chosen.from, chosen.to) && serial <= Math.max(chosen.from, chosen.to);
}

function prefix(model: LogModel, columns: Columns, line: LogLine, serial: number, isFirst: boolean): Piece[] {
  const pieces: Piece[] = [];
  if (columns.time > 0) {
    const time = isFirst ? (ownTimeOf(line.text) ?? timeText(line.at)) : '';
    pieces.push({ text: pad(time, columns.time), role: 'dim' });
  }
  if (columns.name > 0) {
    const role = nameRoles[Math.max(0, model.names.indexOf(line.name)) % nameRoles.length] ?? 'plain';
    const name = isFirst ? pad(line.name, columns.name - 1) : ' '.repeat(columns.name - 1);
    pieces.push({ text: `${name} `, role });
  }
  if (columns.gutter === 0) return pieces;
  if (isBetween(model.chosen, serial)) pieces.push({ text: '* ', role: 'accent' });
  else if (model.current === serial) pieces.push({ text: '> ', role: 'accent' });
  else if (line.isError) pieces.push({ text: '! ', role: 'stderr' });
  else pieces.push({ text: columns.name > 0 ? '| ' : '  ', role: 'dim' });
  return pieces;
}

function nothingText({ sieve, ring }: LogModel): string {
  if (ring.end === ring.start) return '  Nothing has been written yet';
  return sieve.isDone ? '  No line fits (Esc shows all)' : '  Searching';
}

function statusLine(model: LogModel): Line {
  const pieces = model.typing === undefined ? state(model) : prompt(model, model.typing);
  let left = model.size.width;
  return pieces.flatMap((piece): Piece[] => {
    const text = cut(piece.text, left);
    left -= widthOf(text);
    return text === '' ? [] : [{ ...piece, text }];
  });
}

function state(model: LogModel): Piece[] {
  const { ring, sieve, top, notice } = model;
  const count = ring.end - ring.start;
  const how: Piece = model.isPaused
    ? { text: ' HELD ', role: 'warning' }
    : top === undefined
      ? { text: ' following ', role: 'good' }
      : { text: ' scrolled (f follows) ', role: 'accent' };
  const shown = isNarrow(sieve) ? `${shownCount(sieve, ring)} of ${linesText(count)}` : linesText(count);
  const pieces: Piece[] = [how, { text: ` ${shown}`, role: 'dim' }];
  if (ring.dropped > 0) pieces.push({ text: `, ${ring.dropped} older ones dropped`, role: 'dim' });
  if (!sieve.isDone) pieces.push({ text: '  searching', role: 'busy' });
  if (sieve.onlyErrors) pieces.push({ text: '  stderr only', role: 'stderr' });
  if (sieve.pattern !== undefined) {
    pieces.push(
      { text: `  ${sieve.isHiding ? 'filter' : 'marked'}: ${clean(sieve.pattern.text)}`, role: 'match' },
      trouble(model),
    );
  }
  if (notice !== '') pieces.push({ text: `  ${clean(notice)}`, role: 'accent' });
  return pieces;
}

function linesText(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}

function trouble({ sieve }: LogModel): Piece {
  const why = sieve.pattern?.trouble;
  return { text: why === undefined ? '' : `  ${why}: taken literally`, role: 'bad' };
}

function prompt(model: LogModel, { purpose, text }: NonNullable<LogModel['typing']>): Piece[] {
  if (purpose === 'moment')
    return [{ text: 'Go to (10m, 14:05, 2026-11-22 03:00): ', role: 'accent' }, { text: `${clean(text)}_` }];
  const shown = linesText(shownCount(model.sieve, model.ring));
  return [
    { text: '/', role: 'accent' },
    { text: `${clean(text)}_` },
    { text: `   ${model.sieve.isDone ? '' : 'searching, '}${shown}`, role: 'dim' },
    trouble(model),
  ];
}
