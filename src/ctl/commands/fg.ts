import { words } from '../../config/python-text.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import { stateCodes } from '../../rpc/states.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { faultRepr } from '../python-errors.ts';
import { whenUp } from '../results.ts';
import type { ProcessInfo } from '../supervisor.ts';

export const fg: Command = {
  name: 'fg',
  names: { single: true },
  staysOn: true,
  help: ['fg <process>\tConnect to a process in foreground mode', '\t\tCtrl-C to exit'].join('\n'),

  run: (context, argument) => whenUp(context, () => foreground(context, words(argument))),
};

async function foreground(context: CommandContext, names: readonly string[]): Promise<number> {
  const { supervisor, print } = context;
  const [name, second] = names;
  if (name === undefined) {
    print('ERROR: no process name supplied');
    print(fg.help);
    return exitCodes.GENERIC;
  }
  if (second !== undefined) {
    print('ERROR: too many process names supplied');
    return exitCodes.GENERIC;
  }
  let info: ProcessInfo;
  try {
    info = await supervisor.getProcessInfo(name);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === faultCodes.BAD_NAME) {
      print('ERROR: bad process name supplied');
      context.notFound?.(name);
      return exitCodes.GENERIC;
    }
    print(`ERROR: ${faultRepr(error)}`);
    return exitCodes.SUCCESS;
  }
  if (info.state !== stateCodes.RUNNING) {
    print('ERROR: process not running');
    return exitCodes.GENERIC;
  }
  await context.foreground(name);
  return exitCodes.SUCCESS;
}
