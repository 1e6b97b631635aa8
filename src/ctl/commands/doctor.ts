import { formatFinding } from '../../config/diagnosis.ts';
import { words } from '../../config/python-text.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

const FINDINGS = 1;
const UNREADABLE = 2;

interface Asked {
  file: string | undefined;
  json: boolean;
  forSupervisor: boolean;
}

/** What was asked for, or the word that cannot be understood. */
function readArgument(argument: string): Asked | string {
  const asked: Asked = { file: undefined, json: false, forSupervisor: false };
  const rest = words(argument);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--json') asked.json = true;
    else if (word === '--for-supervisor') asked.forSupervisor = true;
    else if ((word === '-c' || word === '--configuration') && rest.length > 0) asked.file = rest.shift();
    else return word;
  }
  return asked;
}

export const doctor: Command = {
  name: 'doctor',
  help: [
    'doctor\t\t\tLook for mistakes in the configuration; no daemon is needed',
    'doctor -c <file>\tThe same for another file',
    'doctor --for-supervisor\tWhat Supervisor would refuse, pass over or do in another way',
    'doctor --json\t\tThe same for programs',
    'Exit status 0: nothing found, 1: warnings, 2: the file cannot be read',
  ].join('\n'),
  isOurs: true,

  async run({ diagnose, print }, argument) {
    const asked = readArgument(argument);
    if (typeof asked === 'string') {
      print(`Error: doctor does not know ${JSON.stringify(asked)}`);
      for (const line of doctor.help.split('\n')) print(line);
      return exitCodes.INVALID_ARGS;
    }
    const diagnosis = await diagnose(asked.file, asked.forSupervisor);
    const { file, problems, findings } = diagnosis;
    if (asked.json) print(JSON.stringify(diagnosis, undefined, 2));
    else if (problems.length > 0) for (const problem of problems) print(problem);
    else if (findings.length === 0) print(`${file}: nothing to say`);
    else for (const finding of findings) print(formatFinding(finding));
    return problems.length > 0 ? UNREADABLE : findings.length > 0 ? FINDINGS : exitCodes.SUCCESS;
  },
};
