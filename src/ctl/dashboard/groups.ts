/**
 * What is the same as long as a daemon's list of processes is: found once for a list, as the clock goes on and samples
 * come far more often than lists do.
 */
import type { Program } from './model.ts';

type Programs = readonly Program[];
type Groups = ReadonlyMap<string, Programs>;

const knownGroups = new WeakMap<Programs, Groups>();
const knownLongest = new WeakMap<Programs, number>();

/** Its groups, in its order. */
export function groupsOf(programs: Programs): Groups {
  const known = knownGroups.get(programs);
  if (known !== undefined) return known;
  const groups = new Map<string, Program[]>();
  for (const program of programs) {
    const all = groups.get(program.group);
    if (all === undefined) groups.set(program.group, [program]);
    else all.push(program);
  }
  knownGroups.set(programs, groups);
  return groups;
}

/** As many columns as its longest name may take, alone or below that of its group. */
export function longestName(programs: Programs): number {
  const known = knownLongest.get(programs);
  if (known !== undefined) return known;
  let longest = 0;
  for (const one of programs) longest = Math.max(longest, shortName(one).length, one.name.length + 2);
  knownLongest.set(programs, longest);
  return longest;
}

export function shortName({ group, name }: Pick<Program, 'group' | 'name'>): string {
  return group === name ? name : `${group}:${name}`;
}
