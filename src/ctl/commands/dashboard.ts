import { parseArgs } from 'node:util';
import { words } from '../../config/python-text.ts';
import { Refusal } from '../../config/values.ts';
import type { Command, CommandContext } from '../command.ts';
import type { NamedDaemon } from '../daemons.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadPart } from '../part-loader.ts';
import { misused, whenUp } from '../results.ts';

const help = [
  'dashboard\t\tA live view of all processes, their logs and all else; ? there shows the keys',
  'dashboard --read-only\t...that changes nothing',
  'dashboard --plain\tLines instead of a screen, for screen readers',
  'dashboard -s <url>\t...of another daemon, of several if repeated; <name>=<url> names it',
].join('\n');

export const dashboard: Command = {
  name: 'dashboard',
  isOurs: true,
  staysOn: true,
  help,
  run: (context, argument) => open(dashboard, context, argument),
};

export const top: Command = {
  name: 'top',
  isOurs: true,
  staysOn: true,
  help: 'top\t\t\tThe same as dashboard',
  run: (context, argument) => open(top, context, argument),
};

async function open(command: Command, context: CommandContext, argument: string): Promise<number> {
  const given = read(words(argument));
  if (given === undefined) {
    return misused(
      context,
      command,
      `${command.name} takes --read-only, --plain, --serverurl and nothing else`,
      exitCodes.INVALID_ARGS,
    );
  }
  let daemons: readonly NamedDaemon[];
  try {
    daemons = context.daemons(given.serverurl);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    context.print(`Error: ${error.message}`);
    return exitCodes.INVALID_ARGS;
  }
  const isPlain = given.plain || !context.isTerminal || !isatty(0) || process.env['TERM'] === 'dumb';
  if (!isPlain) return await context.openDashboard({ isReadOnly: given['read-only'], daemons });
  // Where nothing can be drawn, or typed: the same news as lines.
  const watch = async () => (await loadPart('watch')).watchDaemons(context, daemons);
  return daemons.every(({ login }) => login === context.login) ? await whenUp(context, watch) : await watch();
}

function isatty(fd: number): boolean {
  return process.getBuiltinModule('node:tty').isatty(fd);
}

function read(given: readonly string[]) {
  try {
    const options = {
      'read-only': { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
      serverurl: { type: 'string', short: 's', multiple: true, default: [] as string[] },
    } as const;
    return parseArgs({ args: [...given], options }).values;
  } catch {
    return undefined;
  }
}
