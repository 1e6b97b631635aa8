import { words } from '../../config/python-text.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { forEachName, misused, type ResultWords, whenUp } from '../results.ts';
import { signalRefusals } from './signal.ts';

const close = '--close';

const outcomes: ResultWords = {
  verb: 'stop',
  success: 'stopped',
  refusals: signalRefusals,
  showsFailure: true,
  forgiven: 'NOT_RUNNING',
};

export const stop: Command<number> = {
  name: 'stop',
  takesTime: true,
  names: { groups: true },
  help: [
    'stop <name>\t\tStop a process',
    'stop <gname>:*\t\tStop all processes in a group',
    'stop <name> <name>\tStop multiple processes or groups',
    'stop all\t\tStop all processes',
  ].join('\n'),
  ourHelp:
    'stop --close <name> ...\tStop, and close the sockets that the daemon holds for it (listen) until it is started',

  run: (context, argument) => stopThen(context, argument, []),
};

/** Stops what the argument names; `later` are lines that will be done after that. */
export function stopThen(context: CommandContext, argument: string, later: readonly string[]): Promise<number> {
  return whenUp(context, async () => {
    const given = words(argument);
    const names = given.filter((word) => word !== close);
    if (names.length === 0) return misused(context, stop, 'stop requires a process name', exitCodes.GENERIC);
    const { supervisor } = context;
    const calls = {
      one: (name: string) => supervisor.stopProcess(name),
      group: (name: string) => supervisor.stopProcessGroup(name),
      all: () => supervisor.stopAllProcesses(),
    };
    const code = await forEachName(context, names, { ...outcomes, later }, calls);
    if (names.length === given.length) return code;
    const isClosed = await closeSockets(context, names.includes('all') ? ['all'] : names);
    return isClosed ? code : exitCodes.GENERIC;
  });
}

/** False, with the reason printed, if that cannot be. */
async function closeSockets({ supervisor, print }: CommandContext, names: readonly string[]): Promise<boolean> {
  let isDone = true;
  for (const name of names) {
    try {
      for (const url of await supervisor.closeSockets(name)) print(`${name}: closed ${url}`);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      isDone = false;
      // What is wrong with the name has been said by the stop.
      if (error.code === faultCodes.FAILED) print(`${name}: ERROR (${error.message.replace(/^FAILED: /, '')})`);
      if (error.code === faultCodes.UNKNOWN_METHOD) {
        print('ERROR: this daemon holds no sockets: it is Supervisor, or an older tssupervisord');
        return false;
      }
    }
  }
  return isDone;
}
