import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadPart } from '../part-loader.ts';
import { misused } from '../results.ts';

export const completion: Command = {
  name: 'completion',
  help: [
    'completion bash|zsh|fish\tPrint what makes this shell complete verbs, flags and names at Tab',
    'In ~/.bashrc: source <(tssupervisorctl completion bash), in ~/.zshrc the same with zsh;',
    'for fish: tssupervisorctl completion fish > ~/.config/fish/completions/tssupervisorctl.fish',
  ].join('\n'),
  isOurs: true,

  async run(context, argument) {
    const { scriptFor } = await loadPart('completion');
    const script = scriptFor(argument);
    if (script === undefined) {
      return misused(context, completion, 'completion takes one of bash, zsh and fish', exitCodes.INVALID_ARGS);
    }
    context.print(script.trimEnd());
    return exitCodes.SUCCESS;
  },
};
