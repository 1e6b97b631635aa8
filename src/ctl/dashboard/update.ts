/** What each message makes of the model. Pure: the clock, the daemons and the terminal come in as messages. */
import { type Act, commandLineOf } from './actions.ts';
import { noted, only, type Updated } from './choices.ts';
import { clicked, pressed, pressedTimes, typed } from './hand.ts';
import { layoutOf } from './layout.ts';
import { emptyList, settled } from './list.ts';
import type { LogMessage } from './logs/model.ts';
import { isForLogs, isLogText, noLogs, toLogs, withLogSize } from './logs/place.ts';
import { type Daemon, type Model, newDaemon, type Program } from './model.ts';
import { type Sample, withDaemon, withPrograms, withSample } from './news.ts';
import type { Size } from './row.ts';
import { listOf, rowsOf } from './views.ts';

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

function hasActed(model: Model, { act, failures, said }: Extract<Message, { type: 'acted' }>): Updated {
  const [first, ...others] = failures;
  const commandLine = commandLineOf(act, model.daemons.length > 1 ? model.daemons[act.daemon]?.serverurl : undefined);
  const next = { ...model, commandLine };
  if (first === undefined) return only(said === '' ? next : noted(next, said));
  return only(noted(next, others.length === 0 ? first : `${first} (and ${others.length} more)`, true));
}
