import { words } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import { namespec } from '../../rpc/names.ts';
import type { Command, CommandContext } from '../command.ts';
import { ExitCode, exitCodes } from '../exit-codes.ts';
import { table } from '../format.ts';
import type { ConfigChanges } from '../supervisor.ts';
import { isFault, upcheck } from '../upcheck.ts';
import { awaitJob } from './jobs.ts';

const dryRun = '--dry-run';

export const update: Command = {
  name: 'update',
  takesTime: true,
  help: [
    'update\t\t\tReload config and add/remove as necessary, and will restart affected programs',
    'update all\t\tReload config and add/remove as necessary, and will restart affected programs',
    'update <gname> [...]\tUpdate specific groups',
  ].join('\n'),
  ourHelp: [
    'update --dry-run [<gname> ...]\tShow what would become of each process, and why: ends with',
    '\t\t\t0 if nothing would change, 1 if something would, 2 if the files are bad',
  ].join('\n'),

  async run(context, argument) {
    const given = words(argument);
    const names = given.filter((word) => word !== dryRun);
    const groups = names.includes('all') ? [] : names;
    if (names.length < given.length) return showPlan(context, groups);
    try {
      return await updateProcesses(context, groups).catch((error: unknown) => {
        if (isFault(error, faultCodes.UNKNOWN_METHOD)) return updateGroups(context, new Set(groups));
        throw error;
      });
    } catch (error) {
      if (isFault(error, faultCodes.SHUTDOWN_STATE)) context.print('ERROR: already shutting down');
      else if (isFault(error, faultCodes.FAILED)) context.print(`ERROR: ${error.message.replace(/^FAILED: /, '')}`);
      else throw error;
      return exitCodes.GENERIC;
    }
  },
};

/** A daemon of ours does it all by itself, and stops only the processes that have to. */
async function updateProcesses(context: CommandContext, groups: readonly string[]): Promise<number> {
  const id = await context.supervisor.update(groups);
  const asked = groups.length === 0 ? ['all'] : groups.map((group) => `${group}:*`);
  return id === '' ? exitCodes.SUCCESS : awaitJob(context, id, { verb: 'update', asked });
}

/** Exit status 0: nothing would change; 1: something would; 2: that cannot be told. */
async function showPlan(context: CommandContext, groups: readonly string[]): Promise<number> {
  const { supervisor, print } = context;
  if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.INVALID_ARGS;
  try {
    const plan = await supervisor.planUpdate(groups);
    const rows = plan.map(({ group, name, change, keys }) => [namespec(group, name), change, keys.join(', ')]);
    if (rows.length > 0) for (const line of table(['PROCESS', 'UPDATE', 'BECAUSE OF'], rows)) print(line);
    const isChange = plan.some(({ change, keys }) => change !== 'keep' || keys.length > 0);
    if (!isChange) print('No config updates to processes');
    return isChange ? exitCodes.GENERIC : exitCodes.SUCCESS;
  } catch (error) {
    if (isFault(error, faultCodes.UNKNOWN_METHOD)) {
      print('ERROR: this daemon cannot tell beforehand: it is Supervisor, or an older tssupervisord');
    } else if (isFault(error, faultCodes.BAD_NAME)) {
      print(`ERROR: no such group: ${error.message.replace(/^BAD_NAME: /, '')}`);
    } else if (isFault(error, faultCodes.CANT_REREAD)) {
      print(`ERROR: ${error.message}`);
    } else {
      throw error;
    }
    return exitCodes.INVALID_ARGS;
  }
}

/** Supervisor's daemon is led through it call by call, group by group. */
async function updateGroups(context: CommandContext, names: ReadonlySet<string>): Promise<number> {
  const changes = await context.supervisor.reloadConfig();
  const exit = new ExitCode();
  if (names.size > 0) await reportUnknown(context, names, changes.added, exit);
  await apply(context, changes, (group) => names.size === 0 || names.has(group), exit);
  return exit.value;
}

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
