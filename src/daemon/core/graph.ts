/** Who needs whom, as a graph of names: an edge leads from a name to one that comes first. Nothing here recurses. */

export type Edges = (name: string) => readonly string[];

/** What the names have in circles: each circle's members, those that are met first at the front (Tarjan, 1972). */
export function cyclesOf(names: Iterable<string>, edges: Edges): string[][] {
  const cycles: string[][] = [];
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const meet = (name: string) => {
    numbers.set(name, numbers.size);
    lowest.set(name, numbers.size - 1);
    open.push(name);
    isOpen.add(name);
    return { name, next: edges(name), at: 0 };
  };
  const lower = (name: string, to: number) => lowest.set(name, Math.min(lowest.get(name) ?? to, to));
  for (const first of names) {
    if (numbers.has(first)) continue;
    const path = [meet(first)];
    for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
      const next = here.next[here.at++];
      if (next !== undefined) {
        if (!numbers.has(next)) path.push(meet(next));
        else if (isOpen.has(next)) lower(here.name, numbers.get(next) ?? 0);
        continue;
      }
      path.pop();
      const low = lowest.get(here.name) ?? 0;
      const parent = path.at(-1);
      if (parent !== undefined) lower(parent.name, low);
      if (low !== numbers.get(here.name)) continue;
      const members = open.splice(open.lastIndexOf(here.name));
      for (const name of members) isOpen.delete(name);
      if (members.length > 1 || here.next.includes(here.name)) cycles.push(members);
    }
  }
  return cycles;
}

/** The names so that each stands behind all that it needs, directly or through others; otherwise as they stood. */
export function inOrder<Name extends string>(names: readonly Name[], edges: Edges): Name[] {
  const wanted = new Set<string>(names);
  const seen = new Set<string>();
  const ordered: Name[] = [];
  for (const first of names) {
    if (seen.has(first)) continue;
    seen.add(first);
    const path = [{ name: first as string, next: edges(first), at: 0 }];
    for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
      const next = here.next[here.at++];
      if (next === undefined) {
        path.pop();
        if (wanted.has(here.name)) ordered.push(here.name as Name);
      } else if (!seen.has(next)) {
        seen.add(next);
        path.push({ name: next, next: edges(next), at: 0 });
      }
    }
  }
  return ordered;
}
