import { compareText } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { misused } from '../results.ts';
import type { ConfigChanges } from '../supervisor.ts';
import { isFault } from '../upcheck.ts';

export const reread: Command = {
  name: 'reread',
  help: "reread \t\t\tReload the daemon's configuration files without add/remove",

  async run(context, argument) {
    const { supervisor, print } = context;
    if (argument !== '') return misused(context, reread, 'reread accepts no arguments', exitCodes.GENERIC);
    try {
      for (const line of changeLines(await supervisor.reloadConfig())) print(line);
      return exitCodes.SUCCESS;
    } catch (error) {
      if (isFault(error, faultCodes.SHUTDOWN_STATE)) print('ERROR: supervisor shutting down');
      else if (isFault(error, faultCodes.CANT_REREAD)) print(`ERROR: ${error.message}`);
      else throw error;
      return exitCodes.GENERIC;
    }
  },
};

function changeLines({ added, changed, removed }: ConfigChanges): string[] {
  const news = new Map<string, string>();
  for (const name of added) news.set(name, 'available');
  for (const name of changed) news.set(name, 'changed');
  for (const name of removed) news.set(name, 'disappeared');
  if (news.size === 0) return ['No config updates to processes'];
  return [...news].sort(([a], [b]) => compareText(a, b)).map(([name, word]) => `${name}: ${word}`);
}
