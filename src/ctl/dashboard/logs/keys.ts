/** What each key does in the log view; while something is typed there, all keys are its text. */
import type { Binding } from '../keys.ts';
import { sgrPieces } from '../text.ts';
import type { LogCommand, LogModel, LogUpdated } from './model.ts';
import { patternOf } from './pattern.ts';
import { appended, cleared, lineAt } from './ring.ts';
import { changedSieve, foundFrom, shownFrom } from './sieve.ts';
import { bodyHeight, revealed, scrolled, visiblePlaces } from './window.ts';

export interface LogBinding extends Binding<LogModel> {
  readonly run: (model: LogModel, key: string, at: number) => LogUpdated;
}

const only = (model: LogModel, ...commands: readonly LogCommand[]): LogUpdated => ({ model, commands });
const moving = 'Moving';
const looking = 'Looking';
const keeping = 'Keeping';

const SIDE_STEP = 20;
/** Of what is copied; terminals take no more at once. */
const MAX_COPIED = 70_000;

const isSifting = ({ sieve }: LogModel) => sieve.pattern !== undefined;

export const logKeys: readonly LogBinding[] = [
  { keys: ['j', 'down'], help: 'down', group: moving, run: (model) => only(moved(model, 1)) },
  { keys: ['k', 'up'], help: 'up; following stops', group: moving, run: (model) => only(moved(model, -1)) },
  { keys: ['pagedown', 'space'], help: 'a page down', group: moving, run: (model) => only(moved(model, page(model))) },
  { keys: ['pageup'], help: 'a page up', group: moving, run: (model) => only(moved(model, -page(model))) },
  { keys: ['C-d'], help: 'half a page down', group: moving, run: (model) => only(moved(model, half(model))) },
  { keys: ['C-u'], help: 'half a page up', group: moving, run: (model) => only(moved(model, -half(model))) },
  { keys: ['g', 'home'], help: 'the oldest line', group: moving, run: (model) => only(atStart(model)) },
  {
    keys: ['G', 'end', 'f'],
    help: 'follow: show the newest lines as they come',
    group: moving,
    isInFooter: true,
    run: (model) => only({ ...model, top: undefined, current: undefined }),
  },
  {
    keys: ['left'],
    help: 'to the left',
    group: moving,
    isValid: ({ isWrapped, left }) => !isWrapped && left > 0,
    run: (model) => only({ ...model, left: Math.max(0, model.left - SIDE_STEP) }),
  },
  {
    keys: ['right'],
    help: 'to the right, in long lines',
    group: moving,
    isValid: ({ isWrapped }) => !isWrapped,
    run: (model) => only({ ...model, left: model.left + SIDE_STEP }),
  },

  {
    keys: ['/'],
    help: 'filter: a regular expression, after ! what has it not',
    group: looking,
    isInFooter: true,
    run: (model) => only({ ...model, typing: { purpose: 'filter', text: hidingText(model) } }),
  },
  { keys: ['n'], help: 'next match', group: looking, isValid: isSifting, run: (model) => only(sought(model, 1)) },
  { keys: ['N'], help: 'match before', group: looking, isValid: isSifting, run: (model) => only(sought(model, -1)) },
  {
    keys: ['e'],
    help: 'stderr: nothing else, or all',
    group: looking,
    isInFooter: true,
    run: (model) => sifting({ ...model, sieve: changedSieve(model.sieve, { onlyErrors: !model.sieve.onlyErrors }) }),
  },
  {
    keys: ['w'],
    help: 'wrap: long lines, or not',
    group: looking,
    isInFooter: true,
    run: (model) => only({ ...model, isWrapped: !model.isWrapped, left: 0 }),
  },
  {
    keys: ['t'],
    help: 'times on or off',
    group: looking,
    run: (model) => only({ ...model, hasTimes: !model.hasTimes }),
  },
  {
    keys: ['T'],
    help: 'go to a time: 10m, 14:05',
    group: looking,
    run: (model) => only({ ...model, typing: { purpose: 'moment', text: '' } }),
  },

  {
    keys: ['F'],
    help: 'hold the lines, or let them come',
    group: keeping,
    run: (model) => only({ ...model, isPaused: !model.isPaused }, { type: 'hold', isHeld: !model.isPaused }),
  },
  { keys: ['m'], help: 'draw a line here', group: keeping, run: (model, _, at) => sifting(marked(model, at)) },
  {
    keys: ['C-k'],
    help: 'clear the view (not the log)',
    group: keeping,
    run: (model) =>
      sifting({
        ...model,
        ring: cleared(model.ring),
        sieve: changedSieve(model.sieve, {}),
        top: undefined,
        current: undefined,
        chosen: undefined,
      }),
  },
  { keys: ['v'], help: 'choose lines to copy', group: keeping, run: (model) => only(choosing(model)) },
  { keys: ['y'], help: 'copy what is chosen, or the screen', group: keeping, run: copied },
  {
    keys: ['escape'],
    help: 'all lines; then without marks',
    group: looking,
    isValid: ({ chosen, sieve }) => chosen !== undefined || sieve.pattern !== undefined || sieve.onlyErrors,
    run: escaped,
  },
];

/** The next piece of work on what is hidden, if any. */
export function sifting(model: LogModel): LogUpdated {
  return model.sieve.isDone ? only(model) : only(model, { type: 'sift' });
}

function page(model: LogModel): number {
  return Math.max(1, bodyHeight(model) - 1);
}

function half(model: LogModel): number {
  return Math.max(1, bodyHeight(model) >> 1);
}

/** The window; while lines are being chosen, the end of the choice. */
function moved(model: LogModel, by: number): LogModel {
  const { chosen, sieve, ring } = model;
  if (chosen === undefined) return scrolled(model, by);
  let { to } = chosen;
  let left = Math.abs(by);
  for (const serial of shownFrom(sieve, ring, to, by < 0 ? -1 : 1)) {
    to = serial;
    if (left === 0) break;
    left -= 1;
  }
  return revealed({ ...model, chosen: { ...chosen, to } }, to);
}

function atStart(model: LogModel): LogModel {
  const first = shownFrom(model.sieve, model.ring, model.ring.start, 1).next().value;
  return first === undefined ? model : { ...model, top: { serial: first, row: 0 } };
}

function hidingText({ sieve }: LogModel): string {
  return sieve.isHiding ? (sieve.pattern?.text ?? '') : '';
}

/** From the line that it came to last, or from the screen; behind the end it begins anew. */
function sought(model: LogModel, direction: 1 | -1): LogModel {
  const { sieve, ring, current } = model;
  const visible = visiblePlaces(model);
  const edge = direction === 1 ? visible[0]?.serial : visible.at(-1)?.serial;
  const from = current === undefined ? (edge ?? ring.start) : current + direction;
  const found =
    foundFrom(sieve, ring, from, direction) ??
    foundFrom(sieve, ring, direction === 1 ? ring.start : ring.end, direction);
  if (found === undefined) {
    const notice = sieve.isDone ? `Nothing has "${sieve.pattern?.text}" in it` : 'Nothing yet: still searching';
    return { ...model, notice };
  }
  return revealed({ ...model, current: found }, found);
}

function marked(model: LogModel, at: number): LogModel {
  const text = `──── ${new Date(at).toTimeString().slice(0, 8)} ────────────────────`;
  return { ...model, ring: appended(model.ring, [{ name: '', isError: false, text, at }]) };
}

function choosing(model: LogModel): LogModel {
  if (model.chosen !== undefined) return { ...model, chosen: undefined };
  const last = model.current ?? visiblePlaces(model).at(-1)?.serial;
  return last === undefined ? model : revealed({ ...model, chosen: { from: last, to: last } }, last);
}

function copied(model: LogModel): LogUpdated {
  const { chosen, sieve, ring } = model;
  const visible = visiblePlaces(model);
  const ends = chosen ?? { from: visible[0]?.serial ?? 0, to: visible.at(-1)?.serial ?? -1 };
  const last = Math.max(ends.from, ends.to);
  const texts: string[] = [];
  let length = 0;
  for (const serial of shownFrom(sieve, ring, Math.min(ends.from, ends.to), 1)) {
    if (serial > last || length > MAX_COPIED) break;
    const text = sgrPieces(lineAt(ring, serial)?.text ?? '')
      .map((piece) => piece.text)
      .join('');
    texts.push(text);
    length += text.length;
  }
  if (texts.length === 0) return only({ ...model, notice: 'There is nothing to copy' });
  const notice = `Copied ${texts.length} ${texts.length === 1 ? 'line' : 'lines'}`;
  return only({ ...model, chosen: undefined, notice }, { type: 'copy', text: `${texts.join('\n')}\n` });
}

function escaped(model: LogModel): LogUpdated {
  const { chosen, sieve } = model;
  if (chosen !== undefined) return only({ ...model, chosen: undefined });
  if (sieve.pattern !== undefined && sieve.isHiding) {
    return sifting({ ...model, sieve: changedSieve(sieve, { isHiding: false }) });
  }
  if (sieve.pattern !== undefined) {
    return sifting({ ...model, sieve: changedSieve(sieve, { pattern: undefined }), current: undefined });
  }
  return sifting({ ...model, sieve: changedSieve(sieve, { onlyErrors: false }) });
}

/** The filter as it is typed. */
export function filteredBy(model: LogModel, text: string): LogModel {
  const sieve = changedSieve(model.sieve, { pattern: patternOf(text), isHiding: true });
  return { ...model, sieve, current: undefined };
}
