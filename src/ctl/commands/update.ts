import { words } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import type { Command, CommandContext } from '../command.ts';
import { ExitCode, exitCodes } from '../exit-codes.ts';
import type { ConfigChanges } from '../supervisor.ts';
import { isFault } from '../upcheck.ts';

export const update: Command = {
  name: 'update',
  help: [
    'update\t\t\tReload config and add/remove as necessary, and will restart affected programs',
    'update all\t\tReload config and add/remove as necessary, and will restart affected programs',
    'update <gname> [...]\tUpdate specific groups',
  ].join('\n'),

  async run(context, argument) {
    let changes: ConfigChanges;
    try {
      changes = await context.supervisor.reloadConfig();
    } catch (error) {
      if (!isFault(error, faultCodes.SHUTDOWN_STATE)) throw error;
      context.print('ERROR: already shutting down');
      return exitCodes.GENERIC;
    }
    const names = new Set(words(argument));
    if (names.has('all')) names.clear();
    const exit = new ExitCode();
    if (names.size > 0) await reportUnknown(context, names, changes.added, exit);
    await apply(context, changes, (group) => names.size === 0 || names.has(group), exit);
    return exit.value;
  },
};

async function reportUnknown(
  { supervisor, print }: CommandContext,
  names: ReadonlySet<string>,
  added: readonly string[],
  exit: ExitCode,
): Promise<void> {
  const known = new Set(added);
  for (const info of await supervisor.getAllProcessInfo()) known.add(info.group);
  for (const name of names) {
    if (known.has(name)) continue;
    print(`ERROR: no such group: ${name}`);
    exit.add(exitCodes.GENERIC);
  }
}

// A removed group that does not stop is kept; a changed one is replaced whatever came of stopping it.
async function apply(
  { supervisor, print }: CommandContext,
  { added, changed, removed }: ConfigChanges,
  isWanted: (group: string) => boolean,
  exit: ExitCode,
): Promise<void> {
  for (const group of removed.filter(isWanted)) {
    const results = await supervisor.stopProcessGroup(group);
    print(`${group}: stopped`);
    if (results.some((result) => result.status === faultCodes.FAILED)) {
      print(`${group}: has problems; not removing`);
      exit.add(exitCodes.GENERIC);
      continue;
    }
    await supervisor.removeProcessGroup(group);
    print(`${group}: removed process group`);
  }
  for (const group of changed.filter(isWanted)) {
    await supervisor.stopProcessGroup(group);
    print(`${group}: stopped`);
    await supervisor.removeProcessGroup(group);
    await supervisor.addProcessGroup(group);
    print(`${group}: updated process group`);
  }
  for (const group of added.filter(isWanted)) {
    await supervisor.addProcessGroup(group);
    print(`${group}: added process group`);
  }
}
