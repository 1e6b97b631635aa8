import { words } from '../../config/python-text.ts';
import type { Command } from '../command.ts';
import { ExitCode, exitCodes } from '../exit-codes.ts';
import { misused, whenUp } from '../results.ts';
import { start } from './start.ts';
import { stopThen } from './stop.ts';

export const restart: Command = {
  name: 'restart',
  takesTime: true,
  names: { groups: true },
  help: [
    'restart <name>\t\tRestart a process',
    'restart <gname>:*\tRestart all processes in a group',
    'restart <name> <name>\tRestart multiple processes or groups',
    'restart all\t\tRestart all processes',
    'Note: restart does not reread config files. For that, see reread and update.',
  ].join('\n'),

  // All stop before the first one starts. What is not running is told and started all the same.
  run: (context, argument) =>
    whenUp(context, async () => {
      if (words(argument).length === 0) {
        return misused(context, restart, 'restart requires a process name', exitCodes.GENERIC);
      }
      const exit = new ExitCode();
      exit.add(await stopThen(context, argument, [`start ${argument}`]));
      exit.add(await start.run(context, argument));
      return exit.value;
    }),
};
