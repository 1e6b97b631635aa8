import { words } from '../../config/python-text.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadPart } from '../part-loader.ts';
import { misused } from '../results.ts';
import { upcheck } from '../upcheck.ts';

export const drill: Command = {
  name: 'drill',
  isOurs: true,
  staysOn: true,
  help: [
    'drill <name> <url>\tSend requests to this machine while the processes are restarted under it',
    '  --do roll,kill\tWhat to do to them, round and round: roll, kill, scale, nothing',
    '  --for 30s\t\tHow long',
    '  --rate 50\t\tRequests a second',
    '  --concurrency 8\tRequests at the same time, at most',
    '  --timeout 10s\t\tHow long an answer may take',
    '  --pause 2s\t\tBetween one action and the next',
    '  --yes\t\t\tKill without asking',
    '  --json\t\tThe same for programs',
    'Exit status 0: no request was lost and all went well, 1: otherwise',
  ].join('\n'),

  async run(context, argument) {
    const part = await loadPart('drill');
    const plan = part.readPlan(words(argument));
    if (typeof plan === 'string') return misused(context, drill, plan, exitCodes.INVALID_ARGS);
    if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.GENERIC;
    const { supervisor, isTerminal, isInteractive, print, report, ask, orInterrupted } = context;
    // A question would be no part of a document.
    const canAsk = report === undefined && (isTerminal || isInteractive);
    return await part.drill(
      { daemon: supervisor, canAsk, print, ...(report && { report }), ask, orInterrupted, refusal },
      plan,
    );
  },
};

function refusal(error: unknown): string | undefined {
  if (!(error instanceof Fault)) return undefined;
  if (error.code === faultCodes.UNKNOWN_METHOD)
    return 'this daemon cannot do it: it is Supervisor, or an older one of ours';
  return error.message.replace(/^[A-Z_]+: /, '');
}
