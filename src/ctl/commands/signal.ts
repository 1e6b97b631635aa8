import { words } from '../../config/python-text.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { forEachName, misused, type ResultWords, whenUp } from '../results.ts';

/** What the daemon may refuse when a process is to get a signal; `stop` sends one, too. */
export const signalRefusals: ResultWords['refusals'] = {
  BAD_NAME: 'no such process',
  BAD_SIGNAL: 'bad signal name',
  NOT_RUNNING: 'not running',
};

const outcomes: ResultWords = { verb: 'signal', success: 'signalled', refusals: signalRefusals, showsFailure: true };

export const signal: Command = {
  name: 'signal',
  names: { after: 1, groups: true },
  help: [
    'signal <signal name> <name>\t\tSignal a process',
    'signal <signal name> <gname>:*\t\tSignal all processes in a group',
    'signal <signal name> <name> <name>\tSignal multiple processes or groups',
    'signal <signal name> all\t\tSignal all processes',
  ].join('\n'),

  run: (context, argument) =>
    whenUp(context, async () => {
      const [name, ...names] = words(argument);
      if (name === undefined || names.length === 0) {
        return misused(context, signal, 'signal requires a signal name and a process name', exitCodes.GENERIC);
      }
      const { supervisor } = context;
      return forEachName(context, names, outcomes, {
        one: (process) => supervisor.signalProcess(process, name),
        group: (group) => supervisor.signalProcessGroup(group, name),
        all: () => supervisor.signalAllProcesses(name),
      });
    }),
};
