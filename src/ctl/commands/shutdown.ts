import { faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { misused } from '../results.ts';
import { isFault, systemCodeOf } from '../upcheck.ts';

export const shutdown: Command = {
  name: 'shutdown',
  help: 'shutdown \tShut the remote supervisord down.',

  async run(context, argument) {
    const { supervisor, serverurl, print } = context;
    if (argument !== '') return misused(context, shutdown, 'shutdown accepts no arguments', exitCodes.GENERIC);
    if (context.isInteractive) {
      const answer = await context.ask('Really shut the remote supervisord process down y/N? ');
      if (!/^y/i.test(answer)) return exitCodes.SUCCESS;
    }
    try {
      await supervisor.shutdown();
      print('Shut down');
      return exitCodes.SUCCESS;
    } catch (error) {
      if (isFault(error, faultCodes.SHUTDOWN_STATE)) {
        print('ERROR: already shutting down'); // what was asked for is happening: no failure
        return exitCodes.SUCCESS;
      }
      const code = systemCodeOf(error);
      if (code === 'ECONNREFUSED') print(`ERROR: ${serverurl} refused connection (already shut down?)`);
      else if (code === 'ENOENT') print(`ERROR: ${serverurl} no such file (already shut down?)`);
      else throw error;
      return exitCodes.GENERIC;
    }
  },
};
