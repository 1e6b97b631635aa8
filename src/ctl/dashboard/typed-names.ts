/** Names that are typed into the dashboard, as on a command line: `web`, `web:*`, `'web*'`, `@tag`, `state=FATAL`, `all`. */
import { meant, processesOf } from '../selectors.ts';
import { groupsOf } from './groups.ts';
import { idOf, type Model, type Program } from './model.ts';

export interface Targets {
  readonly daemon: number;
  /** `group:process` or `group:*`. */
  readonly targets: readonly string[];
}

/** What they stand for, of all daemons; or what to say of one that stands for nothing. */
export function targetsNamed(
  { daemons }: Model,
  names: readonly string[],
): readonly Targets[] | { readonly unknown: string } {
  const words = names.map((name) => name.replace(/^(['"])(.*)\1$/, '$2'));
  const all = daemons.flatMap(({ programs }) => programs);
  for (const word of words) {
    if (meantBy(word, all).length > 0) continue;
    const near = meant(word, all);
    return { unknown: `There is no process "${word}"${near === undefined ? '' : `: did you mean ${near}?`}` };
  }
  return daemons.flatMap(({ programs }, daemon) => {
    const found = new Set(words.flatMap((word) => meantBy(word, programs)));
    return found.size === 0 ? [] : [{ daemon, targets: joined(found, programs) }];
  });
}

/** A group may be named without `:*`, as nobody can mean anything else. */
function meantBy(word: string, programs: readonly Program[]): readonly Program[] {
  const found = processesOf(word, programs);
  return found.length > 0 ? found : programs.filter(({ group }) => group === word);
}

/** Groups all of whose processes are meant, and the others one by one. */
function joined(found: ReadonlySet<Program>, programs: readonly Program[]): readonly string[] {
  const targets = programs
    .filter((program) => found.has(program))
    .map((program) => {
      const members = groupsOf(programs).get(program.group) ?? [];
      return members.length > 1 && members.every((one) => found.has(one)) ? `${program.group}:*` : idOf(program);
    });
  return [...new Set(targets)];
}
