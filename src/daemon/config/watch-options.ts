/** Keys of ours about files that a program is to be restarted for; Supervisor passes them over. */
import { duration } from '../../config/duration.ts';
import type { OptionTable } from '../../config/option.ts';
import { Refusal, type ValueType } from '../../config/values.ts';
import { oneOf } from './restart-options.ts';

/** Patterns with commas between them; a comma in braces belongs to its pattern. */
const patterns: ValueType<readonly string[]> = {
  name: 'patterns',
  expected: 'paths and patterns with commas between them, such as src/**/*.py, conf/app.yaml',
  parse(value) {
    const parts = (value.match(/(?:\{[^{}]*\}|[^,])+/g) ?? []).map((part) => part.trim());
    const bad = parts.find((part) => part.startsWith('!'));
    if (bad !== undefined) {
      throw new Refusal(`Cannot use ${JSON.stringify(bad)} as a pattern: what is not meant belongs into watch_ignore`);
    }
    return parts.filter((part) => part !== '');
  },
};

export type WatchAction = 'restart' | 'reload' | 'roll';

export const watchOptions = {
  watch: {
    type: patterns,
    names: 'own environment',
    ours: true,
    doc:
      'Files to act on when they change: paths and patterns with commas between them, relative to `directory`. `**` is any ' +
      'number of directories, a directory alone is all that is in it; names that begin with a dot must be written.',
  },
  watch_ignore: {
    type: patterns,
    initial: 'node_modules, __pycache__, *.pyc, *~',
    names: 'own environment',
    ours: true,
    doc:
      'What is not looked at, with all that is below it. Without a slash it is a name in any directory, with one it is ' +
      'relative to `directory`.',
  },
  watch_delay: {
    type: duration,
    initial: '0.5',
    names: 'own environment',
    ours: true,
    doc: 'How long nothing must have changed any more, so that many changes are one.',
  },
  watch_action: {
    type: oneOf<WatchAction>('action', ['restart', 'reload', 'roll']),
    initial: 'restart',
    names: 'own environment',
    ours: true,
    doc:
      'What is done: `restart` all of its processes, `roll` them one after the other, or `reload` them as the key reload ' +
      'says. One that is STOPPED is not started by a change; what ended by itself or could not be started is.',
  },
} as const satisfies OptionTable;
