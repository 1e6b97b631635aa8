import { words } from '../../config/python-text.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { forEachName, misused, type ResultWords, whenUp } from '../results.ts';

const outcomes: ResultWords = {
  verb: 'clear',
  success: 'cleared',
  refusals: { BAD_NAME: 'no such process', FAILED: 'failed' },
};

export const clear: Command = {
  name: 'clear',
  names: {},
  help: [
    "clear <name>\t\tClear a process' log files.",
    "clear <name> <name>\tClear multiple process' log files",
    "clear all\t\tClear all process' log files",
  ].join('\n'),

  run: (context, argument) =>
    whenUp(context, async () => {
      const names = words(argument);
      if (names.length === 0) return misused(context, clear, 'clear requires a process name', exitCodes.GENERIC);
      const { supervisor } = context;
      return forEachName(context, names, outcomes, {
        one: (name) => supervisor.clearProcessLogs(name),
        all: () => supervisor.clearAllProcessLogs(),
      });
    }),
};
