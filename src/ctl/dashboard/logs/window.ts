/**
 * Which rows of which lines are on the screen. The first row is a place in the log, not a distance from its end: lines
 * that come or go move nothing under the eyes of who reads.
 */
import { rowCount } from './line-rows.ts';
import type { LogModel, Place } from './model.ts';
import { lineAt } from './ring.ts';
import { shownFrom } from './sieve.ts';

/** Columns of the time with its blank. */
const TIME_WIDTH = 9;
const MAX_NAME_WIDTH = 20;
/** The mark of stderr and the like, with its blank. */
const GUTTER_WIDTH = 2;

export interface Columns {
  readonly time: number;
  readonly name: number;
  readonly gutter: number;
  readonly text: number;
}

/** How the width is shared out. On a narrow screen the text comes first. */
export function columnsOfView({ size, names, hasTimes }: LogModel): Columns {
  const time = hasTimes && size.width >= 30 ? TIME_WIDTH : 0;
  const longest = names.reduce((most, name) => Math.max(most, name.length), 0);
  const name = names.length > 1 && size.width >= 30 ? Math.min(longest, MAX_NAME_WIDTH, size.width >> 2) + 1 : 0;
  const gutter = size.width >= 10 ? GUTTER_WIDTH : 0;
  return { time, name, gutter, text: Math.max(1, size.width - time - name - gutter) };
}

/** Rows for lines: all but the status line. */
export function bodyHeight({ size }: LogModel): number {
  return Math.max(0, size.height - 1);
}

function rowsAt(model: LogModel, serial: number): number {
  if (!model.isWrapped) return 1;
  return rowCount(lineAt(model.ring, serial)?.text ?? '', columnsOfView(model).text);
}

/** The places from `from` on, as many as fit. */
function placesFrom(model: LogModel, from: Place, height: number): Place[] {
  const places: Place[] = [];
  for (const serial of shownFrom(model.sieve, model.ring, from.serial, 1)) {
    const count = rowsAt(model, serial);
    for (let row = serial === from.serial ? Math.min(from.row, count - 1) : 0; row < count; row += 1) {
      if (places.length >= height) return places;
      places.push({ serial, row });
    }
    if (places.length >= height) return places;
  }
  return places;
}

/** So many places before `before`, the nearest last. */
function placesBefore(model: LogModel, before: Place, height: number): Place[] {
  const places: Place[] = [];
  for (const serial of shownFrom(model.sieve, model.ring, before.serial, -1)) {
    const count = rowsAt(model, serial);
    for (let row = (serial === before.serial ? Math.min(before.row, count) : count) - 1; row >= 0; row -= 1) {
      if (places.length >= height) return places.reverse();
      places.push({ serial, row });
    }
    if (places.length >= height) break;
  }
  return places.reverse();
}

/** What is on the screen, from its top. */
export function visiblePlaces(model: LogModel): readonly Place[] {
  const height = bodyHeight(model);
  if (height === 0) return [];
  const { top, ring } = model;
  if (top === undefined) return placesBefore(model, { serial: ring.end, row: 0 }, height);
  const places = placesFrom(model, top, height);
  if (places.length === height) return places;
  // The end of the log, or little that is shown: what comes before fills the screen.
  return [...placesBefore(model, places[0] ?? top, height - places.length), ...places];
}

/** Moves the window by so many rows, up if negative; at the end of the log it follows again. */
export function scrolled(model: LogModel, by: number): LogModel {
  const visible = visiblePlaces(model);
  const [first] = visible;
  const last = visible.at(-1);
  if (first === undefined || last === undefined || by === 0) return model;
  if (by < 0) {
    const [next] = placesBefore(model, first, -by);
    return next === undefined ? { ...model, top: first } : { ...model, top: next };
  }
  if (model.top === undefined) return model;
  // The first of them is the last that is on the screen now.
  const after = placesFrom(model, last, by + 1).slice(1);
  const all = [...visible, ...after];
  const isEnd = after.length < by;
  return isEnd ? { ...model, top: undefined } : { ...model, top: all[after.length] };
}

/** With that line on the screen; it stays as it is if it is there already. */
export function revealed(model: LogModel, serial: number): LogModel {
  if (visiblePlaces(model).some((place) => place.serial === serial)) {
    return model.top === undefined ? { ...model, top: visiblePlaces(model)[0] } : model;
  }
  const above = placesBefore(model, { serial, row: 0 }, Math.floor(bodyHeight(model) / 3));
  return { ...model, top: above[0] ?? { serial, row: 0 } };
}
