import { parseArgs } from 'node:util';
import { words } from '../../config/python-text.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadPart } from '../part-loader.ts';
import { misused, whenUp } from '../results.ts';

const help = [
  'dashboard\t\tA live view of all processes, their logs and all else; ? there shows the keys',
  'dashboard --read-only\t...that changes nothing',
  'dashboard --plain\tLines instead of a screen, for screen readers',
  'dashboard --serverurl <url>\t...of another daemon, of several if repeated; <name>=<url> names it',
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
  // Where nothing can be drawn, or typed: the same news as lines.
  if (
    given.plain ||
    !context.isTerminal ||
    !process.getBuiltinModule('node:tty').isatty(0) ||
    process.env['TERM'] === 'dumb'
  ) {
    return await whenUp(context, async () => {
      return (await loadPart('watch')).watchStatus(context, { names: [], isPlain: true });
    });
  }
  return await context.openDashboard({ isReadOnly: given['read-only'], servers: given.serverurl });
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
