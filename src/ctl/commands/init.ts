import { words } from '../../config/python-text.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadPart } from '../part-loader.ts';
import { misused } from '../results.ts';

export const init: Command = {
  name: 'init',
  help: [
    'init\t\t\tWrite a supervisord.conf for what is in this folder: gunicorn, uWSGI, Node, PHP, a Procfile',
    '  --dir <dir>\t\t...in another folder',
    '  --port 8000\t\tWhere the first server shall listen',
    '  --stdout\t\tShow the file and write nothing',
    '  --force\t\tReplace the file that is there',
    '  --json\t\tSay what was found for programs',
    'No daemon is needed. Exit status 0: it was written, 1: it was not, 2: the flags cannot be taken',
  ].join('\n'),
  isOurs: true,

  async run(context, argument) {
    const part = await loadPart('init');
    const options = part.readInitOptions(words(argument));
    if (typeof options === 'string') return misused(context, init, options, exitCodes.INVALID_ARGS);
    return part.init(options, context) ? exitCodes.SUCCESS : exitCodes.GENERIC;
  },
};
