/** What a key or a typed command does to the model: moving, choosing, opening views, and acting on what is chosen. */
import { type Act, asksFirst, type Verb } from './actions.ts';
import { layoutOf } from './layout.ts';
import { cursorOf, moved, settled } from './list.ts';
import type { Mode, Model, SortKey, ViewName } from './model.ts';
import { idOf } from './model.ts';
import type { Row } from './row.ts';
import type { Targets } from './typed-names.ts';
import { listOf, rowsOf } from './views.ts';

export type Command =
  | { readonly type: 'quit' }
  | { readonly type: 'act'; readonly act: Act }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'mouse'; readonly isOn: boolean }
  | { readonly type: 'refresh' }
  /** The message of that name to the log view, after what is more urgent. */
  | { readonly type: 'sift' };

export interface Updated {
  readonly model: Model;
  readonly commands: readonly Command[];
}

export const only = (model: Model, ...commands: readonly Command[]): Updated => ({ model, commands });

export const isPrograms = ({ view }: Model) => view === 'programs';
export const hasTarget = (model: Model) => targetsOf(model).length > 0;
export const canAct = (model: Model) => !model.isReadOnly && hasTarget(model);

/** The row under the cursor. */
function currentRow(model: Model): Row | undefined {
  const rows = rowsOf(model);
  return rows[cursorOf(rows, listOf(model))];
}

/** What the next action is about: what is selected, or what is under the cursor. By daemon. */
export function targetsOf(model: Model): readonly Targets[] {
  const rows = rowsOf(model);
  const chosen = isPrograms(model) ? rows.filter(({ key }) => model.selected.has(key)) : [];
  const current = rows[cursorOf(rows, listOf(model))];
  const found = new Map<number, string[]>();
  for (const { key, target } of chosen.length > 0 ? chosen : current === undefined ? [] : [current]) {
    if (target === undefined) continue;
    const daemon = Number.parseInt(key, 10) || 0;
    found.set(daemon, [...(found.get(daemon) ?? []), target]);
  }
  // A group that is chosen stands for its processes that are chosen too.
  return [...found].map(([daemon, targets]) => {
    const groups = targets.filter((target) => target.endsWith(':*'));
    const isCovered = (target: string) => !groups.includes(target) && groups.includes(`${target.split(':', 1)[0]}:*`);
    return { daemon, targets: targets.filter((target) => !isCovered(target)) };
  });
}

/** The processes that targets mean. */
export function victimsOf(model: Model, { daemon, targets }: Pick<Act, 'daemon' | 'targets'>): readonly string[] {
  const ids = (model.daemons[daemon]?.programs ?? []).map(idOf);
  return targets.flatMap((target) =>
    target.endsWith(':*') ? ids.filter((id) => id.startsWith(target.slice(0, -1))) : [target],
  );
}

/** Does it to what is chosen, or asks first. */
export function acted(model: Model, verb: Verb, argument?: string): Updated {
  return actedOn(model, targetsOf(model), verb, argument);
}

/** Does it, or asks first: about all of it at once, whichever daemons it is of. */
export function actedOn(model: Model, whom: readonly Targets[], verb: Verb, argument?: string): Updated {
  const [first, ...others] = whom.map(
    (one): Act => ({ verb, ...one, ...(argument === undefined ? {} : { argument }) }),
  );
  if (first === undefined) return only(noted(model, 'Nothing is chosen', true));
  if (model.isReadOnly) return only(noted(model, 'Started with --read-only: nothing is changed from here', true));
  const acts = [first, ...others] as const;
  const victims = acts.flatMap((act) => {
    const host = model.daemons.length > 1 ? `${model.daemons[act.daemon]?.name}  ` : '';
    return victimsOf(model, act).map((id) => host + id);
  });
  if (acts.some((act) => asksFirst(act, victims))) {
    return only({ ...model, mode: { type: 'confirm', acts, victims } });
  }
  return done({ ...model, mode: { type: 'view' } }, acts);
}

export function done(model: Model, acts: readonly Act[]): Updated {
  return only({ ...model, selected: new Set() }, ...acts.map((act) => ({ type: 'act' as const, act })));
}

export function noted(model: Model, text: string, isBad = false): Model {
  return { ...model, notice: { text, isBad } };
}

export function withList(model: Model, by: number): Updated {
  const { bodyHeight } = layoutOf(model);
  return only({
    ...model,
    lists: { ...model.lists, [model.view]: moved(rowsOf(model), listOf(model), by, bodyHeight) },
  });
}

export function opened(model: Model, view: ViewName): Updated {
  if (view === model.view) return only(model);
  return only({ ...model, view, before: [...model.before.slice(-8), model.view], mode: { type: 'view' } });
}

/** A view about the process under the cursor, or about another one. */
export function openedAbout(model: Model, view: ViewName, whom = targetsOf(model)): Updated {
  const [about] = whom;
  if (about === undefined) return only(model);
  return opened({ ...model, subject: about }, view);
}

export function back(model: Model): Updated {
  if (model.selected.size > 0 && isPrograms(model)) return only({ ...model, selected: new Set() });
  if ((model.filters[model.view] ?? '') !== '')
    return only({ ...model, filters: { ...model.filters, [model.view]: '' } });
  const before = model.before.at(-1);
  if (before === undefined) return only({ ...model, notice: undefined });
  return only({ ...model, view: before, before: model.before.slice(0, -1) });
}

/** The next row that has the filter's text in it, when the filter is shown but does not hide: `n`, `N`. */
export function sought(model: Model, direction: 1 | -1): Updated {
  const wanted = model.lastFilter.toLowerCase();
  if (wanted === '') return only(model);
  const rows = rowsOf(model);
  const from = cursorOf(rows, listOf(model));
  for (let step = 1; step <= rows.length; step += 1) {
    const row = rows[(((from + direction * step) % rows.length) + rows.length) % rows.length];
    const text = row?.line.map((piece) => piece.text).join('') ?? '';
    if (row !== undefined && row.isFixed !== true && text.toLowerCase().includes(wanted)) {
      const index = rows.indexOf(row);
      const list = settled(rows, { ...listOf(model), key: row.key, index }, layoutOf(model).bodyHeight);
      return only({ ...model, lists: { ...model.lists, [model.view]: list } });
    }
  }
  return only(noted(model, `Nothing has "${model.lastFilter}" in it`, true));
}

export function chosen(model: Model): Updated {
  const row = currentRow(model);
  if (row?.target === undefined) return only(model);
  const selected = new Set(model.selected);
  if (!selected.delete(row.key)) selected.add(row.key);
  return withList({ ...model, selected }, 1);
}

export function chosenAll(model: Model): Updated {
  const isGroup = (target: string) => target.endsWith(':*');
  const named = rowsOf(model).flatMap(({ key, target }) => (target === undefined ? [] : [{ key, target }]));
  const unfolded = new Set(named.flatMap(({ target }) => (isGroup(target) ? [] : [target.split(':', 1)[0]])));
  // A group that is folded stands for its processes: all means them too.
  const keys = named
    .filter(({ target }) => !isGroup(target) || !unfolded.has(target.split(':', 1)[0]))
    .map(({ key }) => key);
  const isAll = keys.every((key) => model.selected.has(key));
  return only({ ...model, selected: new Set(isAll ? [] : keys) });
}

export function folds(model: Model, isFolded: boolean): Updated {
  const row = currentRow(model);
  if (row?.target === undefined) return only(model);
  const key = `${row.key.split('|', 1)[0]}|${row.target.split(':', 1)[0]}`;
  const folded = new Set(model.folded);
  if (isFolded) folded.add(key);
  else folded.delete(key);
  const list = isFolded ? { ...listOf(model), key } : listOf(model);
  return withList({ ...model, folded, lists: { ...model.lists, [model.view]: list } }, 0);
}

export const sorts: readonly SortKey[] = ['name', 'state', 'uptime', 'restarts', 'cpu', 'memory'];

export function sorted(model: Model, sort: SortKey): Updated {
  return only(noted({ ...model, sort, isReversed: false }, `Sorted by ${sort}`));
}

export function typing(model: Model, purpose: Extract<Mode, { type: 'text' }>['purpose'], text = ''): Updated {
  return only({ ...model, mode: { type: 'text', purpose, text }, notice: undefined });
}

export function copied(model: Model): Updated {
  const row = currentRow(model);
  if (row === undefined) return only(model);
  const text = row.target ?? row.line.map((piece) => piece.text).join('');
  return only(noted(model, `Copied ${text}`), { type: 'copy', text });
}

export function hasFiltered({ lastFilter }: Model): boolean {
  return lastFilter !== '';
}

export function pageOf(model: Model, key: string): number {
  const { bodyHeight } = layoutOf(model);
  return key.startsWith('C-') ? Math.ceil(bodyHeight / 2) : Math.max(1, bodyHeight - 1);
}
