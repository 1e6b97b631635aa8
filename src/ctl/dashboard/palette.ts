/** The command palette (`:`): what can be typed there, and how it is completed. */
import type { Verb } from './actions.ts';
import { acted, noted, only, opened, sorted, sorts, type Updated } from './choices.ts';
import { openedAllLogs, openedLogs } from './logs/place.ts';
import type { Model } from './model.ts';
import { views } from './views.ts';

interface Entry {
  readonly words: string;
  readonly help: string;
  readonly run: (model: Model) => Updated;
}

const verbs: readonly Verb[] = ['start', 'stop', 'restart', 'reload', 'roll', 'clear'];

const entries: readonly Entry[] = [
  { words: 'logs', help: 'logs of what is chosen', run: openedLogs },
  { words: 'logs all', help: 'logs of all programs', run: openedAllLogs },
  ...views
    .filter(({ name }) => name !== 'logs')
    .map(({ name, title }): Entry => {
      return { words: name, help: `view: ${title}`, run: (model) => opened(model, name) };
    }),
  ...verbs.map((verb): Entry => ({ words: verb, help: `${verb} what is chosen`, run: (model) => acted(model, verb) })),
  ...sorts.map((sort): Entry => {
    return { words: `sort ${sort}`, help: `sort by ${sort}`, run: (model) => sorted(model, sort) };
  }),
  { words: 'help', help: 'the keys', run: (model) => only({ ...model, mode: { type: 'help', top: 0 } }) },
  { words: 'quit', help: 'leave', run: (model) => only(model, { type: 'quit' }) },
];

/** Those that begin so, in the order of the table. */
export function paletteMatches(typed: string): readonly Pick<Entry, 'words' | 'help'>[] {
  const wanted = typed.trimStart().toLowerCase();
  return entries.filter(({ words }) => words.startsWith(wanted));
}

/** As far as all that fit agree. */
export function completed(typed: string): string {
  const [first, ...others] = paletteMatches(typed).map(({ words }) => words);
  if (first === undefined) return typed;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

const withArgument = /^(scale|signal)\s+(\S+)$/;

/** Runs what was typed: an entry, the only one that begins so, `scale 6`, `scale +1` or `signal HUP`. */
export function ranPalette(model: Model, typed: string): Updated {
  const text = typed.trim().toLowerCase();
  const back: Model = { ...model, mode: { type: 'view' } };
  if (text === '') return only(back);
  const [, verb, argument = ''] = withArgument.exec(text) ?? [];
  if (verb === 'scale') return scaled(back, argument);
  if (verb === 'signal') return acted(back, 'signal', argument.toUpperCase());
  const matches = entries.filter(({ words }) => words.startsWith(text));
  const [match] = matches;
  const exact = matches.find(({ words }) => words === text) ?? (matches.length === 1 ? match : undefined);
  if (exact !== undefined) return exact.run(back);
  if (match === undefined)
    return only(noted(back, `There is no command "${typed.trim()}": Tab shows those there are`, true));
  return only(noted(back, `"${typed.trim()}" may be ${matches.map(({ words }) => words).join(', ')}`, true));
}

/** To so many processes: `6`, `+1` or `-1`. */
export function scaled(model: Model, count: string): Updated {
  if (/^[+-]?\d{1,4}$/.test(count)) return acted(model, 'scale', count);
  return only(noted(model, `Cannot scale to "${count}": type a number, as 6, +1 or -1`, true));
}
