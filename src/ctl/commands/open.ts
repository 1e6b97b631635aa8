import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { status } from './status.ts';

export const open: Command = {
  name: 'open',
  help: [
    'open <url>\tConnect to a remote supervisord process.',
    '\t\t(for UNIX domain socket, use unix:///socket/path)',
  ].join('\n'),

  async run(context, argument) {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(argument)?.[1]?.toLowerCase();
    if (scheme !== 'unix' && scheme !== 'http') {
      context.print('ERROR: url must be http:// or unix://');
      return exitCodes.GENERIC;
    }
    context.openServer(argument);
    await status.run({ ...context, serverurl: argument }, '');
    return exitCodes.SUCCESS;
  },
};
