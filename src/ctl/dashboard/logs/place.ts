/**
 * The log view in its place among the others: what opens it, which messages and keys are its own, what it needs of the
 * daemons. Its state is a part of the dashboard's model, so that it is as it was when one comes back to it.
 */
import { bindings } from '../bindings.ts';
import { noted, only, opened, targetsOf, type Updated, victimsOf } from '../choices.ts';
import { type Binding, validBindings } from '../keys.ts';
import { layoutOf } from '../layout.ts';
import { idOf, type Model } from '../model.ts';
import { logKeys } from './keys.ts';
import { type LogCommand, type LogMessage, type LogModel, logModel } from './model.ts';
import { shownName, type Wanted } from './streams.ts';
import { isTyping, takesKey, updateLog } from './update.ts';

/** The log view's part of the model. */
export interface Logs {
  readonly view: LogModel;
  readonly daemons: Wanted['daemons'];
  readonly since: string | undefined;
  /** How often streams have been opened: by it they know that they are to be opened anew. */
  readonly opening: number;
}

export const noLogs: Logs = { view: logModel({ width: 80, height: 20 }), daemons: [], since: undefined, opening: 0 };

/** The logs of what is chosen or under the cursor, or of others. */
export function openedLogs(model: Model, daemons = targetsOf(model)): Updated {
  return daemons.length === 0 ? only(model) : following(model, daemons);
}

/** The logs of all programs of all daemons. */
export function openedAllLogs(model: Model): Updated {
  const daemons = model.daemons.flatMap(({ programs }, daemon) =>
    programs.length === 0 ? [] : [{ daemon, targets: ['all'] }],
  );
  return daemons.length === 0 ? only(noted(model, 'There are no programs', true)) : following(model, daemons);
}

function following(model: Model, daemons: Wanted['daemons'], since?: string): Updated {
  const prefixes = prefixesOf(model);
  const names = daemons.flatMap(({ daemon, targets }) => {
    const known = model.daemons[daemon]?.programs.map(idOf) ?? [];
    const ids = targets.includes('all') ? known : victimsOf(model, { daemon, targets });
    return ids.map((id) => {
      const at = id.indexOf(':');
      return `${prefixes[daemon] ?? ''}${shownName(id.slice(0, at), id.slice(at + 1))}`;
    });
  });
  const message: LogMessage = { type: 'opened', names, isFromStart: since !== undefined };
  const { model: view } = updateLog(model.logs.view, message);
  const logs: Logs = { view, daemons, since, opening: model.logs.opening + 1 };
  return opened({ ...model, logs }, 'logs');
}

/** Whose lines they are, for the bar. */
export function aboutLogs({ logs }: Model): string {
  return logs.daemons.flatMap(({ targets }) => targets).join(' ');
}

/** What the streams are to follow now; undefined while the view is not open. */
export function wantedStreams(model: Model): Wanted | undefined {
  if (model.view !== 'logs') return undefined;
  const { daemons, since, opening, view } = model.logs;
  return { daemons, since, opening, isHeld: view.isPaused, prefixes: prefixesOf(model) };
}

function prefixesOf({ daemons }: Model): readonly string[] {
  return daemons.map(({ name }) => (daemons.length > 1 ? `${name}/` : ''));
}

/** Whether what is typed is for it. */
export function isForLogs(model: Model, key: string): boolean {
  return model.view === 'logs' && model.mode.type === 'view' && takesKey(model.logs.view, key);
}

/** Whether all that is typed or pasted is its text. */
export function isLogText(model: Model): boolean {
  return model.view === 'logs' && model.mode.type === 'view' && isTyping(model.logs.view);
}

/** Gives it a message, and does what it wants done. */
export function toLogs(model: Model, message: LogMessage): Updated {
  const { model: view, commands } = updateLog(model.logs.view, message);
  let next: Model = view === model.logs.view ? model : { ...model, logs: { ...model.logs, view } };
  const own: Updated['commands'][number][] = [];
  for (const command of commands) {
    const reopened = reopenedBy(next, command);
    if (reopened !== undefined) next = reopened;
    else if (command.type === 'copy') own.push({ type: 'copy', text: command.text });
    else if (command.type === 'sift') own.push({ type: 'sift' });
  }
  return only(next, ...own);
}

function reopenedBy(model: Model, command: LogCommand): Model | undefined {
  return command.type === 'reopen' ? following(model, model.logs.daemons, command.since).model : undefined;
}

/** With its size as the layout has it. */
export function withLogSize(model: Model): Model {
  if (model.view !== 'logs') return model;
  const size = { width: model.size.width, height: layoutOf(model).bodyHeight };
  const { width, height } = model.logs.view.size;
  return width === size.width && height === size.height ? model : toLogs(model, { type: 'resized', size }).model;
}

/** The keys that do something now, those of the view before those that are everywhere. */
export function bindingsHere(
  model: Model,
): readonly Pick<Binding<unknown>, 'keys' | 'help' | 'group' | 'isInFooter'>[] {
  const everywhere = validBindings(bindings, model);
  if (model.view !== 'logs') return everywhere;
  const { view } = model.logs;
  return [
    ...validBindings(logKeys, view),
    ...everywhere.filter(({ keys }) => !keys.every((key) => takesKey(view, key))),
  ];
}
