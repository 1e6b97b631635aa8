import { words } from '../../config/python-text.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { forEachName, misused, type ResultWords, whenUp } from '../results.ts';

const outcomes: ResultWords = {
  success: 'started',
  refusals: {
    BAD_NAME: 'no such process',
    NO_FILE: 'no such file',
    NOT_EXECUTABLE: 'file is not executable',
    ALREADY_STARTED: 'already started',
    SPAWN_ERROR: 'spawn error',
    ABNORMAL_TERMINATION: 'abnormal termination',
  },
  forgiven: 'ALREADY_STARTED',
};

export const start: Command<number> = {
  name: 'start',
  help: [
    'start <name>\t\tStart a process',
    'start <gname>:*\t\tStart all processes in a group',
    'start <name> <name>\tStart multiple processes or groups',
    'start all\t\tStart all processes',
  ].join('\n'),

  run: (context, argument) =>
    whenUp(context, async () => {
      const names = words(argument);
      if (names.length === 0) {
        return misused(context, start, 'start requires a process name', exitCodes.INVALID_ARGS);
      }
      const { supervisor } = context;
      return forEachName(context, names, outcomes, {
        one: (name) => supervisor.startProcess(name),
        group: (name) => supervisor.startProcessGroup(name),
        all: () => supervisor.startAllProcesses(),
        noGroupCode: exitCodes.INVALID_ARGS,
      });
    }),
};
