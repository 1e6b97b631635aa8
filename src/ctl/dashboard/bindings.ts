/** What each key does in the views: the one table that dispatch, help and the footer read. */
import { type Act, asksFirst, type Verb } from './actions.ts';
import type { Binding } from './keys.ts';
import { layoutOf } from './layout.ts';
import { cursorOf, moved, settled } from './list.ts';
import type { Mode, Model, SortKey, ViewName } from './model.ts';
import { idOf } from './model.ts';
import type { Row } from './row.ts';
import { listOf, rowsOf, views } from './views.ts';

export type Command =
  | { readonly type: 'quit' }
  | { readonly type: 'act'; readonly act: Act }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'mouse'; readonly isOn: boolean }
  | { readonly type: 'refresh' };

export interface Updated {
  readonly model: Model;
  readonly commands: readonly Command[];
}

export interface ViewBinding extends Binding<Model> {
  readonly run: (model: Model, key: string) => Updated;
}

export const only = (model: Model, ...commands: readonly Command[]): Updated => ({ model, commands });

const isPrograms = ({ view }: Model) => view === 'programs';
const hasTarget = (model: Model) => targetsOf(model).length > 0;
const canAct = (model: Model) => !model.isReadOnly && hasTarget(model);

/** The row under the cursor. */
export function currentRow(model: Model): Row | undefined {
  const rows = rowsOf(model);
  return rows[cursorOf(rows, listOf(model))];
}

/** What the next action is about: what is selected, or what is under the cursor. By daemon. */
export function targetsOf(model: Model): readonly { readonly daemon: number; readonly targets: readonly string[] }[] {
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

/** Does it, or asks first. One daemon at a time: what is chosen of several is asked about and done for the first. */
export function acted(model: Model, verb: Verb, argument?: string): Updated {
  const acts = targetsOf(model).map((one): Act => ({ verb, ...one, ...(argument === undefined ? {} : { argument }) }));
  const [first] = acts;
  if (first === undefined) return only(noted(model, 'Nothing is chosen', true));
  if (model.isReadOnly) return only(noted(model, 'Started with --read-only: nothing is changed from here', true));
  const asked = acts.find((act) => asksFirst(act, victimsOf(model, act)));
  if (asked !== undefined)
    return only({ ...model, mode: { type: 'confirm', act: asked, victims: victimsOf(model, asked) } });
  return only(
    { ...model, mode: { type: 'view' }, selected: new Set() },
    ...acts.map((act) => ({ type: 'act' as const, act })),
  );
}

export function noted(model: Model, text: string, isBad = false): Model {
  return { ...model, notice: { text, isBad } };
}

function withList(model: Model, by: number): Updated {
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

/** A view about the process under the cursor. */
function openedAbout(model: Model, view: ViewName): Updated {
  const [about] = targetsOf(model);
  if (about === undefined) return only(model);
  return opened({ ...model, subject: about }, view);
}

function back(model: Model): Updated {
  if (model.selected.size > 0 && isPrograms(model)) return only({ ...model, selected: new Set() });
  if ((model.filters[model.view] ?? '') !== '')
    return only({ ...model, filters: { ...model.filters, [model.view]: '' } });
  const before = model.before.at(-1);
  if (before === undefined) return only({ ...model, notice: undefined });
  return only({ ...model, view: before, before: model.before.slice(0, -1) });
}

/** The next row that has the filter's text in it, when the filter is shown but does not hide: `n`, `N`. */
function sought(model: Model, direction: 1 | -1): Updated {
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

function chosen(model: Model): Updated {
  const row = currentRow(model);
  if (row?.target === undefined) return only(model);
  const selected = new Set(model.selected);
  if (!selected.delete(row.key)) selected.add(row.key);
  return withList({ ...model, selected }, 1);
}

function chosenAll(model: Model): Updated {
  const keys = rowsOf(model)
    .filter(({ target }) => target !== undefined && !target.endsWith(':*'))
    .map(({ key }) => key);
  const isAll = keys.every((key) => model.selected.has(key));
  return only({ ...model, selected: new Set(isAll ? [] : keys) });
}

function folds(model: Model, isFolded: boolean): Updated {
  const row = currentRow(model);
  if (row?.target === undefined) return only(model);
  const key = `${row.key.split('|', 1)[0]}|${row.target.split(':', 1)[0]}`;
  const folded = new Set(model.folded);
  if (isFolded) folded.add(key);
  else folded.delete(key);
  const list = isFolded ? { ...listOf(model), key } : listOf(model);
  return withList({ ...model, folded, lists: { ...model.lists, [model.view]: list } }, 0);
}

const sorts: readonly SortKey[] = ['name', 'state', 'uptime', 'restarts', 'cpu', 'memory'];

export function sorted(model: Model, sort: SortKey): Updated {
  return only(noted({ ...model, sort, isReversed: false }, `Sorted by ${sort}`));
}

function typing(model: Model, purpose: Extract<Mode, { type: 'text' }>['purpose'], text = ''): Updated {
  return only({ ...model, mode: { type: 'text', purpose, text }, notice: undefined });
}

function copied(model: Model): Updated {
  const row = currentRow(model);
  if (row === undefined) return only(model);
  const text = row.target ?? row.line.map((piece) => piece.text).join('');
  return only(noted(model, `Copied ${text}`), { type: 'copy', text });
}

const moving = 'Moving';
const looking = 'Looking';
const acting = 'Doing';
const screen = 'Screen';

export const bindings: readonly ViewBinding[] = [
  { keys: ['j', 'down'], help: 'down', group: moving, run: (model) => withList(model, 1) },
  { keys: ['k', 'up'], help: 'up', group: moving, run: (model) => withList(model, -1) },
  { keys: ['g', 'home'], help: 'first row', group: moving, run: (model) => withList(model, -1_000_000) },
  { keys: ['G', 'end'], help: 'last row', group: moving, run: (model) => withList(model, 1_000_000) },
  {
    keys: ['C-d', 'pagedown'],
    help: 'a page down',
    group: moving,
    run: (model, key) => withList(model, pageOf(model, key)),
  },
  {
    keys: ['C-u', 'pageup'],
    help: 'a page up',
    group: moving,
    run: (model, key) => withList(model, -pageOf(model, key)),
  },
  {
    keys: ['right'],
    help: 'unfold the group',
    group: moving,
    isValid: isPrograms,
    run: (model) => folds(model, false),
  },
  { keys: ['left'], help: 'fold the group', group: moving, isValid: isPrograms, run: (model) => folds(model, true) },
  {
    keys: ['space'],
    help: 'choose, for an action on many',
    group: moving,
    isValid: (model) => isPrograms(model) && hasTarget(model),
    run: chosen,
  },
  { keys: ['C-a'], help: 'choose all, or none', group: moving, isValid: isPrograms, run: chosenAll },

  {
    keys: ['i'],
    help: 'why it is in its state',
    group: looking,
    isInFooter: true,
    isValid: hasTarget,
    run: (model) => openedAbout(model, 'why'),
  },
  ...views.flatMap(({ name, title, key }): ViewBinding[] =>
    key === undefined
      ? []
      : [{ keys: [key], help: `view: ${title}`, group: looking, run: (model) => opened(model, name) }],
  ),
  {
    keys: ['/'],
    help: 'filter (! inverts)',
    group: looking,
    isInFooter: true,
    run: (model) => typing(model, 'filter', model.filters[model.view] ?? ''),
  },
  {
    keys: ['n'],
    help: 'next row with the last filter in it',
    group: looking,
    isValid: hasFiltered,
    run: (model) => sought(model, 1),
  },
  { keys: ['N'], help: 'the one before', group: looking, isValid: hasFiltered, run: (model) => sought(model, -1) },
  {
    keys: ['S'],
    help: 'sort by the next column',
    group: looking,
    isValid: isPrograms,
    run: (model) => sorted(model, sorts[(sorts.indexOf(model.sort) + 1) % sorts.length] ?? 'name'),
  },
  {
    keys: ['o'],
    help: 'the other way round',
    group: looking,
    isValid: isPrograms,
    run: (model) => only({ ...model, isReversed: !model.isReversed }),
  },
  { keys: ['P'], help: 'sort by CPU', group: looking, isValid: isPrograms, run: (model) => sorted(model, 'cpu') },
  { keys: ['m'], help: 'sort by memory', group: looking, isValid: isPrograms, run: (model) => sorted(model, 'memory') },
  { keys: ['T'], help: 'sort by uptime', group: looking, isValid: isPrograms, run: (model) => sorted(model, 'uptime') },
  {
    keys: ['t'],
    help: 'by group, or flat',
    group: looking,
    isValid: isPrograms,
    run: (model) => only({ ...model, isFlat: !model.isFlat, sort: 'name' }),
  },

  {
    keys: ['s'],
    help: 'start',
    group: acting,
    isInFooter: true,
    isValid: canAct,
    run: (model) => acted(model, 'start'),
  },
  { keys: ['x'], help: 'stop', group: acting, isInFooter: true, isValid: canAct, run: (model) => acted(model, 'stop') },
  {
    keys: ['r'],
    help: 'restart',
    group: acting,
    isInFooter: true,
    isValid: canAct,
    run: (model) => acted(model, 'restart'),
  },
  {
    keys: ['R'],
    help: 'roll: one after the other',
    group: acting,
    isInFooter: true,
    isValid: canAct,
    run: (model) => acted(model, 'roll'),
  },
  { keys: ['C-r'], help: 'reload', group: acting, isValid: canAct, run: (model) => acted(model, 'reload') },
  {
    keys: ['+'],
    help: 'one process more',
    group: acting,
    isValid: canAct,
    run: (model) => acted(model, 'scale', '+1'),
  },
  {
    keys: ['-'],
    help: 'one process less',
    group: acting,
    isValid: canAct,
    run: (model) => acted(model, 'scale', '-1'),
  },
  { keys: ['='], help: 'so many processes', group: acting, isValid: canAct, run: (model) => typing(model, 'scale') },
  { keys: ['K'], help: 'send a signal', group: acting, isValid: canAct, run: (model) => typing(model, 'signal') },
  { keys: ['C'], help: 'clear the logs', group: acting, isValid: canAct, run: (model) => acted(model, 'clear') },

  {
    keys: [':', 'C-p'],
    help: 'type a command',
    group: screen,
    isInFooter: true,
    run: (model) => typing(model, 'palette'),
  },
  { keys: ['y'], help: 'copy the name', group: screen, run: copied },
  {
    keys: ['M'],
    help: 'mouse on or off',
    group: screen,
    run: (model) => only({ ...model, hasMouse: !model.hasMouse }, { type: 'mouse', isOn: !model.hasMouse }),
  },
  { keys: ['C-l'], help: 'ask again', group: screen, run: (model) => only(model, { type: 'refresh' }) },
  {
    keys: ['?'],
    help: 'help',
    group: screen,
    isInFooter: true,
    run: (model) => only({ ...model, mode: { type: 'help', top: 0 } }),
  },
  { keys: ['escape'], help: 'back', group: screen, run: back },
  { keys: ['q', 'C-c'], help: 'quit', group: screen, isInFooter: true, run: (model) => only(model, { type: 'quit' }) },
];

function hasFiltered({ lastFilter }: Model): boolean {
  return lastFilter !== '';
}

function pageOf(model: Model, key: string): number {
  const { bodyHeight } = layoutOf(model);
  return key.startsWith('C-') ? Math.ceil(bodyHeight / 2) : Math.max(1, bodyHeight - 1);
}
