import { words } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import { inBatches } from '../batches.ts';
import type { Command } from '../command.ts';
import { ExitCode, exitCodes } from '../exit-codes.ts';
import { whenUp } from '../results.ts';
import { isFault } from '../upcheck.ts';

export const pid: Command = {
  name: 'pid',
  names: {},
  help: [
    'pid\t\t\tGet the PID of supervisord.',
    'pid <name>\t\tGet the PID of a single child process by name.',
    'pid all\t\t\tGet the PID of every child process, one per line.',
  ].join('\n'),

  run: (context, argument) =>
    whenUp(context, async () => {
      const { supervisor, print, notFound } = context;
      const names = words(argument);
      if (names.length === 0) {
        print(String(await supervisor.getPID()));
        return exitCodes.SUCCESS;
      }
      if (names.includes('all')) {
        for (const info of await supervisor.getAllProcessInfo()) print(String(info.pid));
        return exitCodes.SUCCESS;
      }
      const exit = new ExitCode();
      const watch = { begins: () => undefined, now: () => performance.now() };
      for await (const outcome of inBatches(names, (name) => supervisor.getProcessInfo(name), watch)) {
        if ('answer' in outcome) {
          print(String(outcome.answer.pid));
          if (outcome.answer.pid === 0) exit.add(exitCodes.NOT_RUNNING);
          continue;
        }
        const { name, error } = outcome;
        if (!isFault(error, faultCodes.BAD_NAME)) throw error;
        print(`No such process ${name}`);
        notFound?.(name);
        exit.add(exitCodes.GENERIC);
      }
      return exit.value;
    }),
};
