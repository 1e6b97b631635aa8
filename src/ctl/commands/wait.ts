import { words } from '../../config/python-text.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadPart } from '../part-loader.ts';
import { misused } from '../results.ts';
import { upcheck } from '../upcheck.ts';

export const wait: Command = {
  name: 'wait',
  isOurs: true,
  staysOn: true,
  names: { groups: true },
  help: [
    'wait <name> [...]\tWait until processes are ready: RUNNING, and their probe says so',
    '  --for ready,running,stopped,exited\tUntil then; stopped: it does not run, exited: it has ended by itself',
    '  --timeout 30s\t\tNot longer than that; 0: as long as it takes',
    '  --json\t\tWhere each of them stands in the end',
    'Exit status 0: all are there, 1: some are not, and the reason is said',
  ].join('\n'),

  async run(context, argument) {
    const { readWish } = await loadPart('wait');
    const wish = readWish(words(argument));
    if (typeof wish === 'string') return misused(context, wait, wish, exitCodes.INVALID_ARGS);
    if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.GENERIC;
    return await context.waitFor(wish);
  },
};
