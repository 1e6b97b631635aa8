/**
 * Who depends on whom: first what is held up and by whom, then a tree for each process that nobody else needs, with
 * what it needs below it. Processes of a group that are in the same state and need the same, for the same, are one
 * branch: a hundred workers that wait for redis are one thing to know.
 */
import type { Graph } from '../../../rpc/insight.ts';
import { namespec } from '../../../rpc/names.ts';
import type { Line, Piece, Row } from '../row.ts';
import { fitted } from './grid.ts';
import { stateRole, type ViewOptions } from './words.ts';

interface Need {
  readonly unit: Unit;
  readonly condition: string;
  readonly isMet: boolean;
}

/** One process, or several of a group that are alike. */
interface Unit {
  readonly key: string;
  readonly name: string;
  readonly statename: string;
  readonly target: string;
  readonly needs: Need[];
  readonly neededBy: Unit[];
}

export function graphRows(graph: Graph, { width, isUnicode = true }: ViewOptions): Row[] {
  const units = unitsOf(graph);
  const [free, bound] = [units.filter(isFree), units.filter((unit) => !isFree(unit))];
  if (bound.length === 0) {
    const text = 'No program depends on another: write depends_on=NAME into its section';
    return [{ key: 'none', line: fitted([{ text, role: 'dim' }], width), isFixed: true }];
  }
  const rows = [...chainRows(bound, width, isUnicode), ...treeRows(bound, width, isUnicode)];
  if (free.length > 0) {
    const names = free.map(({ name }) => name).join(', ');
    rows.push({ key: 'free', line: fitted([{ text: `On their own: ${names}`, role: 'dim' }], width), isFixed: true });
  }
  return rows;
}

function isFree({ needs, neededBy }: Unit): boolean {
  return needs.length === 0 && neededBy.length === 0;
}

function unitsOf({ nodes, edges }: Graph): readonly Unit[] {
  const lists = (side: 'from' | 'to', other: 'from' | 'to') => {
    const found = new Map<string, string[]>();
    for (const edge of edges) {
      const list = found.get(edge[side]) ?? [];
      list.push(`${edge[other]} ${edge.condition} ${edge.ismet}`);
      found.set(edge[side], list);
    }
    return (id: string) => (found.get(id) ?? []).sort().join(',');
  };
  const [needs, neededBy] = [lists('from', 'to'), lists('to', 'from')];
  const alike = new Map<string, Graph['nodes'][number][]>();
  for (const node of nodes) {
    const id = `${node.group}:${node.name}`;
    const key = [node.group, node.statename, needs(id), neededBy(id)].join('|');
    alike.set(key, [...(alike.get(key) ?? []), node]);
  }
  const unitOf = new Map<string, Unit>();
  const units = [...alike.values()].map((all) => {
    const unit = newUnit(all);
    for (const { group, name } of all) unitOf.set(`${group}:${name}`, unit);
    return unit;
  });
  for (const { from, to, condition, ismet } of edges) {
    const [who, whom] = [unitOf.get(from), unitOf.get(to)];
    if (who === undefined || whom === undefined) continue;
    if (who.needs.some((need) => need.unit === whom && need.condition === condition && need.isMet === ismet)) continue;
    who.needs.push({ unit: whom, condition, isMet: ismet });
    if (!whom.neededBy.includes(who)) whom.neededBy.push(who);
  }
  return units;
}

function newUnit(all: readonly Graph['nodes'][number][]): Unit {
  const [{ group, name, statename } = { group: '', name: '', statename: '' }] = all;
  const isOne = all.length === 1;
  return {
    key: `${group}:${name}`,
    name: isOne ? namespec(group, name) : `${group}:* (${all.length})`,
    statename,
    target: isOne ? `${group}:${name}` : `${group}:*`,
    needs: [],
    neededBy: [],
  };
}

/** Not up, and not on its way. */
function isHeld({ statename, needs }: Unit): boolean {
  return statename !== 'RUNNING' && statename !== 'STARTING' && needs.some(({ isMet }) => !isMet);
}

/** For each that holds others up and is held up by nobody: the longest chain of those that wait because of it. */
function chainRows(units: readonly Unit[], width: number, isUnicode: boolean): Row[] {
  const waiting = (unit: Unit): Unit[] =>
    unit.neededBy.filter((one) => isHeld(one) && one.needs.some((need) => need.unit === unit && !need.isMet));
  const culprits = units.filter((unit) => !isHeld(unit) && waiting(unit).length > 0);
  if (culprits.length === 0) return [];
  const arrow = isUnicode ? ' → ' : ' -> ';
  const rows = culprits.map((culprit): Row => {
    const chain = longest(culprit, waiting);
    const pieces: Piece[] = [{ text: '  ' }, ...unitPieces(culprit), { text: ' holds up ' }];
    chain.slice(1).forEach((unit, at) => {
      if (at > 0) pieces.push({ text: arrow, role: 'dim' });
      pieces.push({ text: unit.name, role: 'accent' });
    });
    const others = below(culprit, waiting).size - (chain.length - 1);
    if (others > 0) pieces.push({ text: ` and ${others} more` });
    return { key: `chain ${culprit.key}`, line: fitted(pieces, width), target: culprit.target };
  });
  return [{ key: 'held', line: fitted([{ text: 'Held up', role: 'title' }], width), isFixed: true }, ...rows];
}

/** Each unit is gone through once: in layers that all need all of the one below there are more ways than time. */
function longest(unit: Unit, next: (unit: Unit) => Unit[], known = new Map<Unit, readonly Unit[]>()): readonly Unit[] {
  const found = known.get(unit);
  if (found !== undefined) return found;
  // Whoever comes back here by a circle finds an end.
  known.set(unit, []);
  let best: readonly Unit[] = [];
  for (const one of next(unit)) {
    const chain = longest(one, next, known);
    if (chain.length > best.length) best = chain;
  }
  const chain = [unit, ...best];
  known.set(unit, chain);
  return chain;
}

function below(unit: Unit, next: (unit: Unit) => Unit[], found = new Set<Unit>()): Set<Unit> {
  for (const one of next(unit)) {
    if (found.has(one)) continue;
    found.add(one);
    below(one, next, found);
  }
  return found;
}

function treeRows(units: readonly Unit[], width: number, isUnicode: boolean): Row[] {
  const rows: Row[] = [];
  const shown = new Set<Unit>();
  const [fork, end, pipe] = isUnicode ? ['├─ ', '└─ ', '│  '] : ['|- ', '`- ', '|  '];
  const add = (unit: Unit, path: string, start: string, indent: string, need: Need | undefined): void => {
    const isAgain = shown.has(unit) && unit.needs.length > 0;
    shown.add(unit);
    const pieces: Piece[] = [{ text: start, role: 'dim' }, ...unitPieces(unit)];
    if (need !== undefined) {
      const { condition, isMet } = need;
      pieces.push({ text: `  ${condition}: ` }, { text: isMet ? 'met' : 'NOT MET', role: isMet ? 'good' : 'bad' });
    }
    if (isAgain) pieces.push({ text: '  (as above)', role: 'dim' });
    rows.push({ key: `${path} ${unit.key}`, line: fitted(pieces, width), target: unit.target });
    if (isAgain) return;
    unit.needs.forEach((one, at) => {
      const isLast = at === unit.needs.length - 1;
      add(one.unit, `${path} ${unit.key}`, indent + (isLast ? end : fork), indent + (isLast ? '   ' : pipe), one);
    });
  };
  for (const unit of units) if (unit.neededBy.length === 0) add(unit, 'tree', '', '', undefined);
  // What is only in a circle has nobody to begin at.
  for (const unit of units) if (!shown.has(unit)) add(unit, 'tree', '', '', undefined);
  return [{ key: 'tree', line: fitted([{ text: 'Who needs whom', role: 'title' }], width), isFixed: true }, ...rows];
}

function unitPieces({ name, statename }: Unit): Line {
  return [
    { text: `${name} `, role: 'accent' },
    { text: statename, role: stateRole(statename) },
  ];
}
