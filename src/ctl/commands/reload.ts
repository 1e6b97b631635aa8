import { faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { misused } from '../results.ts';
import { isFault } from '../upcheck.ts';

export const reload: Command = {
  name: 'reload',
  help: 'reload \t\tRestart the remote supervisord.',

  async run(context, argument) {
    const { supervisor, print } = context;
    if (argument !== '') return misused(context, reload, 'reload accepts no arguments', exitCodes.GENERIC);
    if (context.isInteractive) {
      const answer = await context.ask('Really restart the remote supervisord process y/N? ');
      if (!/^y/i.test(answer)) return exitCodes.SUCCESS;
    }
    try {
      await supervisor.restart();
      print('Restarted supervisord');
      return exitCodes.SUCCESS;
    } catch (error) {
      if (isFault(error, faultCodes.SHUTDOWN_STATE)) print('ERROR: already shutting down');
      // Supervisor goes down first and reads the files then; our daemon reads them first, and stays up if they are bad.
      else if (isFault(error, faultCodes.CANT_REREAD)) print(`ERROR: ${error.message}`);
      else throw error;
      return exitCodes.GENERIC;
    }
  },
};
