/**
 * What the names in `depends_on` mean, once all groups are read. A name that nobody has, and a circle, are passed over
 * with a warning, because a file may be used in parts; where a condition is written somebody means it, and they are
 * problems.
 */

import { closest } from '../../config/closest.ts';
import { cyclesOf, inOrder } from '../core/graph.ts';
import type { Dependency } from '../core/spec.ts';
import type { GroupConfig, ProcessConfig } from './model.ts';
import { orderOptions, type WrittenDependency } from './order-options.ts';
import { type Reading, SectionReader } from './reading.ts';

/** A dependency that has been looked up. */
interface Found extends Dependency {
  readonly isWritten: boolean;
  /** Whom it means just now. */
  readonly ids: readonly string[];
}

/** Adds what `reading` has found in `depends_on` to the processes. Adds warnings for the log; reports problems. */
export function resolveDependencies(
  reading: Reading,
  groups: readonly GroupConfig[],
  warnings: string[],
): readonly GroupConfig[] {
  const written = reading.dependencies;
  if (written.size === 0) return groups;
  const names = new Names(groups);
  const said = new Set<string>();
  const warn = (section: string, text: string): void => {
    const line = `For [${section}], depends_on ${text} (${placeOf(reading, section, 'depends_on')})`;
    if (!said.has(line)) warnings.push(line);
    said.add(line);
  };
  const found = new Map<string, readonly Found[]>();
  for (const [id, dependencies] of written) {
    const section = names.processes.get(id)?.section;
    if (section === undefined) continue;
    const all = dependencies.flatMap((dependency) => lookUp(reading, section, dependency, names, warn));
    found.set(id, all);
  }
  for (const cycle of cyclesOf(found.keys(), (id) => idsOf(found, id))) breakCycle(reading, cycle, found, names, warn);
  return groups.map((group) => ({
    ...group,
    processes: group.processes.map((process) => {
      const dependsOn = found.get(idOf(process))?.map(({ text, condition, targets }) => ({ text, condition, targets }));
      return dependsOn === undefined || dependsOn.length === 0 ? process : { ...process, dependsOn };
    }),
  }));
}

/** Names of groups so that each stands behind those that its processes depend on; otherwise as they stand. */
export function groupsInOrder(names: readonly string[], groups: readonly GroupConfig[]): string[] {
  const needs = new Map<string, string[]>();
  for (const { name, processes } of groups) {
    const targets = processes.flatMap(({ dependsOn = [] }) => dependsOn.flatMap((dependency) => dependency.targets));
    if (targets.length > 0)
      needs.set(name, [...new Set(targets.map((target) => target.slice(0, target.indexOf(':'))))]);
  }
  return needs.size === 0 ? [...names] : inOrder(names, (name) => needs.get(name) ?? []);
}

/** Who has which name. */
class Names {
  readonly processes = new Map<string, ProcessConfig>();
  readonly #groups = new Map<string, GroupConfig>();
  readonly #programs = new Map<string, ProcessConfig[]>();

  constructor(groups: readonly GroupConfig[]) {
    for (const group of groups) {
      this.#groups.set(group.name, group);
      for (const process of group.processes) {
        this.processes.set(idOf(process), process);
        const program = process.section.slice(process.section.indexOf(':') + 1).trim();
        const known = this.#programs.get(program);
        if (known === undefined) this.#programs.set(program, [process]);
        else known.push(process);
      }
    }
  }

  all(): string[] {
    return [...this.#programs.keys(), ...this.#groups.keys(), ...this.processes.keys()];
  }

  /** A program that is a group by itself is that group, whatever it will have; undefined if nobody has the name. */
  targetsOf(name: string): { readonly targets: readonly string[]; readonly ids: readonly string[] } | undefined {
    if (name.includes(':') && !name.endsWith(':*')) {
      return this.processes.has(name) ? { targets: [name], ids: [name] } : undefined;
    }
    const group = this.#groups.get(name.replace(/:\*$/, ''));
    const program = name.endsWith(':*') ? undefined : this.#programs.get(name);
    const ids = (program ?? group?.processes)?.map(idOf);
    if (ids === undefined || ids.length === 0) return undefined;
    const isGroup =
      group !== undefined && group.processes.length === ids.length && ids[0]?.startsWith(`${group.name}:`);
    return { targets: isGroup ? [`${group.name}:*`] : ids, ids };
  }
}

function lookUp(
  reading: Reading,
  section: string,
  { name, condition, isWritten }: WrittenDependency,
  names: Names,
  warn: (section: string, text: string) => void,
): Found[] {
  const reader = new SectionReader(reading, orderOptions, section);
  const text = `${name}:${condition}`;
  const found = names.targetsOf(name);
  if (found === undefined) {
    const hint = closest(name, names.all());
    if (isWritten) {
      reader.problem('depends_on', `Cannot wait for ${JSON.stringify(text)}: nobody has that name`, {
        expected: 'the name of a program or a group, or group:process',
        got: name,
        ...(hint !== undefined && { hint: `${hint}:${condition}` }),
      });
    } else {
      const meant = hint === undefined ? '' : `, did you mean ${JSON.stringify(hint)}?`;
      warn(
        section,
        `names ${JSON.stringify(name)}, which is no program, group or group:process: it is ignored${meant}`,
      );
    }
    return [];
  }
  if (condition === 'exited') {
    for (const needed of new Set(found.ids.map((id) => names.processes.get(id)))) {
      const line = needed === undefined ? undefined : lineForExit(needed);
      if (needed === undefined || line === undefined) continue;
      reader.problem(
        'depends_on',
        `Cannot wait for ${JSON.stringify(text)}: [${needed.section}] is not one that ends`,
        {
          expected: `${line} in [${needed.section}] (${placeOf(reading, needed.section)})`,
          got: text,
        },
      );
    }
  }
  return [{ text, condition, isWritten, ...found }];
}

/** What must be written to a program that is to end and be done; undefined if nothing must. */
function lineForExit({ startsecs, autorestart }: ProcessConfig): string | undefined {
  const lines = [
    ...(startsecs === 0 ? [] : ['startsecs=0']),
    ...(autorestart === true ? ['autorestart=unexpected or false'] : []),
  ];
  return lines.length === 0 ? undefined : lines.join(' and ');
}

function breakCycle(
  reading: Reading,
  cycle: readonly string[],
  found: Map<string, readonly Found[]>,
  names: Names,
  warn: (section: string, text: string) => void,
): void {
  const members = new Set(cycle);
  const path = pathAround(cycle[0] ?? '', (id) => idsOf(found, id).filter((needed) => members.has(needed)));
  const sections = path.map((id) => names.processes.get(id)?.section ?? id);
  const text = sections.map((section) => `[${section}] (${placeOf(reading, section, 'depends_on')})`).join(' needs ');
  const section = sections[0] ?? '';
  const inside = cycle.flatMap((id) => (found.get(id) ?? []).filter(({ ids }) => ids.some((one) => members.has(one))));
  if (inside.some(({ isWritten }) => isWritten)) {
    new SectionReader(reading, orderOptions, section).problem('depends_on', `Cannot wait in a circle: ${text}`, {
      expected: 'no circle',
    });
  } else {
    warn(section, `makes a circle, which is ignored: ${text}`);
  }
  for (const id of cycle) {
    const others = (found.get(id) ?? []).flatMap((one): Found[] => {
      if (!one.ids.some((needed) => members.has(needed))) return [one];
      const ids = one.ids.filter((needed) => !members.has(needed));
      return ids.length === 0 ? [] : [{ ...one, ids, targets: ids }];
    });
    found.set(id, others);
  }
}

/** Along the edges until a name comes again: from there on it is a circle, closed by that name. */
function pathAround(first: string, edges: (id: string) => readonly string[]): string[] {
  const path: string[] = [];
  let next: string | undefined = first;
  while (next !== undefined && !path.includes(next)) {
    path.push(next);
    next = edges(next)[0];
  }
  return next === undefined ? path : [...path.slice(path.indexOf(next)), next];
}

function idsOf(found: ReadonlyMap<string, readonly Found[]>, id: string): string[] {
  return (found.get(id) ?? []).flatMap(({ ids }) => ids);
}

function idOf({ group, name }: ProcessConfig): string {
  return `${group}:${name}`;
}

function placeOf(reading: Reading, section: string, key?: string): string {
  const place = (key === undefined ? undefined : reading.ini.get(section, key)?.place) ?? reading.ini.placeOf(section);
  return place === undefined ? section : `${place.file}:${place.line}`;
}
