import { faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { configLine } from '../format.ts';
import { misused } from '../results.ts';
import { isFault } from '../upcheck.ts';

export const avail: Command = {
  name: 'avail',
  help: 'avail\t\t\tDisplay all configured processes',

  async run(context, argument) {
    const { supervisor, print } = context;
    if (argument !== '') return misused(context, avail, 'avail accepts no arguments', exitCodes.GENERIC);
    try {
      for (const info of await supervisor.getAllConfigInfo()) print(configLine(info));
      return exitCodes.SUCCESS;
    } catch (error) {
      if (!isFault(error, faultCodes.SHUTDOWN_STATE)) throw error;
      print('ERROR: supervisor shutting down');
      return exitCodes.GENERIC;
    }
  },
};
