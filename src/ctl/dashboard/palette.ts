/** The command palette (`:`): what can be typed there, and how it is completed. */
import type { Verb } from './actions.ts';
import { acted, actedOn, noted, only, opened, openedAbout, sorted, sorts, targetsOf, type Updated } from './choices.ts';
import { shortName } from './groups.ts';
import { openedAllLogs, openedLogs } from './logs/place.ts';
import type { Model } from './model.ts';
import { type Targets, targetsNamed } from './typed-names.ts';
import { views } from './views.ts';

interface Entry {
  readonly words: string;
  readonly help: string;
  readonly run: (model: Model) => Updated;
}

const verbs: readonly Verb[] = ['start', 'stop', 'restart', 'reload', 'roll', 'clear'];

const entries: readonly Entry[] = [
  { words: 'logs', help: 'logs of what is chosen', run: (model) => openedLogs(model) },
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

/** Those that begin so, in the order of the table; behind a verb that takes names, the names that there are. */
export function paletteMatches(typed: string, model?: Model): readonly { readonly words: string }[] {
  const wanted = typed.trimStart();
  const [, before = '', name = ''] = /^((?:\S+\s+)+)(\S*)$/.exec(wanted) ?? [];
  const matches = entries.filter(({ words }) => words.startsWith(wanted.toLowerCase()));
  if (model === undefined || !takesNames(before)) return matches;
  return [...matches, ...namesOf(model).flatMap((one) => (one.startsWith(name) ? [{ words: before + one }] : []))];
}

/** As far as all that fit agree. */
export function completed(model: Model, typed: string): string {
  const [first, ...others] = paletteMatches(typed, model).map(({ words }) => words);
  if (first === undefined) return typed;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

const namedVerbs: ReadonlySet<string> = new Set([...verbs, 'logs', 'why']);

/** Whether a name may come next. */
function takesNames(before: string): boolean {
  const [verb = '', ...given] = before.trim().toLowerCase().split(/\s+/);
  return namedVerbs.has(verb) || (verb === 'signal' && given.length > 0);
}

/** Names of processes and groups, each once, in the order of the lists. */
function namesOf({ daemons }: Model): readonly string[] {
  const all = daemons.flatMap(({ programs }) => programs);
  const groups = all.filter(({ group, name }) => group !== name).map(({ group }) => `${group}:*`);
  return [...new Set([...groups, ...all.map(shortName)])];
}

/**
 * Runs what was typed: an entry, the only one that begins so, `scale 6`, `scale +1` or `signal HUP` for what is chosen;
 * and as on a command line `restart NAME...`, `signal HUP NAME...`, `scale NAME=6`, `logs NAME...`, `why NAME`.
 */
export function ranPalette(model: Model, typed: string): Updated {
  const text = typed.trim();
  const back: Model = { ...model, mode: { type: 'view' } };
  if (text === '') return only(back);
  const lower = text.toLowerCase();
  const matches = entries.filter(({ words }) => words.startsWith(lower));
  const [match] = matches;
  const exact = matches.find(({ words }) => words === lower) ?? (matches.length === 1 ? match : undefined);
  if (exact !== undefined) return exact.run(back);
  const [verb = '', ...given] = text.split(/\s+/);
  const named = given.length === 0 ? undefined : ranNamed(back, verb.toLowerCase(), given);
  if (named !== undefined) return named;
  if (match === undefined) return only(noted(back, `There is no command "${text}": Tab shows those there are`, true));
  return only(noted(back, `"${text}" may be ${matches.map(({ words }) => words).join(', ')}`, true));
}

/** Undefined if there is no such verb. */
function ranNamed(model: Model, verb: string, given: readonly string[]): Updated | undefined {
  const [first = '', ...names] = given;
  const withNames = (some: readonly string[], run: (whom: readonly Targets[]) => Updated): Updated => {
    const whom = targetsNamed(model, some);
    return 'unknown' in whom ? only(noted(model, whom.unknown, true)) : run(whom);
  };
  const act = verbs.find((one) => one === verb);
  if (act !== undefined) return withNames(given, (whom) => actedOn(model, whom, act));
  switch (verb) {
    case 'logs':
      return withNames(given, (whom) => openedLogs(model, whom));
    case 'why':
      return withNames(given, (whom) => openedAbout(model, 'why', whom));
    case 'signal': {
      const signal = first.toUpperCase().replace(/^SIG/, '');
      if (names.length === 0) return acted(model, 'signal', signal);
      return withNames(names, (whom) => actedOn(model, whom, 'signal', signal));
    }
    case 'scale': {
      const [, name, count = first] = /^(.+)=([^=]*)$/.exec(first) ?? [];
      if (name === undefined) return scaled(model, count);
      return withNames([name], (whom) => scaled(model, count, whom));
    }
    default:
      return undefined;
  }
}

/** To so many processes: `6`, `+1` or `-1`. */
export function scaled(model: Model, count: string, whom = targetsOf(model)): Updated {
  if (/^[+-]?\d{1,4}$/.test(count)) return actedOn(model, whom, 'scale', count);
  return only(noted(model, `Cannot scale to "${count}": type a number, as 6, +1 or -1`, true));
}
