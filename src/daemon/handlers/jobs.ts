/** Rolling restarts, and jobs in general: begin, follow, cancel. */
import { Fault } from '../../rpc/faults.ts';
import type { JobInfo, OwnMethods } from '../../rpc/own-methods.ts';
import { batchOf } from '../core/roll.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import type { Job, JobView } from '../jobs.ts';
import { loadPart } from '../part-loader.ts';
import { granted } from './changes.ts';
import type { HandlerContext } from './context.ts';
import { refuseUnlessUp, targetOf } from './context.ts';

type JobMethods = Pick<OwnMethods, 'roll' | 'getJobs' | 'waitJob' | 'cancelJob'>;

export function jobHandlers(context: HandlerContext): JobMethods {
  const { jobs, rolls } = context;
  const jobOf = (id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw new Fault('BAD_NAME', id);
    return job;
  };
  return {
    async roll(name, batch, force) {
      refuseUnlessUp(context);
      const ids = running(context, name);
      if (ids.length === 0) throw new Fault('NOT_RUNNING', name);
      const [only] = ids;
      const waits = only !== undefined && context.programs.config(only)?.listen !== undefined;
      const surge = only === undefined ? undefined : context.programs.config(only)?.rollSurge;
      if (ids.length === 1 && !waits && surge === undefined && !force) {
        throw new Fault('FAILED', `only one process of ${name} runs: while it restarts nobody answers (force does it)`);
      }
      const written = batch === '' && only !== undefined ? context.programs.config(only)?.rollBatch : undefined;
      const text = batch === '' ? (written ?? '1') : batch;
      const count = batchOf(text, ids.length);
      if (count === undefined)
        throw new Fault('BAD_ARGUMENTS', `batch is a number or a share such as 25%, not ${text}`);
      if (surge !== undefined && !force) {
        const { beginSurge } = await loadPart('changes');
        return granted(beginSurge(context, name, ids, count, surge));
      }
      if (count >= ids.length && ids.length > 1 && !force) {
        throw new Fault('FAILED', `a batch of ${text} is all ${ids.length} of ${name}: nobody answers (force does it)`);
      }
      return rolls.begin(name, ids, count).id;
    },
    getJobs: (count) =>
      jobs.list().map((job) => {
        const info = infoOf(job.view());
        return {
          ...info,
          lines: info.lines.slice(info.lines.length - Math.min(info.lines.length, Math.max(0, count))),
        };
      }),
    waitJob: async (id, cursor) => infoOf(await jobOf(id).next(cursor)),
    cancelJob(id) {
      jobOf(id).onCancel?.();
      rolls.cancel(id);
      return true;
    },
  };
}

/** Those of a process, a group or its name that run, in the order of their numbers. */
function running(context: HandlerContext, name: string): ProcessId[] {
  const { supervisor } = context.runtime;
  const target = supervisor.hasGroup(name) ? ({ type: 'group', group: name } as const) : targetOf(context, name);
  const ids = target.type === 'process' ? [target.id] : (supervisor.idsOf(target.group) ?? []);
  const numbered = new Intl.Collator('en', { numeric: true });
  return ids.filter((id) => supervisor.record(id)?.state.name === 'RUNNING').sort((a, b) => numbered.compare(a, b));
}

function infoOf({ id, what, state, cursor, lines }: JobView): JobInfo {
  return { id, what, state, cursor, lines: lines.map(({ at, text }) => ({ at: Math.floor(at / 1000), text })) };
}
