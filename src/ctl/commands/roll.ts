import { parseArgs } from 'node:util';
import { words } from '../../config/python-text.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { misused } from '../results.ts';
import { upcheck } from '../upcheck.ts';
import { followJob } from './jobs.ts';

export const roll: Command = {
  name: 'roll',
  names: { groups: true },
  isOurs: true,
  staysOn: true,
  help: [
    'roll <gname>:*\t\tRestart the running processes of a group one after the other',
    'roll <gname>:* --batch 25%\t...so many at a time',
    'roll <name> --force\tRestart the only one there is',
    'roll <name> <name>\tOne after the other, until one does not get there',
    'Ctrl-C lets the roll go on alone; "job <id>" looks at it again.',
  ].join('\n'),

  async run(context, argument) {
    const given = read(words(argument));
    if (given === undefined) return misused(context, roll, 'roll takes names, --batch and --force', exitCodes.GENERIC);
    if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.GENERIC;
    // What does not roll leaves the others as they are: they may be all that serves.
    let isLeft = false;
    const orInterrupted: CommandContext['orInterrupted'] = async (work) => {
      const answer = await context.orInterrupted(work);
      isLeft ||= answer === undefined;
      return answer;
    };
    for (const [at, name] of given.names.entries()) {
      const code = await rollOne({ ...context, orInterrupted }, name, given);
      if (code !== exitCodes.SUCCESS) return code;
      const rest = given.names.slice(at + 1);
      if (!isLeft || rest.length === 0) continue;
      context.print(`Not asked for: roll ${rest.join(' ')}`);
      break;
    }
    return exitCodes.SUCCESS;
  },
};

type Wish = NonNullable<ReturnType<typeof read>>;

async function rollOne(context: CommandContext, name: string, { batch, force }: Wish): Promise<number> {
  const { supervisor, print, notFound } = context;
  try {
    const id = await supervisor.roll(name, batch, force);
    return await followJob(context, id, { verb: 'roll', asked: [name] });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    print(refusalText(name, error));
    if (error.code === faultCodes.BAD_NAME) notFound?.(name);
    return exitCodes.GENERIC;
  }
}

function read(given: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: { batch: { type: 'string', default: '' }, force: { type: 'boolean', default: false } },
    });
    return positionals.length === 0 ? undefined : { names: positionals, ...values };
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
