import { words } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { ExitCode, exitCodes } from '../exit-codes.ts';
import { isFault } from '../upcheck.ts';

export const remove: Command = {
  name: 'remove',
  help: 'remove <name> [...]\tRemoves process/group from active config',

  async run({ supervisor, print }, argument) {
    const exit = new ExitCode();
    for (const name of words(argument)) {
      try {
        await supervisor.removeProcessGroup(name);
        print(`${name}: removed process group`);
      } catch (error) {
        if (isFault(error, faultCodes.STILL_RUNNING)) print(`ERROR: process/group still running: ${name}`);
        else if (isFault(error, faultCodes.BAD_NAME)) print(`ERROR: no such process/group: ${name}`);
        else throw error;
        exit.add(exitCodes.GENERIC);
      }
    }
    return exit.value;
  },
};
