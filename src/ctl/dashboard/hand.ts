/** What hands do to the model: keys, by what they are for just now, pasted text, and the mouse. */
import { bindings } from './bindings.ts';
import { acted, done, noted, only, type Updated } from './choices.ts';
import { bindingOf } from './keys.ts';
import type { Mode, Model } from './model.ts';
import { completed, ranPalette, scaled } from './palette.ts';
import { listOf, rowsOf, viewNamed } from './views.ts';

export function pressed(model: Model, key: string): Updated {
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
function answered(model: Model, { acts }: Extract<Mode, { type: 'confirm' }>, key: string): Updated {
  const back: Model = { ...model, mode: { type: 'view' } };
  if (key === 'y' || key === 'Y') return done(back, acts);
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
      return only({ ...model, mode: { ...mode, text: completed(model, mode.text) } });
    default: {
      const text = key === 'space' ? ' ' : key;
      return [...text].length === 1 ? only(typed(model, mode, text)) : only(model);
    }
  }
}

/** Of what is pasted a field takes one line. */
export function typed(model: Model, mode: Typing, text: string): Model {
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

export function pressedTimes(model: Model, by: number): Updated {
  if (model.mode.type !== 'view') return only(model);
  let next = model;
  for (let left = Math.abs(by); left > 0; left -= 1) next = pressed(next, by < 0 ? 'up' : 'down').model;
  return only(next);
}

/** `row` counts from the top of the screen. A click on the row of the cursor is Enter. */
export function clicked(model: Model, row: number): Updated {
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
