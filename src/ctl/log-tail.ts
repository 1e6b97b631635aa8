import { Fault, faultCodes } from '../rpc/faults.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';

/** Prints the end of a log, or why there is none; `name` is whose log it is. Answers with the exit code. */
export async function printLog(
  { print, notFound }: CommandContext,
  name: string,
  read: () => Promise<string>,
): Promise<number> {
  try {
    print(await read());
    return exitCodes.SUCCESS;
  } catch (error) {
    const reason = error instanceof Fault ? reasons.get(error.code) : undefined;
    if (reason === undefined) throw error;
    print(`${name}: ERROR (${reason})`);
    if (error instanceof Fault && error.code === faultCodes.BAD_NAME) notFound?.(name);
    return exitCodes.GENERIC;
  }
}

const reasons: ReadonlyMap<number, string> = new Map([
  [faultCodes.NO_FILE, 'no log file'],
  [faultCodes.FAILED, 'unknown error reading log'],
  [faultCodes.BAD_NAME, 'no such process name'],
]);
