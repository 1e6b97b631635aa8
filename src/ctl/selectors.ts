import { closest } from '../config/closest.ts';
import { namespec, readNamespec } from '../rpc/names.ts';
import { stateCodes } from '../rpc/states.ts';
import { isPattern, type TakesNames } from './name-patterns.ts';

/**
 * What stands for several processes on a command line, and what a name that is none was probably meant to be.
 *
 *     web*  web:web_0[0-3]  *:worker_?     globs
 *     @blue                                those with `tags = blue`
 *     state=FATAL,BACKOFF                  those in one of these states
 *
 * A glob without a colon is held against the group, and against the name that `status` shows, in which `*` goes over a
 * colon as over any other letter; one with a colon is held against group and process, half by half. A process or
 * group that has this very name comes first: then the word is its name, and no glob.
 *
 * The words of a line are added up. What they stand for comes in the order in which the daemon lists it, each process
 * once; where all of a group is meant and the command takes groups, it is `group:*`, so that the daemon may do it to
 * all of them at a time. A word that stands for nothing stays as it is, for the command to say that there is no such thing.
 */

/** What is known of a process; `tags` only where they have been asked for. */
export interface Selectable {
  readonly group: string;
  readonly name: string;
  readonly statename: string;
  readonly tags?: readonly string[];
}

/** The words, patterns replaced by the names of what they stand for. */
export function selected(given: readonly string[], takes: TakesNames, all: readonly Selectable[]): string[] {
  const before = given.slice(0, takes.after ?? 0);
  const names = given.slice(before.length);
  const done = new Set<Selectable>(names.flatMap((word) => (isName(word, all) ? named(word, all) : [])));
  return [
    ...before,
    ...names.flatMap((word) => {
      if (isName(word, all)) return [word];
      const found = matching(word, all);
      if (found.length === 0) return [word];
      const fresh = found.filter((process) => !done.has(process));
      for (const process of fresh) done.add(process);
      return takes.groups ? joined(fresh, all) : fresh.map(fullName);
    }),
  ];
}

/** The processes that a word stands for, be it a name, a group (`web:*`) or a pattern, in the daemon's order. */
export function processesOf<Process extends Selectable>(word: string, all: readonly Process[]): Process[] {
  if (word === 'all') return [...all];
  return isName(word, all) ? named(word, all) : matching(word, all);
}

/** Plain, or the name of something even so. */
function isName(word: string, all: readonly Selectable[]): boolean {
  return !isPattern(word) || named(word, all).length > 0;
}

function named<Process extends Selectable>(word: string, all: readonly Process[]): Process[] {
  const { group, process } = readNamespec(word);
  return all.filter((each) => each.group === group && (process === undefined || each.name === process));
}

function matching<Process extends Selectable>(word: string, all: readonly Process[]): Process[] {
  return all.filter(matcherOf(word));
}

function matcherOf(word: string): (process: Selectable) => boolean {
  if (word.startsWith('@')) return ({ tags }) => tags?.includes(word.slice(1)) ?? false;
  if (word.startsWith('state=')) {
    const states = new Set(word.slice('state='.length).toUpperCase().split(','));
    return ({ statename }) => states.has(statename);
  }
  if (!word.includes(':')) {
    const glob = globOf(word);
    return ({ group, name }) => glob.test(group) || glob.test(namespec(group, name));
  }
  const { group, process = '*' } = readNamespec(word);
  const [groups, processes] = [globOf(group), globOf(process)];
  return (each) => groups.test(each.group) && processes.test(each.name);
}

/** As the shell reads it: `*`, `?`, `[a-c]`, `[!a-c]`. A bracket that is not closed is itself. */
function globOf(text: string): RegExp {
  const source = text.replace(/\*+|\?|\[([!^]?)(\]?[^\]]*)\]|[\s\S]/g, (part, not?: string, range?: string) => {
    if (part.startsWith('*')) return '.*';
    if (part === '?') return '.';
    if (range === undefined || range === '') return part.replace(/[^\w\s]/g, '\\$&');
    return `[${not ? '^' : ''}${range.replace(/[\\[\]^]/g, '\\$&')}]`;
  });
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return /^(?!)/; // [z-a]
  }
}

/** Their names, a group of several of which all are there in one word. */
function joined(found: readonly Selectable[], all: readonly Selectable[]): string[] {
  const whole = new Set<string>();
  for (const { group } of found) {
    const members = all.filter((process) => process.group === group);
    if (members.length > 1 && members.every((process) => found.includes(process))) whole.add(group);
  }
  return [...new Set(found.map((process) => (whole.has(process.group) ? `${process.group}:*` : fullName(process))))];
}

/** What names this process and nothing else. */
function fullName({ group, name }: Selectable): string {
  return namespec(group, name);
}

/** What was probably meant by a name, or a pattern, that stands for nothing; undefined if that is hard to say. */
export function meant(word: string, all: readonly Selectable[]): string | undefined {
  if (word.startsWith('@')) {
    return closest(
      word,
      all.flatMap(({ tags }) => tags?.map((tag) => `@${tag}`) ?? []),
    );
  }
  if (word.startsWith('state=')) {
    return closest(
      word.replace(/=.*/, (state) => state.toUpperCase()),
      Object.keys(stateCodes).map((state) => `state=${state}`),
    );
  }
  if (isPattern(word)) return undefined;
  const { group, process } = readNamespec(word);
  const isOneWord = process === group;
  const groups = new Set(all.filter((each) => each.group !== each.name).map((each) => each.group));
  if (isOneWord && groups.has(group)) return `${group}:*`;
  const sameProcess = all.find((each) => each.name === (process ?? ''));
  if (sameProcess !== undefined) return fullName(sameProcess);
  if (process === undefined) {
    const near = closest(group, [...new Set(all.map((each) => each.group))]);
    return near && `${near}:*`;
  }
  const candidates = new Map<string, string>();
  for (const each of all) {
    candidates.set(fullName(each), fullName(each));
    if (!isOneWord) continue;
    if (groups.has(each.group)) candidates.set(each.group, `${each.group}:*`);
    if (!candidates.has(each.name)) candidates.set(each.name, fullName(each));
  }
  return candidates.get(closest(word, [...candidates.keys()]) ?? '');
}
