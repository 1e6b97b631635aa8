import { parseArgs } from 'node:util';
import { words } from '../../config/python-text.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { misused } from '../results.ts';
import { upcheck } from '../upcheck.ts';
import { followJob } from './jobs.ts';

export const roll: Command = {
  name: 'roll',
  isOurs: true,
  staysOn: true,
  help: [
    'roll <gname>:*\t\tRestart the running processes of a group one after the other',
    'roll <gname>:* --batch 25%\t...so many at a time',
    'roll <name> --force\tRestart the only one there is',
    'Ctrl-C lets the roll go on alone; "job <id>" looks at it again.',
  ].join('\n'),

  async run(context, argument) {
    const { supervisor, print } = context;
    const given = read(words(argument));
    if (given === undefined)
      return misused(context, roll, 'roll takes one name, --batch and --force', exitCodes.GENERIC);
    if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.GENERIC;
    try {
      const id = await supervisor.roll(given.name, given.batch, given.force);
      return await followJob(context, id);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      print(refusalText(given.name, error));
      return exitCodes.GENERIC;
    }
  },
};

function read(given: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: { batch: { type: 'string', default: '' }, force: { type: 'boolean', default: false } },
    });
    const [name, ...others] = positionals;
    return name === undefined || others.length > 0 ? undefined : { name, ...values };
  } catch {
    return undefined;
  }
}

function refusalText(name: string, fault: Fault): string {
  switch (fault.code) {
    case faultCodes.UNKNOWN_METHOD:
      return 'ERROR: this daemon cannot roll: it is Supervisor, or an older tssupervisord';
    case faultCodes.BAD_NAME:
      return `${name}: ERROR (no such process)`;
    case faultCodes.NOT_RUNNING:
      return `${name}: ERROR (not running)`;
    default:
      return `${name}: ERROR (${fault.message.replace(/^[A-Z_]+: /, '')})`;
  }
}
