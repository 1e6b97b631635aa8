import { words } from '../../config/python-text.ts';
import { readNamespec } from '../../rpc/names.ts';
import { stateCodes, stoppedStates } from '../../rpc/states.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, statusExitCodes } from '../exit-codes.ts';
import { statusLines } from '../format.ts';
import { jsonFlag } from '../json-answer.ts';
import { loadPart } from '../part-loader.ts';
import type { ProcessInfo } from '../supervisor.ts';
import { upcheck } from '../upcheck.ts';

/** Ours. */
const watchFlag = '--watch';
const stoppedCodes: ReadonlySet<number> = new Set([...stoppedStates].map((name) => stateCodes[name]));

export const status: Command = {
  name: 'status',
  names: { groups: true },
  help: [
    'status <name>\t\tGet status for a single process',
    'status <gname>:*\tGet status for all processes in a group',
    'status <name> <name>\tGet status for multiple named processes',
    'status\t\t\tGet all process status info',
  ].join('\n'),
  ourHelp: 'status --watch [<name>]\tDrawn again at each change, until Ctrl-C',
  printsJson: (argument) => words(argument).includes(watchFlag),

  async run(context, argument) {
    let all: readonly ProcessInfo[] = [];
    const up = await upcheck(context, async () => {
      const [version, infos] = await context.supervisor.getVersionAndAllProcessInfo();
      all = infos;
      return version;
    });
    if (up !== exitCodes.SUCCESS) return statusExitCodes.UNKNOWN;
    const given = words(argument);
    const names = given.filter((word) => word !== watchFlag);
    if (names.length < given.length) {
      const isJson = names.includes(jsonFlag);
      const { watchStatus } = await loadPart('watch');
      return await watchStatus(context, { names: names.filter((word) => word !== jsonFlag), isJson });
    }
    const rows: ProcessInfo[] = [];
    let code: number = exitCodes.SUCCESS;
    if (names.length === 0 || names.includes('all')) {
      rows.push(...all);
    } else {
      for (const name of names) {
        const matching = all.filter(isNamed(name));
        rows.push(...matching);
        if (matching.length === 0) code = reportUnknown(context, name);
      }
    }
    if (rows.length > 0) {
      const lines = statusLines(rows);
      context.print((context.isTerminal ? (await loadPart('watch')).coloured(lines) : lines).join('\n'));
    }
    return rows.some((row) => stoppedCodes.has(row.state)) ? statusExitCodes.NOT_RUNNING : code;
  },
};

function isNamed(name: string): (info: ProcessInfo) => boolean {
  const { group, process } = readNamespec(name);
  return (info) => info.group === group && (process === undefined || info.name === process);
}

function reportUnknown({ print, notFound }: CommandContext, name: string): number {
  notFound?.(name);
  const { group, process } = readNamespec(name);
  print(process === undefined ? `${group}: ERROR (no such group)` : `${name}: ERROR (no such process)`);
  return statusExitCodes.UNKNOWN;
}
