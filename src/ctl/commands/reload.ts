import { words } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { misused } from '../results.ts';
import { isFault } from '../upcheck.ts';
import { awaitJob } from './jobs.ts';

export const reload: Command = {
  name: 'reload',
  takesTime: true,
  names: { groups: true },
  help: 'reload \t\tRestart the remote supervisord.',
  ourHelp: 'reload <name> [...]\tMake programs reload, as their setting "reload" says',

  async run(context, argument) {
    const { supervisor, print } = context;
    const names = words(argument);
    if (names.length > 0) return reloadPrograms(context, names);
    if (argument !== '') return misusedAsSupervisor(context);
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

function misusedAsSupervisor(context: CommandContext): number {
  return misused(context, reload, 'reload accepts no arguments', exitCodes.GENERIC);
}

/** Ours where every name is known; else it is the mistake that it is under Supervisor, in the same words. */
async function reloadPrograms(context: CommandContext, names: readonly string[]): Promise<number> {
  let id: string;
  try {
    id = await context.supervisor.reload(names);
  } catch (error) {
    if (isFault(error, faultCodes.NOT_RUNNING)) {
      context.print(`${error.message.replace(/^NOT_RUNNING: /, '')}: ERROR (not running)`);
      return exitCodes.GENERIC;
    }
    if (isFault(error, faultCodes.FAILED)) {
      context.print(error.message.replace(/^FAILED: /, ''));
      return exitCodes.GENERIC;
    }
    return misusedAsSupervisor(context);
  }
  return awaitJob(context, id, { verb: 'reload', asked: names });
}
