/** Models for tests: daemons with programs, and what a person sees of them after some keys. */

import type { Command } from '../../../../src/ctl/dashboard/choices.ts';
import type { Model, Program } from '../../../../src/ctl/dashboard/model.ts';
import { type Message, newModel, update } from '../../../../src/ctl/dashboard/update.ts';
import { view } from '../../../../src/ctl/dashboard/view.ts';

export const NOW = 1_700_000_000_000;

export function program(name: string, statename = 'RUNNING', more: Partial<Program> = {}): Program {
  const [group = '', process = group] = name.split(':');
  const pid = ['RUNNING', 'STARTING', 'STOPPING'].includes(statename) ? 100 : 0;
  return {
    group,
    name: process,
    statename,
    pid,
    serving: statename === 'RUNNING',
    why: '',
    ready: '',
    live: '',
    status: '',
    description: '',
    start: NOW / 1000 - 65,
    restarts: 0,
    ports: [],
    tags: [],
    ...more,
  };
}

/** One daemon, or several, after these messages; strings are keys. */
export class Seat {
  model: Model;
  readonly commands: Command[] = [];

  constructor(
    daemons: readonly (readonly Program[])[],
    options: { width?: number; height?: number; isReadOnly?: boolean } = {},
  ) {
    const { width = 100, height = 24, isReadOnly = false } = options;
    const named = daemons.map((_, index) => ({ name: `host${index}`, serverurl: `http://host${index}:9001` }));
    this.model = newModel({ size: { width, height }, now: NOW, daemons: named, isReadOnly, isUnicode: true });
    daemons.forEach((programs, daemon) => {
      this.send({ type: 'status', daemon, status: 'up', why: '' }, { type: 'programs', daemon, programs });
    });
  }

  send(...messages: readonly (Message | string)[]): this {
    for (const message of messages) {
      const updated = update(this.model, typeof message === 'string' ? { type: 'key', key: message } : message);
      this.model = updated.model;
      this.commands.push(...updated.commands);
    }
    return this;
  }

  /** What is typed letter by letter. */
  type(text: string): this {
    return this.send(...[...text].map((letter) => (letter === ' ' ? 'space' : letter)));
  }

  /** The screen as text, without blanks at the ends of lines; `>` before the row of the cursor. */
  get screen(): string[] {
    return view(this.model).map(({ line, isSelected }) => {
      const text = line
        .map((piece) => piece.text)
        .join('')
        .trimEnd();
      return isSelected ? text.replace(/^ /, '>') : text;
    });
  }

  /** The row of the cursor. */
  get cursor(): string {
    return this.screen.find((line) => line.startsWith('>')) ?? '';
  }
}
