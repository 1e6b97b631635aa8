import { printed, pythonInteger, words } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printLog } from '../log-tail.ts';
import { misused, whenUp } from '../results.ts';
import { isFault } from '../upcheck.ts';

const DEFAULT_BYTES = 1600;

export const tail: Command = {
  name: 'tail',
  names: { single: true },
  staysOn: true,
  help: [
    'tail [-f] <name> [stdout|stderr] (default stdout)',
    'Ex:',
    'tail -f <name>\t\tContinuous tail of named process stdout',
    '\t\t\tCtrl-C to exit.',
    'tail -100 <name>\tlast 100 *bytes* of process stdout',
    'tail <name> stderr\tlast 1600 *bytes* of process stderr',
  ].join('\n'),
  ourHelp:
    'tail --since 10m <name> [stdout|stderr]\twhat was written in the last 10 minutes, and perhaps a little more',

  run: (context, argument) => whenUp(context, () => tailOf(context, words(argument))),
};

async function tailOf(context: CommandContext, given: readonly string[]): Promise<number> {
  const { supervisor, print } = context;
  if (given[0] === '--since') return since(context, given.slice(1));
  if (given.length === 0) return misused(context, tail, 'too few arguments', exitCodes.GENERIC);
  if (given.length > 3) return misused(context, tail, 'too many arguments', exitCodes.GENERIC);
  const modifier = given[0]?.startsWith('-') ? given[0] : undefined;
  const [name, ...rest] = modifier === undefined ? given : given.slice(1);
  if (name === undefined) {
    print('Error: tail requires process name');
    return exitCodes.GENERIC;
  }
  const channel = (rest.at(-1) ?? 'stdout').toLowerCase();
  if (channel !== 'stdout' && channel !== 'stderr') {
    print(`Error: bad channel ${printed(channel)}`);
    return exitCodes.GENERIC;
  }
  if (modifier === '-f') {
    await context.followLog(`/logtail/${name}/${channel}`);
    return exitCodes.SUCCESS;
  }
  const bytes = modifier === undefined ? DEFAULT_BYTES : pythonInteger(modifier.slice(1));
  if (bytes === undefined) {
    print(`Error: bad argument ${modifier}`);
    return exitCodes.GENERIC;
  }
  return printLog(context, name, () =>
    channel === 'stdout'
      ? supervisor.readProcessStdoutLog(name, -bytes, 0)
      : supervisor.readProcessStderrLog(name, -bytes, 0),
  );
}

async function since(context: CommandContext, given: readonly string[]): Promise<number> {
  const { supervisor, print } = context;
  const [time, name, channel = 'stdout', ...others] = given;
  if (time === undefined || name === undefined || others.length > 0) {
    return misused(context, tail, 'tail --since takes a time, a name and perhaps a channel', exitCodes.GENERIC);
  }
  const read = async () => {
    const { offset, isCut } = await supervisor.getLogOffset(name, channel.toLowerCase(), time);
    if (isCut) print('(older lines are in a file that has been rotated away)');
    return channel.toLowerCase() === 'stderr'
      ? supervisor.readProcessStderrLog(name, offset, 0)
      : supervisor.readProcessStdoutLog(name, offset, 0);
  };
  try {
    return await printLog(context, name, read);
  } catch (error) {
    if (isFault(error, faultCodes.UNKNOWN_METHOD)) {
      print('ERROR: this daemon keeps no times of logs: it is Supervisor, or an older tssupervisord');
    } else if (isFault(error, faultCodes.BAD_ARGUMENTS)) {
      print(`Error: ${error.message.replace(/^BAD_ARGUMENTS: /, '')}`);
    } else {
      throw error;
    }
    return exitCodes.GENERIC;
  }
}
