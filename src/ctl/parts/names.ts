import { closest } from '../../config/closest.ts';
import { words } from '../../config/python-text.ts';
import type { XmlRpcValue } from '../../rpc/xml.ts';
import type { Command } from '../command.ts';
import { jsonFlag } from '../json-answer.ts';
import { isPattern, type TakesNames } from '../name-patterns.ts';
import { readDetails } from '../process-details.ts';
import { meant, type Selectable, selected } from '../selectors.ts';
import type { Supervisor } from '../supervisor.ts';

/** Patterns on the command line, and names that are none: both need the list of what there is. */

/** What is asked of the daemon. `isUnknown` says whether an error means that there is no such method. */
export interface NamesHost {
  readonly supervisor: Pick<Supervisor, 'getAllProcessInfo'>;
  call(method: string): Promise<XmlRpcValue>;
  isUnknown(error: unknown): boolean;
}

export type Expansion = { readonly argument: string } | { readonly refusal: string };

/** The argument of a command with names in place of its patterns, or what keeps it from being run. */
export async function expand(host: NamesHost, takes: TakesNames, argument: string): Promise<Expansion> {
  const given = words(argument);
  const all = await processes(host, given);
  if (all === undefined)
    return { refusal: 'ERROR: this daemon knows no tags: it is Supervisor, or an older tssupervisord' };
  if (takes.single) {
    for (const word of given) {
      const names = selected([word], takes, all);
      if (names.length > 1) return { refusal: `${word}: ERROR (stands for ${names.length} processes, not for one)` };
    }
  }
  return { argument: selected(given, takes, all).join(' ') };
}

/** `Did you mean web?` for the names of which the daemon knew nothing, and for flags that went for names. */
export async function suggestions(
  host: NamesHost,
  unknown: readonly string[],
  { help, ourHelp = '' }: Pick<Command, 'help' | 'ourHelp'>,
): Promise<string[]> {
  const all = (await processes(host, unknown)) ?? [];
  const flags = [...`${help} ${ourHelp} ${jsonFlag}`.matchAll(/--[a-z-]+/g)].map(([flag]) => flag);
  const found = unknown.flatMap((word) => {
    const near = word.startsWith('--') ? closest(word, flags) : meant(word, all);
    if (near !== undefined) return [`Did you mean ${near}?`];
    return word.startsWith('@') || isPattern(word) ? [nothingFits(word, all)] : [];
  });
  return [...new Set(found)];
}

/** What there is in place of a tag, a state or a glob that stands for nothing. */
function nothingFits(word: string, all: readonly Selectable[]): string {
  if (word.startsWith('@')) {
    const tags = [...new Set(all.flatMap((each) => each.tags ?? []))].map((tag) => `@${tag}`);
    if (tags.length === 0) return `No program has tags: "tags = ${word.slice(1)}" in its section gives it one`;
    return `There is no tag ${word}: there are ${tags.join(', ')}`;
  }
  return `Nothing fits ${word} now: "tssupervisorctl status" lists what there is`;
}

/** What there is, with tags if they are asked for; undefined if there cannot be any. */
async function processes(host: NamesHost, given: readonly string[]): Promise<readonly Selectable[] | undefined> {
  const all = await host.supervisor.getAllProcessInfo();
  const isTagged = given.some(
    (word) => word.startsWith('@') && !all.some(({ name, group }) => word === name && word === group),
  );
  if (!isTagged) return all;
  try {
    return readDetails(await host.call('tssupervisor.getProcesses'));
  } catch (error) {
    if (host.isUnknown(error)) return undefined;
    throw error;
  }
}
