import { strip } from '../../config/python-text.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { columns } from '../format.ts';
import { patternsHelp } from '../name-patterns.ts';

const WIDTH = 79;

export const help: Command = {
  name: 'help',
  help: 'help\t\tPrint a list of available actions\nhelp <action>\tPrint help for <action>',

  async run(context, argument) {
    const topic = strip(argument);
    if (topic === '') {
      printTopics(context);
    } else {
      const command = context.commands.find(({ name }) => name === topic);
      context.print(command?.help ?? `*** No help on ${topic}`);
      if (context.isTerminal && command?.ourHelp !== undefined) context.print(command.ourHelp);
      if (context.isTerminal && command?.names !== undefined) context.print(patternsHelp);
    }
    return exitCodes.SUCCESS;
  },
};

// Scripts get what Supervisor prints; people at a terminal are told of our own commands, too.
function printTopics({ commands, isTerminal, print }: CommandContext): void {
  const namesOf = (isOurs: boolean) =>
    commands
      .filter((command) => command !== help && (command.isOurs ?? false) === isOurs)
      .map(({ name }) => name)
      .sort();
  printBlock(print, 'default commands (type help <topic>):', namesOf(false));
  const ours = namesOf(true);
  if (isTerminal && ours.length > 0) printBlock(print, 'tssupervisor commands (type help <topic>):', ours);
}

function printBlock(print: (line: string) => void, title: string, names: readonly string[]): void {
  for (const line of ['', title, '='.repeat(title.length), ...columns(names, WIDTH), '']) print(line);
}
