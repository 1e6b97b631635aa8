/** What each message makes of the model. Pure: the clock, the daemons and the terminal come in as messages. */
import { type Act, commandLineOf } from './actions.ts';
import { bindings } from './bindings.ts';
import { acted, noted, only, type Updated } from './choices.ts';
import { bindingOf } from './keys.ts';
import { layoutOf } from './layout.ts';
import { emptyList, settled } from './list.ts';
import type { LogMessage } from './logs/model.ts';
import { isForLogs, isLogText, noLogs, toLogs, withLogSize } from './logs/place.ts';
import { type Daemon, type Mode, type Model, newDaemon, type Program, type Usage } from './model.ts';
import { completed, ranPalette, scaled } from './palette.ts';
import type { Size } from './row.ts';
import { listOf, rowsOf, viewNamed } from './views.ts';

/** What CPU time and memory a daemon's processes had used at a moment. */
export interface Sample {
  readonly at: number;
  readonly processes: Readonly<Record<string, readonly [cpuMs: number, bytes: number]>>;
}

export type Message =
  | { readonly type: 'key'; readonly key: string }
  /** Typed by no hand: only a text field takes it. */
  | { readonly type: 'pasted'; readonly text: string }
  | { readonly type: 'wheel'; readonly by: number }
  | { readonly type: 'clicked'; readonly row: number }
  | { readonly type: 'resized'; readonly size: Size }
  | { readonly type: 'clock'; readonly now: number }
  | { readonly type: 'status'; readonly daemon: number; readonly status: Daemon['status']; readonly why: string }
  | { readonly type: 'programs'; readonly daemon: number; readonly programs: readonly Program[] }
  | { readonly type: 'sample'; readonly daemon: number; readonly sample: Sample }
  | { readonly type: 'lastLines'; readonly daemon: number; readonly lines: Readonly<Record<string, string>> }
  | { readonly type: 'answer'; readonly daemon: number; readonly method: string; readonly answer: unknown }
  | { readonly type: 'logs'; readonly message: LogMessage }
  /** An action has been answered. */
  | { readonly type: 'acted'; readonly act: Act; readonly failures: readonly string[]; readonly said: string };

const TREND_LENGTH = 8;

export interface Start {
  readonly size: Size;
  readonly now: number;
  readonly daemons: readonly { readonly name: string; readonly serverurl: string }[];
  readonly isReadOnly: boolean;
  readonly isUnicode: boolean;
}

export function newModel({ size, now, daemons, isReadOnly, isUnicode }: Start): Model {
  return {
    size,
    now,
    daemons: daemons.map(({ name, serverurl }) => newDaemon(name, serverurl)),
    view: 'programs',
    before: [],
    lists: {},
    filters: {},
    lastFilter: '',
    mode: { type: 'view' },
    selected: new Set(),
    folded: new Set(),
    isFlat: false,
    sort: 'name',
    isReversed: false,
    subject: undefined,
    logs: noLogs,
    commandLine: '',
    notice: undefined,
    isReadOnly,
    hasMouse: false,
    isUnicode,
  };
}

export function update(model: Model, message: Message): Updated {
  const updated = changed(model, message);
  const next = withLogSize(updated.model);
  if (next === model) return updated;
  // The window stays around the cursor, whatever has come or gone.
  const list = settled(rowsOf(next), listOf(next), layoutOf(next).bodyHeight);
  const known = next.lists[next.view] ?? emptyList;
  if (list.key === known.key && list.index === known.index && list.top === known.top)
    return { ...updated, model: next };
  return { ...updated, model: { ...next, lists: { ...next.lists, [next.view]: list } } };
}

function changed(model: Model, message: Message): Updated {
  switch (message.type) {
    case 'key':
      if (isForLogs(model, message.key)) return toLogs(model, { type: 'key', key: message.key, at: model.now });
      return pressed(model, message.key);
    case 'pasted':
      if (isLogText(model)) return toLogs(model, message);
      return model.mode.type === 'text' ? only(typed(model, model.mode, message.text)) : only(model);
    case 'wheel':
      if (model.view === 'logs') return toLogs(model, message);
      return pressedTimes(model, message.by);
    case 'clicked':
      return clicked(model, message.row);
    case 'resized':
      return only({ ...model, size: message.size });
    case 'clock':
      return only({ ...model, now: message.now });
    case 'status':
      return only(withDaemon(model, message.daemon, { status: message.status, why: message.why }));
    case 'programs':
      return only(withPrograms(model, message.daemon, message.programs));
    case 'sample':
      return only(withSample(model, message.daemon, message.sample));
    case 'lastLines': {
      const lastLines = { ...model.daemons[message.daemon]?.lastLines, ...message.lines };
      return only(withDaemon(model, message.daemon, { lastLines }));
    }
    case 'answer': {
      const answers = { ...model.daemons[message.daemon]?.answers, [message.method]: message.answer };
      return only(withDaemon(model, message.daemon, { answers }));
    }
    case 'logs':
      return toLogs(model, message.message);
    case 'acted':
      return hasActed(model, message);
    default:
      return message satisfies never;
  }
}

function pressed(model: Model, key: string): Updated {
  const { mode } = model;
  switch (mode.type) {
    case 'view': {
      const binding = bindingOf(bindings, key, model);
      return binding === undefined ? only(model) : binding.run({ ...model, notice: undefined }, key);
    }
    case 'help':
      return inHelp(model, mode, key);
    case 'confirm':
      return answered(model, mode, key);
    case 'text':
      return inText(model, mode, key);
    default:
      return mode satisfies never;
  }
}

function inHelp(model: Model, { top }: Extract<Mode, { type: 'help' }>, key: string): Updated {
  const to = (next: number) => only({ ...model, mode: { type: 'help', top: Math.max(0, next) } });
  const page = Math.max(1, model.size.height - 3);
  switch (key) {
    case 'j':
    case 'down':
      return to(top + 1);
    case 'k':
    case 'up':
      return to(top - 1);
    case 'pagedown':
    case 'C-d':
    case 'space':
      return to(top + page);
    case 'pageup':
    case 'C-u':
      return to(top - page);
    case 'C-c':
      return only(model, { type: 'quit' });
    default:
      return only({ ...model, mode: { type: 'view' } });
  }
}

/** Anything but `y` is a no. */
function answered(model: Model, { act }: Extract<Mode, { type: 'confirm' }>, key: string): Updated {
  const back: Model = { ...model, mode: { type: 'view' } };
  if (key === 'y' || key === 'Y') return only({ ...back, selected: new Set() }, { type: 'act', act });
  if (key === 'C-c') return only(back, { type: 'quit' });
  return only(noted(back, 'Nothing was done'));
}

type Typing = Extract<Mode, { type: 'text' }>;

function inText(model: Model, mode: Typing, key: string): Updated {
  const back: Model = { ...model, mode: { type: 'view' } };
  switch (key) {
    case 'escape':
      return only(mode.purpose === 'filter' ? { ...back, filters: { ...model.filters, [model.view]: '' } } : back);
    case 'C-c':
      return only(back);
    case 'enter':
      return entered(back, mode);
    case 'backspace':
      if (mode.text === '') return only(back);
      return only({ ...model, mode: { ...mode, text: [...mode.text].slice(0, -1).join('') } });
    case 'C-u':
      return only({ ...model, mode: { ...mode, text: '' } });
    case 'up':
      return only(mode.text === '' ? typed(model, mode, model.lastFilter) : model);
    case 'tab':
      if (mode.purpose !== 'palette') return only(model);
      return only({ ...model, mode: { ...mode, text: completed(mode.text) } });
    default: {
      const text = key === 'space' ? ' ' : key;
      return [...text].length === 1 ? only(typed(model, mode, text)) : only(model);
    }
  }
}

/** Of what is pasted a field takes one line. */
function typed(model: Model, mode: Typing, text: string): Model {
  const printable = text.replace(/[\r\n].*/s, '').replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
  return { ...model, mode: { ...mode, text: (mode.text + printable).slice(0, 200) } };
}

function entered(back: Model, { purpose, text }: Typing): Updated {
  switch (purpose) {
    case 'filter': {
      const filters = { ...back.filters, [back.view]: text };
      return only({ ...back, filters, lastFilter: text.replace(/^!/, '') || back.lastFilter });
    }
    case 'palette':
      return ranPalette(back, text);
    case 'scale':
      return text.trim() === '' ? only(back) : scaled(back, text.trim());
    case 'signal':
      return text.trim() === '' ? only(back) : acted(back, 'signal', text.trim().toUpperCase().replace(/^SIG/, ''));
    default:
      return purpose satisfies never;
  }
}

function pressedTimes(model: Model, by: number): Updated {
  if (model.mode.type !== 'view') return only(model);
  let next = model;
  for (let left = Math.abs(by); left > 0; left -= 1) next = pressed(next, by < 0 ? 'up' : 'down').model;
  return only(next);
}

/** `row` counts from the top of the screen. A click on the row of the cursor is Enter. */
function clicked(model: Model, row: number): Updated {
  if (model.mode.type !== 'view') return only(model);
  const away = model.daemons.some(({ status }) => status === 'away') ? 1 : 0;
  const above = 1 + away + (viewNamed(model.view).heading === undefined ? 0 : 1);
  const list = listOf(model);
  const index = row - above + list.top;
  const hit = row < above ? undefined : rowsOf(model)[index];
  if (hit === undefined || hit.isFixed === true) return only(model);
  if (hit.key === list.key) return pressed(model, 'enter');
  return only({ ...model, lists: { ...model.lists, [model.view]: { ...list, key: hit.key, index } } });
}

function withDaemon(model: Model, at: number, change: Partial<Daemon>): Model {
  return {
    ...model,
    daemons: model.daemons.map((daemon, index) => (index === at ? { ...daemon, ...change } : daemon)),
  };
}

/** What has gone is neither chosen nor remembered any more. */
function withPrograms(model: Model, at: number, programs: readonly Program[]): Model {
  const ids = new Set(programs.map(({ group, name }) => `${group}:${name}`));
  const groups = new Set(programs.map(({ group }) => group));
  const isThere = (key: string) => {
    const [index, id = ''] = key.split('|', 2);
    return Number(index) !== at || ids.has(id) || groups.has(id);
  };
  const usage = Object.fromEntries(Object.entries(model.daemons[at]?.usage ?? {}).filter(([id]) => ids.has(id)));
  const lines = Object.fromEntries(Object.entries(model.daemons[at]?.lastLines ?? {}).filter(([id]) => ids.has(id)));
  return withDaemon(
    {
      ...model,
      selected: new Set([...model.selected].filter(isThere)),
      folded: new Set([...model.folded].filter(isThere)),
    },
    at,
    { programs, usage, lastLines: lines },
  );
}

function withSample(model: Model, at: number, sample: Sample): Model {
  const before = model.daemons[at]?.usage ?? {};
  const usage: Record<string, Usage> = {};
  for (const [id, [cpuMs, bytes]] of Object.entries(sample.processes)) {
    const last = before[id];
    const passed = last === undefined ? 0 : sample.at - last.at;
    // A process that has been started again has used less than the one before.
    const used = last === undefined ? -1 : cpuMs - last.cpuMs;
    usage[id] = {
      cpu: passed > 0 && used >= 0 ? used / passed : undefined,
      bytes,
      cpuMs,
      at: sample.at,
      trend: [...(last?.trend ?? []), bytes].slice(-TREND_LENGTH),
    };
  }
  return withDaemon(model, at, { usage });
}

function hasActed(model: Model, { act, failures, said }: Extract<Message, { type: 'acted' }>): Updated {
  const [first, ...others] = failures;
  const commandLine = commandLineOf(act, model.daemons.length > 1 ? model.daemons[act.daemon]?.serverurl : undefined);
  const next = { ...model, commandLine };
  if (first === undefined) return only(said === '' ? next : noted(next, said));
  return only(noted(next, others.length === 0 ? first : `${first} (and ${others.length} more)`, true));
}
