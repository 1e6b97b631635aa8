import { pythonInteger, words } from '../../config/python-text.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printLog } from '../log-tail.ts';
import { misused, whenUp } from '../results.ts';

export const maintail: Command = {
  name: 'maintail',
  staysOn: true,
  // The last line is empty in Supervisor, too.
  help: [
    'maintail -f \tContinuous tail of supervisor main log file (Ctrl-C to exit)',
    'maintail -100\tlast 100 *bytes* of supervisord main log file',
    'maintail\tlast 1600 *bytes* of supervisor main log file',
    '',
  ].join('\n'),

  run: (context, argument) => whenUp(context, () => tailOf(context, words(argument))),
};

async function tailOf(context: CommandContext, given: readonly string[]): Promise<number> {
  const { supervisor, print } = context;
  if (given.length > 1) return misused(context, maintail, 'too many arguments', exitCodes.GENERIC);
  const [modifier = '-1600'] = given;
  if (modifier === '-f') {
    await context.followLog('/mainlogtail');
    return exitCodes.SUCCESS;
  }
  const bytes = modifier.startsWith('-') ? pythonInteger(modifier.slice(1)) : undefined;
  if (bytes === undefined) {
    print(`Error: bad argument ${modifier}`);
    return exitCodes.GENERIC;
  }
  return printLog(context, 'supervisord', () => supervisor.readLog(-bytes, 0));
}
