import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { misused, whenUp } from '../results.ts';

export const version: Command = {
  name: 'version',
  help: 'version\t\t\tShow the version of the remote supervisord process',

  async run(context, argument) {
    if (argument !== '') return misused(context, version, 'version accepts no arguments', exitCodes.GENERIC);
    return whenUp(context, async () => {
      context.print(await context.supervisor.getSupervisorVersion());
      return exitCodes.SUCCESS;
    });
  },
};
