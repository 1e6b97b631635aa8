import { printed, pythonInteger, words } from '../../config/python-text.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printLog } from '../log-tail.ts';
import { misused, whenUp } from '../results.ts';

const DEFAULT_BYTES = 1600;

export const tail: Command = {
  name: 'tail',
  staysOn: true,
  help: [
    'tail [-f] <name> [stdout|stderr] (default stdout)',
    'Ex:',
    'tail -f <name>\t\tContinuous tail of named process stdout',
    '\t\t\tCtrl-C to exit.',
    'tail -100 <name>\tlast 100 *bytes* of process stdout',
    'tail <name> stderr\tlast 1600 *bytes* of process stderr',
  ].join('\n'),

  run: (context, argument) => whenUp(context, () => tailOf(context, words(argument))),
};

async function tailOf(context: CommandContext, given: readonly string[]): Promise<number> {
  const { supervisor, print } = context;
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
