import { Fault, type FaultName, faultCodes } from '../rpc/faults.ts';
import { namespec, readNamespec } from '../rpc/names.ts';
import { inBatches } from './batches.ts';
import type { Command, CommandContext } from './command.ts';
import { ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import type { ProcessResult } from './supervisor.ts';
import { upcheck } from './upcheck.ts';

/**
 * `start`, `stop`, `signal` and `clear` do one thing to many processes, named one by one, by group, or all,
 * and print one line for each. What differs between them is this table and which methods they call.
 */
export interface ResultWords {
  readonly verb: string;
  /** Lines that will be done after this one. */
  readonly later?: readonly string[];
  readonly success: string;
  /** What stands in `x: ERROR (...)` for each refusal there can be. */
  readonly refusals: Readonly<Partial<Record<FaultName, string>>>;
  /** FAILED prints what the server said, and nothing else. */
  readonly showsFailure?: boolean;
  /** A refusal that does not fail the command. */
  readonly forgiven?: FaultName;
}

/** A refusal the original has no text for: its users see a Python ValueError. */
export class UnknownResult extends Error {
  override readonly name = 'UnknownResult';
}

/** The line for one process. */
function resultLine(words: ResultWords, result: ProcessResult): string {
  const name = namespec(result.group, result.name);
  if (result.status === faultCodes.SUCCESS) return `${name}: ${words.success}`;
  for (const [fault, text] of Object.entries(words.refusals)) {
    if (faultCodes[fault as FaultName] === result.status) return `${name}: ERROR (${text})`;
  }
  if (words.showsFailure && result.status === faultCodes.FAILED) return result.description;
  throw new UnknownResult(`Unknown result code ${result.status} for ${name}`);
}

/** The calls one of these commands makes. */
export interface ManyCalls {
  one(name: string): Promise<void>;
  /** Undefined where groups are not told apart: `clear g:*` asks for a process of that name. */
  readonly group?: (name: string) => Promise<readonly ProcessResult[]>;
  all(): Promise<readonly ProcessResult[]>;
  /** What an unknown group ends the command with. */
  readonly noGroupCode?: number;
}

/** Does it to each of `names`, in order; `all` anywhere among them means all. Answers with the exit code. */
export async function forEachName(
  { print, notFound, awaits }: CommandContext,
  names: readonly string[],
  words: ResultWords,
  calls: ManyCalls,
): Promise<number> {
  const exit = new ExitCode();
  const show = (result: ProcessResult) => {
    print(resultLine(words, result));
    exit.add(exitCodeOf(result.status, words.forgiven && faultCodes[words.forgiven]));
  };
  const { verb, later: after = [] } = words;
  if (names.includes('all')) {
    awaits?.({ verb, asked: ['all'], later: after });
    for (const result of await calls.all()) show(result);
    return exit.value;
  }
  const isGroup = (process: string | undefined) => process === undefined && calls.group !== undefined;
  const ask = async (name: string): Promise<readonly ProcessResult[] | undefined> => {
    const { group, process } = readNamespec(name);
    if (isGroup(process)) return calls.group?.(group);
    await calls.one(name);
    return undefined;
  };
  const begins = (asked: readonly string[], later: readonly string[]) =>
    awaits?.({ verb, asked, later: later.length === 0 ? after : [`${verb} ${later.join(' ')}`, ...after] });
  for await (const outcome of inBatches(names, ask, { begins, now: () => performance.now() })) {
    const { group, process } = readNamespec(outcome.name);
    if ('answer' in outcome) {
      if (outcome.answer === undefined) print(`${shortName(group, process)}: ${words.success}`);
      else for (const result of outcome.answer) show(result);
      continue;
    }
    const { error } = outcome;
    if (!(error instanceof Fault)) throw error;
    if (!isGroup(process)) {
      show({ group, name: process ?? 'None', status: error.code, description: error.message });
    } else if (error.code === faultCodes.BAD_NAME) {
      print(`${group}: ERROR (no such group)`);
      exit.add(calls.noGroupCode ?? exitCodes.GENERIC);
    } else {
      throw error;
    }
    if (error.code === faultCodes.BAD_NAME) notFound?.(outcome.name);
  }
  return exit.value;
}

// A whole group in the place of a process is printed as Python prints it.
function shortName(group: string, process: string | undefined): string {
  return namespec(group, process ?? 'None');
}

/** Prints that a command was called wrongly, and its help. Answers with the exit code. */
export function misused({ print }: CommandContext, command: Command, message: string, code: number): number {
  print(`Error: ${message}`);
  print(command.help);
  return code;
}

/** Runs the up-check, then `run` if it went well. */
export async function whenUp(context: CommandContext, run: () => Promise<number>): Promise<number> {
  const code = await upcheck(context);
  return code === exitCodes.SUCCESS ? run() : code;
}
