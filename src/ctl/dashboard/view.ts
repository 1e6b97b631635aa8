/**
 * Draws the model: as many lines as the screen has, none wider than it.
 *
 *     the bar         what is shown of which daemons, and how they do
 *     (a banner)      a daemon is away
 *     (a heading)     of the columns
 *     rows
 *     (a question)    and its victims
 *     the status      what is typed, what was done, the command line for it
 *     the keys        unless there is no room
 */
import { namespec, readNamespec } from '../../rpc/names.ts';
import type { Act } from './actions.ts';
import { keysText } from './keys.ts';
import { layoutOf, panelHeight } from './layout.ts';
import { cursorOf } from './list.ts';
import { logLines } from './logs/lines.ts';
import { aboutLogs, bindingsHere } from './logs/place.ts';
import type { Mode, Model } from './model.ts';
import { paletteMatches } from './palette.ts';
import type { Line, Piece, Row } from './row.ts';
import { clean, cut, pad, widthOf } from './text.ts';
import { filterOf, listOf, rowsOf, viewNamed, views } from './views.ts';

/** A line of the screen; `isSelected`: all of it stands out. */
export interface Drawn {
  readonly line: Line;
  readonly isSelected?: boolean;
}

export function view(model: Model): readonly Drawn[] {
  const { width, height } = model.size;
  const layout = layoutOf(model);
  if (layout.kind === 'line') return [{ line: fitted(summary(model), width) }];
  if (model.mode.type === 'help') return helpLines(model, model.mode.top);
  const { heading } = viewNamed(model.view);
  const lines: Drawn[] = [{ line: fitted(bar(model), width) }];
  const away = model.daemons.filter(({ status }) => status === 'away');
  if (away.length > 0) {
    const text = away.map(({ name, why }) => `${name}: ${clean(why)}`).join('; ');
    lines.push({ line: fitted([{ text: `Away, tried again: ${text}`, role: 'bad' }], width) });
  }
  if (heading !== undefined) lines.push({ line: fitted(heading(model), width) });
  lines.push(...body(model, layout.bodyHeight));
  if (model.mode.type === 'confirm') lines.push(...panel(model, model.mode));
  lines.push({ line: fitted(status(model), width) });
  if (layout.kind === 'full') lines.push({ line: fitted(footer(model), width) });
  return lines.slice(0, height);
}

function body(model: Model, height: number): Drawn[] {
  if (model.view === 'logs') return logLines(model.logs.view).map((line) => ({ line }));
  const rows = rowsOf(model);
  const list = listOf(model);
  const cursor = cursorOf(rows, list);
  const lines = rows.slice(list.top, list.top + height).map((row, index): Drawn => {
    const isSelected = list.top + index === cursor;
    const line = fitted(row.line, model.size.width);
    return isSelected ? { line: filled(line, model.size.width), isSelected } : { line };
  });
  if (rows.length === 0 && height > 0) lines.push({ line: [{ text: nothingText(model), role: 'dim' }] });
  while (lines.length < height) lines.push({ line: [] });
  return lines;
}

function nothingText(model: Model): string {
  if (filterOf(model) !== '') return `  Nothing has "${filterOf(model)}" in it (Esc shows all)`;
  return model.daemons.every(({ status }) => status === 'connecting') ? '  Connecting' : '  Nothing to show';
}

/** How many processes are in which state, the bad ones first. */
function bar(model: Model): Line {
  const all = model.daemons.flatMap(({ programs }) => programs);
  const count = (state: string) => all.filter(({ statename }) => statename === state).length;
  const title = viewNamed(model.view).title;
  const about =
    model.view === 'logs'
      ? aboutLogs(model)
      : model.view === 'why'
        ? (model.subject?.targets.map(shortTarget).join(' ') ?? '')
        : '';
  const hosts = model.daemons.length === 1 ? (model.daemons[0]?.name ?? '') : `${model.daemons.length} daemons`;
  const pieces: Piece[] = [
    { text: ` ${title} ${about}`.trimEnd(), role: 'title' },
    { text: `  ${hosts}  `, role: 'accent' },
  ];
  if (count('FATAL') > 0) pieces.push({ text: `${count('FATAL')} FATAL  `, role: 'bad' });
  if (count('BACKOFF') > 0) pieces.push({ text: `${count('BACKOFF')} BACKOFF  `, role: 'warning' });
  pieces.push({ text: `${count('RUNNING')} of ${all.length} RUNNING  `, role: 'good' });
  if (model.selected.size > 0) pieces.push({ text: `${model.selected.size} chosen  `, role: 'accent' });
  if (filterOf(model) !== '') pieces.push({ text: `filter: ${filterOf(model)}  `, role: 'match' });
  if (model.isReadOnly) pieces.push({ text: 'read-only', role: 'warning' });
  return pieces;
}

function summary(model: Model): Line {
  const all = model.daemons.flatMap(({ programs }) => programs);
  const bad = all.filter(({ statename }) => statename === 'FATAL' || statename === 'BACKOFF').length;
  const good = all.filter(({ statename }) => statename === 'RUNNING').length;
  const away = model.daemons.some(({ status: state }) => state === 'away') ? 'away ' : '';
  return [
    {
      text: `${away}${good}/${all.length} up${bad > 0 ? ` ${bad} bad` : ''}`,
      role: bad > 0 || away !== '' ? 'bad' : 'good',
    },
  ];
}

function status(model: Model): Line {
  const { mode, notice, commandLine } = model;
  if (mode.type === 'text') return prompt(model, mode);
  const pieces: Piece[] = [];
  if (notice !== undefined) pieces.push({ text: ` ${clean(notice.text)} `, role: notice.isBad ? 'bad' : 'accent' });
  if (commandLine !== '') pieces.push({ text: ` $ ${commandLine}`, role: 'dim' });
  return pieces;
}

const prompts: Readonly<Record<Extract<Mode, { type: 'text' }>['purpose'], string>> = {
  filter: '/',
  palette: ':',
  scale: 'How many processes (6, +1, -1): ',
  signal: 'Signal (HUP, USR1, …): ',
};

function shortTarget(target: string): string {
  const { group, process } = readNamespec(target);
  return process === undefined ? target : namespec(group, process);
}

function prompt(model: Model, { purpose, text }: Extract<Mode, { type: 'text' }>): Line {
  const cursor = model.isUnicode ? '▏' : '_';
  const pieces: Piece[] = [{ text: prompts[purpose], role: 'accent' }, { text: `${clean(text)}${cursor}` }];
  if (purpose === 'palette') {
    const some = paletteMatches(text, model).map(({ words }) => words);
    pieces.push({ text: `   ${some.join('  ')}`, role: 'dim' });
  }
  return pieces;
}

function doneTo({ verb, argument }: Act, whom: string): string {
  if (verb === 'clear') return `clear the logs of ${whom}`;
  if (verb === 'scale')
    return `scale ${/^[+-]/.test(argument ?? '') ? 'by' : 'to'} ${argument}, at the cost of ${whom}`;
  return argument === undefined ? `${verb} ${whom}` : `${verb} ${argument} ${whom}`;
}

function panel(model: Model, { acts: [act], victims }: Extract<Mode, { type: 'confirm' }>): Drawn[] {
  const height = panelHeight(model);
  const room = height - 1;
  const shown = victims.length > room ? victims.slice(0, room - 1) : victims;
  const these = victims.length === 1 ? 'this process' : `these ${victims.length} processes`;
  const whom = act.verb === 'scale' && victims.length > 1 ? `some of ${these}` : these;
  const lines: Line[] = [
    [{ text: ` Really ${doneTo(act, whom)}? y/N`, role: 'bad' }],
    ...shown.map((victim): Line => [{ text: `   ${victim}` }]),
  ];
  if (shown.length < victims.length)
    lines.push([{ text: `   and ${victims.length - shown.length} more`, role: 'dim' }]);
  while (lines.length < height) lines.push([]);
  return lines.map((line) => ({ line: fitted(line, model.size.width) }));
}

/** Whole hints, as many as there is room for: the last two, help and quit, are never left out. Then the views. */
function footer(model: Model): Line {
  const hints = bindingsHere(model)
    .filter(({ isInFooter }) => isInFooter === true)
    .map(
      (one): Line => [
        { text: ` ${keysText({ keys: one.keys.slice(0, 1) })}`, role: 'accent' },
        { text: ` ${one.help.split(':', 1)[0]} ` },
      ],
    );
  const { width } = model.size;
  while (hints.length > 2 && widthOfLine(hints.flat()) > width) hints.splice(-3, 1);
  const line = [...hints.flat()];
  const tabs = views
    .filter(({ key }) => key !== undefined)
    .map(({ key, title, name }): Piece => ({ text: ` ${key} ${title}`, role: name === model.view ? 'title' : 'dim' }));
  for (const [at, tab] of tabs.entries()) {
    const pieces: Line = at === 0 ? [{ text: ' │', role: 'dim' }, tab] : [tab];
    if (widthOfLine([...line, ...pieces]) > width) break;
    line.push(...pieces);
  }
  return line;
}

function widthOfLine(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Only keys that do something here. */
function helpLines(model: Model, top: number): readonly Drawn[] {
  const { width, height } = model.size;
  const valid = bindingsHere(model);
  const lines: Line[] = [];
  for (const group of new Set(valid.map((one) => one.group))) {
    lines.push([{ text: ` ${group}`, role: 'title' }]);
    for (const one of valid.filter((binding) => binding.group === group)) {
      lines.push([{ text: `   ${pad(keysText(one), 14)}`, role: 'accent' }, { text: one.help }]);
    }
  }
  const room = height - 2;
  const from = Math.max(0, Math.min(top, lines.length - room));
  const shown = lines.slice(from, from + room);
  while (shown.length < room) shown.push([]);
  const more = lines.length > room ? `  ${from + 1}-${Math.min(lines.length, from + room)} of ${lines.length}` : '';
  const head: Line = [{ text: ` Keys of ${viewNamed(model.view).title}${more}`, role: 'title' }];
  const foot: Line = [{ text: ' any other key goes back', role: 'dim' }];
  return [head, ...shown, foot].map((line) => ({ line: fitted(line, width) }));
}

/** As much of it as fits. Whatever foreign text is in it, nothing of it reaches the terminal as a control. */
function fitted(line: Line, width: number): Line {
  let left = width;
  const pieces: Piece[] = [];
  for (const piece of line) {
    if (left <= 0) break;
    const text = cut(clean(piece.text), left);
    left -= widthOf(text);
    pieces.push(piece.role === undefined ? { text } : { text, role: piece.role });
  }
  return pieces;
}

function filled(line: Line, width: number): Line {
  const used = widthOfLine(line);
  return used >= width ? line : [...line, { text: ' '.repeat(width - used) }];
}

/** The processes whose rows are on the screen, by daemon: only their last lines are asked for. */
export function visibleTargets(model: Model): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  if (model.view !== 'programs') return found;
  const { top } = listOf(model);
  const shown: readonly Row[] = rowsOf(model).slice(top, top + layoutOf(model).bodyHeight);
  for (const { key, target } of shown) {
    if (target === undefined || target.endsWith(':*')) continue;
    const daemon = Number.parseInt(key, 10) || 0;
    found.set(daemon, [...(found.get(daemon) ?? []), target]);
  }
  return found;
}
