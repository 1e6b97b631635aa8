/** What each key does in the views: the one table that dispatch, help and the footer read. */
import {
  acted,
  back,
  canAct,
  chosen,
  chosenAll,
  copied,
  folds,
  hasFiltered,
  hasTarget,
  isPrograms,
  only,
  opened,
  openedAbout,
  pageOf,
  sorted,
  sorts,
  sought,
  typing,
  type Updated,
  withList,
} from './choices.ts';
import type { Binding } from './keys.ts';
import { openedAllLogs, openedLogs } from './logs/place.ts';
import type { Model } from './model.ts';
import { views } from './views.ts';

export interface ViewBinding extends Binding<Model> {
  readonly run: (model: Model, key: string) => Updated;
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
    keys: ['l'],
    help: 'logs',
    group: looking,
    isInFooter: true,
    isValid: hasTarget,
    run: (model) => openedLogs(model),
  },
  { keys: ['L'], help: 'logs of all programs', group: looking, run: openedAllLogs },
  {
    keys: ['i'],
    help: 'why: what its state comes from',
    group: looking,
    isInFooter: true,
    isValid: hasTarget,
    run: (model) => openedAbout(model, 'why'),
  },
  {
    keys: ['enter'],
    help: 'open: logs, or why it is in its state',
    group: looking,
    isValid: hasTarget,
    run: (model) => (isPrograms(model) || model.view === 'why' ? openedLogs(model) : openedAbout(model, 'why')),
  },
  ...views.flatMap(({ name, title, key }): ViewBinding[] =>
    key === undefined
      ? []
      : [
          {
            keys: [key],
            help: `view: ${title}`,
            group: looking,
            run: (model) => (name === 'logs' ? openedAllLogs(model) : opened(model, name)),
          },
        ],
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
