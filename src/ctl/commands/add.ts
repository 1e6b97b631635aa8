import { words } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { ExitCode, exitCodes } from '../exit-codes.ts';
import { isFault } from '../upcheck.ts';

export const add: Command = {
  name: 'add',
  help: 'add <name> [...]\tActivates any updates in config for process/group',

  async run({ supervisor, print }, argument) {
    const exit = new ExitCode();
    for (const name of words(argument)) {
      try {
        await supervisor.addProcessGroup(name);
        print(`${name}: added process group`);
      } catch (error) {
        if (isFault(error, faultCodes.ALREADY_ADDED)) {
          print('ERROR: process group already active'); // and no failure: scripts add again
          continue;
        }
        if (isFault(error, faultCodes.SHUTDOWN_STATE)) print('ERROR: shutting down');
        else if (isFault(error, faultCodes.BAD_NAME)) print(`ERROR: no such process/group: ${name}`);
        else throw error;
        exit.add(exitCodes.GENERIC);
      }
    }
    return exit.value;
  },
};
