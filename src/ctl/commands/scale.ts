import { words } from '../../config/python-text.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { ExitCode, exitCodes } from '../exit-codes.ts';
import { misused } from '../results.ts';
import { upcheck } from '../upcheck.ts';
import { followJob } from './jobs.ts';

export const scale: Command = {
  name: 'scale',
  isOurs: true,
  staysOn: true,
  help: [
    'scale <program>=6\tRun so many processes of a program; the highest go first',
    'scale <program>=+2 [...]\t...two more, or -2: two less, of each of these programs',
    'It holds until numprocs in the file is changed. Ctrl-C lets it go on alone.',
  ].join('\n'),

  async run(context, argument) {
    const { supervisor, print, notFound } = context;
    const wishes = words(argument).map((word) => /^([^=]+)=([+-]?\d+)$/.exec(word));
    if (wishes.length === 0 || wishes.includes(null)) {
      return misused(context, scale, 'scale takes programs with a number each, such as web=6', exitCodes.GENERIC);
    }
    if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.GENERIC;
    const exit = new ExitCode();
    for (const [, name = '', to = ''] of wishes.filter((wish) => wish !== null)) {
      try {
        const id = await supervisor.scale(name, to);
        if (id === '') print(`${name}: has as many already`);
        else exit.add(await followJob(context, id, { verb: 'scale', asked: [`${name}:*`] }));
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        print(refusalText(name, error));
        if (error.code === faultCodes.BAD_NAME) notFound?.(name);
        exit.add(exitCodes.GENERIC);
      }
    }
    return exit.value;
  },
};

function refusalText(name: string, fault: Fault): string {
  switch (fault.code) {
    case faultCodes.UNKNOWN_METHOD:
      return 'ERROR: this daemon cannot scale: it is Supervisor, or an older tssupervisord';
    case faultCodes.BAD_NAME:
      return `${name}: ERROR (no such program)`;
    default:
      return `${name}: ERROR (${fault.message.replace(/^[A-Z_]+: /, '')})`;
  }
}
