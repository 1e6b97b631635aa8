import { words } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { forEachName, type ManyCalls, misused, type ResultWords, whenUp } from '../results.ts';
import type { Supervisor } from '../supervisor.ts';
import { isFault } from '../upcheck.ts';

/** Ours: nothing is started, or waited for, but what is named. */
const withoutDependencies = '--no-deps';

const outcomes: ResultWords = {
  verb: 'start',
  success: 'started',
  refusals: {
    BAD_NAME: 'no such process',
    NO_FILE: 'no such file',
    NOT_EXECUTABLE: 'file is not executable',
    ALREADY_STARTED: 'already started',
    SPAWN_ERROR: 'spawn error',
    ABNORMAL_TERMINATION: 'abnormal termination',
  },
  forgiven: 'ALREADY_STARTED',
};

export const start: Command<number> = {
  name: 'start',
  takesTime: true,
  names: { groups: true },
  help: [
    'start <name>\t\tStart a process',
    'start <gname>:*\t\tStart all processes in a group',
    'start <name> <name>\tStart multiple processes or groups',
    'start all\t\tStart all processes',
  ].join('\n'),
  ourHelp: 'start --no-deps <name>\t...without what it depends on (depends_on)',

  run: (context, argument) =>
    whenUp(context, async () => {
      const given = words(argument);
      const names = given.filter((word) => word !== withoutDependencies);
      const isAlone = names.length < given.length;
      if (names.length === 0) {
        return misused(context, start, 'start requires a process name', exitCodes.INVALID_ARGS);
      }
      return forEachName(context, names, outcomes, {
        ...(isAlone ? startsAlone(context.supervisor) : starts(context.supervisor)),
        noGroupCode: exitCodes.INVALID_ARGS,
      });
    }),
};

function starts(supervisor: Supervisor): ManyCalls {
  return {
    one: (name) => supervisor.startProcess(name),
    group: (name) => supervisor.startProcessGroup(name),
    all: () => supervisor.startAllProcesses(),
  };
}

/** Supervisor knows no dependencies, so its plain start is what is meant. */
function startsAlone(supervisor: Supervisor): ManyCalls {
  const plain = starts(supervisor);
  async function alone<Answer>(name: string, otherwise: () => Promise<Answer>) {
    try {
      return await supervisor.startAlone(name);
    } catch (error) {
      if (!isFault(error, faultCodes.UNKNOWN_METHOD)) throw error;
      return await otherwise();
    }
  }
  return {
    one: async (name) => void (await alone(name, () => plain.one(name))),
    group: (name) => alone(`${name}:*`, () => supervisor.startProcessGroup(name)),
    all: () => alone('all', plain.all),
  };
}
