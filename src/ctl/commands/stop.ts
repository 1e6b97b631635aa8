import { words } from '../../config/python-text.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { forEachName, misused, type ResultWords, whenUp } from '../results.ts';
import { signalRefusals } from './signal.ts';

const outcomes: ResultWords = {
  success: 'stopped',
  refusals: signalRefusals,
  showsFailure: true,
  forgiven: 'NOT_RUNNING',
};

export const stop: Command<number> = {
  name: 'stop',
  help: [
    'stop <name>\t\tStop a process',
    'stop <gname>:*\t\tStop all processes in a group',
    'stop <name> <name>\tStop multiple processes or groups',
    'stop all\t\tStop all processes',
  ].join('\n'),

  run: (context, argument) =>
    whenUp(context, async () => {
      const names = words(argument);
      if (names.length === 0) return misused(context, stop, 'stop requires a process name', exitCodes.GENERIC);
      const { supervisor } = context;
      return forEachName(context, names, outcomes, {
        one: (name) => supervisor.stopProcess(name),
        group: (name) => supervisor.stopProcessGroup(name),
        all: () => supervisor.stopAllProcesses(),
      });
    }),
};
