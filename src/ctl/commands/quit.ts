import type { Command } from '../command.ts';

function leaving(name: string, help: string): Command {
  return {
    name,
    help,
    async run({ print }) {
      print('');
      return 'quit';
    },
  };
}

export const quit = leaving('quit', 'quit\tExit the supervisor shell.');
export const exit = leaving('exit', 'exit\tExit the supervisor shell.');
