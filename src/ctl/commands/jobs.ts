import { words } from '../../config/python-text.ts';
import { faultCodes } from '../../rpc/faults.ts';
import type { Awaited, Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../format.ts';
import { misused } from '../results.ts';
import { isFault, upcheck } from '../upcheck.ts';

const unknown = 'ERROR: this daemon has no jobs: it is Supervisor, or an older tssupervisord';

/** Shows what a job says until it is over, or until Ctrl-C, which leaves it alone. Exit status 0 if it went well. */
export async function followJob(context: CommandContext, id: string, what?: JobOf): Promise<number> {
  const { supervisor, print, orInterrupted } = context;
  awaits(context, id, what);
  for (let cursor = 0; ; ) {
    const info = await orInterrupted(supervisor.waitJob(id, cursor));
    if (info === undefined) {
      print(`\n${id} goes on; to look at it again: job ${id}`);
      return exitCodes.SUCCESS;
    }
    for (const line of info.lines) print(line);
    if (info.state !== 'running') return info.state === 'done' ? exitCodes.SUCCESS : exitCodes.GENERIC;
    cursor = info.cursor;
  }
}

/** The same for work whose watcher may not stop watching; nothing is said of that it can. */
export async function awaitJob(context: CommandContext, id: string, what?: JobOf): Promise<number> {
  const { supervisor, print } = context;
  awaits(context, id, what);
  for (let cursor = 0; ; ) {
    const info = await supervisor.waitJob(id, cursor);
    for (const line of info.lines) print(line);
    if (info.state !== 'running') return info.state === 'done' ? exitCodes.SUCCESS : exitCodes.GENERIC;
    cursor = info.cursor;
  }
}

/** What a job does, and to what. */
type JobOf = Pick<Awaited, 'verb' | 'asked'>;

function awaits(context: CommandContext, id: string, what: JobOf | undefined): void {
  if (what !== undefined) context.awaits?.({ ...what, later: [], again: `job ${id}` });
}

export const job: Command = {
  name: 'job',
  isOurs: true,
  staysOn: true,
  help: ['job <id>\t\tFollow a job until it is over', 'job <id> cancel\t\tLet it begin nothing else'].join('\n'),

  async run(context, argument) {
    const [id, verb, ...others] = words(argument);
    if (id === undefined || others.length > 0 || (verb !== undefined && verb !== 'cancel')) {
      return misused(context, job, 'job takes an id, and perhaps the word cancel', exitCodes.GENERIC);
    }
    if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.GENERIC;
    try {
      if (verb === 'cancel') await context.supervisor.cancelJob(id);
      return await followJob(context, id);
    } catch (error) {
      if (isFault(error, faultCodes.UNKNOWN_METHOD)) context.print(unknown);
      else if (isFault(error, faultCodes.BAD_NAME)) context.print(`${id}: ERROR (no such job)`);
      else throw error;
      return exitCodes.GENERIC;
    }
  },
};

export const jobs: Command = {
  name: 'jobs',
  isOurs: true,
  help: 'jobs\t\t\tList the last jobs',

  async run(context, argument) {
    const { supervisor, print } = context;
    if (argument !== '') return misused(context, jobs, 'jobs accepts no arguments', exitCodes.GENERIC);
    if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.GENERIC;
    try {
      const rows = (await supervisor.getJobs()).map(({ id, what, state }) => [id, state, what]);
      if (rows.length === 0) print('There have been no jobs');
      else for (const line of table(['JOB', 'STATE', 'WHAT'], rows)) print(line);
      return exitCodes.SUCCESS;
    } catch (error) {
      if (!isFault(error, faultCodes.UNKNOWN_METHOD)) throw error;
      print(unknown);
      return exitCodes.GENERIC;
    }
  },
};
