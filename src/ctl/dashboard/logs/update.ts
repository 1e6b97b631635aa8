/** What each message makes of the log view. */
import { bindingOf } from '../keys.ts';
import { filteredBy, logKeys, sifting } from './keys.ts';
import type { LogMessage, LogModel, LogUpdated, NewLine } from './model.ts';
import { sinceOf } from './moment.ts';
import { appended, bounded, cleared, type LogLine } from './ring.ts';
import { changedSieve, sifted } from './sieve.ts';
import { scrolled } from './window.ts';

const MAX_TYPED = 200;

const only = (model: LogModel): LogUpdated => ({ model, commands: [] });

export function updateLog(model: LogModel, message: LogMessage): LogUpdated {
  switch (message.type) {
    case 'opened': {
      const ring = cleared(model.ring);
      return only({
        ...model,
        names: message.names,
        ring,
        sieve: changedSieve(model.sieve, {}),
        top: message.isFromStart === true ? { serial: ring.start, row: 0 } : undefined,
        left: 0,
        isPaused: false,
        current: undefined,
        chosen: undefined,
      });
    }
    case 'lines':
      return came(model, linesOf(message.lines, message.at));
    case 'said':
      return came(model, [{ name: '', isError: false, text: `── ${message.text}`, at: message.at }]);
    case 'key':
      return pressed(model, message.key, message.at);
    case 'pasted':
      return model.typing === undefined ? only(model) : typed(model, model.typing, message.text);
    case 'wheel':
      return only(model.typing === undefined ? scrolled(model, message.by) : model);
    case 'resized':
      return only({ ...model, size: message.size });
    case 'sift':
      return sifting(siftedOnce(model));
    default:
      return message satisfies never;
  }
}

/** Whether keys are text for it, whatever they mean elsewhere. */
export function isTyping({ typing }: LogModel): boolean {
  return typing !== undefined;
}

/** Whether it does something with this key. */
export function takesKey(model: LogModel, key: string): boolean {
  return isTyping(model) || bindingOf(logKeys, key, model) !== undefined;
}

function linesOf(lines: readonly NewLine[], at: number): LogLine[] {
  return lines.map(({ name, isError, text }) => ({ name, isError, text: bounded(text), at }));
}

function came(model: LogModel, lines: readonly LogLine[]): LogUpdated {
  const ring = appended(model.ring, lines);
  const next = { ...model, ring };
  return sifting(siftedOnce(next));
}

function siftedOnce(model: LogModel): LogModel {
  const sieve = sifted(model.sieve, model.ring);
  return sieve === model.sieve ? model : { ...model, sieve };
}

function pressed(model: LogModel, key: string, at: number): LogUpdated {
  const { typing } = model;
  if (typing !== undefined) return inText(model, typing, key, at);
  const { model: next, commands } =
    bindingOf(logKeys, key, model)?.run({ ...model, notice: '' }, key, at) ?? only(model);
  const isUntouched = next.sieve === model.sieve && next.ring === model.ring;
  return isUntouched ? { model: next, commands } : withSifting(next, commands);
}

/** What can be done at once is done before the next frame. */
function withSifting(model: LogModel, commands: LogUpdated['commands']): LogUpdated {
  const { model: next, commands: more } = sifting(siftedOnce(model));
  return { model: next, commands: [...commands.filter(({ type }) => type !== 'sift'), ...more] };
}

type Typing = NonNullable<LogModel['typing']>;

function inText(model: LogModel, typing: Typing, key: string, at: number): LogUpdated {
  const done: LogModel = { ...model, typing: undefined, notice: '' };
  switch (key) {
    case 'escape':
      return typing.purpose === 'filter' ? withSifting(remembered(filteredBy(done, ''), typing.text), []) : only(done);
    case 'C-c':
      return only(done);
    case 'enter':
      return entered(done, typing, at);
    case 'backspace':
      return typing.text === '' ? only(done) : changedTo(model, typing, [...typing.text].slice(0, -1).join(''));
    case 'C-u':
      return changedTo(model, typing, '');
    case 'up':
      return typing.purpose === 'filter' && typing.text === ''
        ? changedTo(model, typing, model.lastFilter)
        : only(model);
    case 'space':
      return typed(model, typing, ' ');
    default:
      return [...key].length === 1 ? typed(model, typing, key) : only(model);
  }
}

function entered(done: LogModel, { purpose, text }: Typing, at: number): LogUpdated {
  if (purpose === 'filter') return only(remembered(done, text));
  if (text.trim() === '') return only(done);
  const since = sinceOf(text, at);
  if (since === undefined) return only({ ...done, notice: `"${text}" is no time: try 10m, 14:05 or 2026-11-22 03:00` });
  return { model: done, commands: [{ type: 'reopen', since }] };
}

function remembered(model: LogModel, text: string): LogModel {
  return text === '' ? model : { ...model, lastFilter: text };
}

/** Of what is pasted a field takes one line. */
function typed(model: LogModel, typing: Typing, text: string): LogUpdated {
  const printable = text.replace(/[\r\n].*/s, '').replace(/\p{Cc}/gu, '');
  return changedTo(model, typing, (typing.text + printable).slice(0, MAX_TYPED));
}

function changedTo(model: LogModel, typing: Typing, text: string): LogUpdated {
  const next: LogModel = { ...model, typing: { ...typing, text } };
  return typing.purpose === 'filter' ? withSifting(filteredBy(next, text), []) : only(next);
}
