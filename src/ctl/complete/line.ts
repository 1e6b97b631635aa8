import { readCommandLine } from '../../getopt.ts';
import { namespec } from '../../rpc/names.ts';
import type { Command } from '../command.ts';
import { takesGroups } from '../completion.ts';
import { optionTable } from '../options.ts';
import { isNameLike, type Place, type Usage, usageOf } from './usage.ts';

/** What Tab offers for the last word of a command line in bash, zsh or fish. Pure but for the questions to `world`. */

export interface Candidate {
  /** Ends with `/` or `=` where more is to follow at once. */
  readonly value: string;
  /** A few words, for shells that show them. */
  readonly about: string;
}

export interface NamedProcess {
  readonly group: string;
  readonly name: string;
  readonly statename: string;
  readonly tags: readonly string[];
}

/** Which daemon is meant by what has been typed. */
export type LineOptions = { readonly [Name in keyof typeof optionTable]?: string };

export interface World {
  /** Empty if the daemon does not answer at once; with their tags only if these are wanted. */
  processes(options: LineOptions, wantTags: boolean): Promise<readonly NamedProcess[]>;
  /** Groups of the files that are not active. */
  available(options: LineOptions): Promise<readonly string[]>;
  /** Ids of jobs, with what they do. */
  jobs(options: LineOptions): Promise<readonly Candidate[]>;
  /** Paths that begin with `start`: folders, and files whose name ends with one of these. */
  files(start: string, endings: readonly string[]): readonly string[];
  readonly signals: readonly string[];
}

/** `words` are those behind the program's name; the last one is being typed, and may be empty. */
export async function candidatesFor(
  words: readonly string[],
  commands: readonly Command[],
  world: World,
): Promise<readonly Candidate[]> {
  const word = words.at(-1) ?? '';
  const found = await allFor(words.slice(0, -1), word, commands, world);
  const seen = new Set<string>();
  return found.filter(({ value }) => value.startsWith(word) && !seen.has(value) && seen.add(value));
}

async function allFor(before: readonly string[], word: string, commands: readonly Command[], world: World) {
  const line = readCommandLine(optionTable, before);
  if (line.type === 'error') {
    const awaited = /^option (-\S+) requires argument$/.exec(line.message)?.[1];
    return awaited === '-c' || awaited === '--configuration' ? plain(world.files(word, ['.conf', '.ini'])) : [];
  }
  if (line.type === 'acts') return [];
  const { options, words } = line;
  const [verb, ...given] = words;
  if (verb === undefined) return word.startsWith('-') ? ownOptions() : verbs(commands);
  const command = commands.find(({ name }) => name === verb);
  if (command === undefined) return [];
  const usage = usageOf(command);
  const flag = usage.flags.get(given.at(-1) ?? '');
  if (flag?.placeholder !== undefined)
    return ofPlaceholder(flag.placeholder, { command, word, options }, commands, world);
  if (flag !== undefined) return plain(flag.words);
  if (word.startsWith('-')) return plain([...usage.flags.keys()].filter((name) => !given.includes(name)));
  const place = placeFor(usage, given);
  if (place === undefined) return [];
  const offered = plain(place.words);
  for (const placeholder of place.placeholders) {
    offered.push(...(await ofPlaceholder(placeholder, { command, word, options }, commands, world)));
  }
  const once = new Set(given);
  return offered.filter(({ value }) => !once.has(value));
}

interface Asked {
  readonly command: Command;
  readonly word: string;
  readonly options: LineOptions;
}

async function ofPlaceholder(
  placeholder: string,
  { command, word, options }: Asked,
  commands: readonly Command[],
  world: World,
): Promise<Candidate[]> {
  if (isNameLike(placeholder)) {
    if (command.name === 'add') return plain(await world.available(options));
    const wantsTags = command.names !== undefined && word.startsWith('@');
    const processes = await world.processes(options, wantsTags);
    if (placeholder.endsWith('='))
      return groupsOf(processes).map(({ value, about }) => ({ value: `${value}=`, about }));
    if (takesGroups.has(command.name)) return groupsOf(processes);
    if (wantsTags) return tagsOf(processes);
    if (command.names !== undefined && word.startsWith('state='))
      return plain(processes.map(({ statename }) => `state=${statename}`));
    return namesOf(processes);
  }
  switch (placeholder) {
    case 'action':
    case 'verb':
      return verbs(commands);
    case 'signal':
    case 'signal name':
      return plain(world.signals);
    case 'id':
      return [...(await world.jobs(options))];
    case 'file':
      return plain(world.files(word, ['.conf', '.ini']));
    case 'dir':
    case 'folder':
      return plain(world.files(word, []));
    default:
      return [];
  }
}

/** Flags and their values take no place. */
function placeFor({ flags, places }: Usage, given: readonly string[]): Place | undefined {
  const taken = given.filter((word, at) => !word.startsWith('-') && flags.get(given[at - 1] ?? '') === undefined);
  const last = places.at(-1);
  const repeats = last?.placeholders.some(isNameLike);
  return places[taken.length] ?? (repeats ? last : undefined);
}

function verbs(commands: readonly Command[]): Candidate[] {
  return commands.map(({ name, help }) => ({ value: name, about: aboutOf(help) }));
}

/** The words behind the tabs of the first line that has any. */
function aboutOf(help: string): string {
  return (/\t+([^\t\n]+)/.exec(help)?.[1] ?? '').trim();
}

function ownOptions(): Candidate[] {
  return plain(Object.values(optionTable).map(({ long }) => `--${long}`));
}

function namesOf(processes: readonly NamedProcess[]): Candidate[] {
  return [
    ...processes.map(({ group, name, statename }) => ({ value: namespec(group, name), about: statename })),
    ...groupsOf(processes.filter(({ group, name }) => group !== name)).map(({ value, about }) => ({
      value: `${value}:*`,
      about,
    })),
  ];
}

function groupsOf(processes: readonly NamedProcess[]): Candidate[] {
  const counts = new Map<string, number>();
  for (const { group } of processes) counts.set(group, (counts.get(group) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, about: count === 1 ? 'one process' : `${count} processes` }));
}

function tagsOf(processes: readonly NamedProcess[]): Candidate[] {
  const counts = new Map<string, number>();
  for (const tag of processes.flatMap(({ tags }) => tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].map(([tag, count]) => ({ value: `@${tag}`, about: `${count} process${count === 1 ? '' : 'es'}` }));
}

function plain(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, about: '' }));
}
