/**
 * A rolling restart with `roll_surge`: so many processes more while it lasts, so that never fewer serve than before. It
 * is three jobs one after the other, a scale, the roll and a scale back, told as one.
 */
import type { ProcessId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';
import type { Job } from '../jobs.ts';
import type { Refusal } from './refusal.ts';
import { beginScale } from './scale.ts';

/** The id of the job. `ids` run, are of one program, and are rolled `batch` at a time. */
export function beginSurge(
  context: HandlerContext,
  name: string,
  ids: readonly ProcessId[],
  batch: number,
  surge: number,
): string | Refusal {
  const { programs, jobs } = context;
  const [section, ...others] = new Set(ids.map((id) => programs.config(id)?.section ?? ''));
  if (section === undefined || others.length > 0) {
    return { fault: 'FAILED', text: `${name} is several programs: roll_surge rolls one of them at a time` };
  }
  const program = section.slice(section.indexOf(':') + 1);
  const begun = jobs.begin('surge', `roll ${name} with ${surge} more`, [`surge of ${section}`, ...ids]);
  if ('busy' in begun) return { fault: 'FAILED', text: `${begun.busy.what} is under way as ${begun.busy.id}` };
  const { job } = begun;
  const more = beginScale(context, program, `+${surge}`, job);
  if (typeof more !== 'string') {
    job.end('failed', `failed: ${more.text}`);
    return more;
  }
  roll(context, job, { name, program, ids, batch, surge, more }).catch((error: unknown) =>
    job.end('failed', `failed: ${error instanceof Error ? error.message : String(error)}`),
  );
  return job.id;
}

interface Surge {
  readonly name: string;
  readonly program: string;
  readonly ids: readonly ProcessId[];
  readonly batch: number;
  readonly surge: number;
  /** The job that brings the further ones. */
  readonly more: string;
}

async function roll(
  context: HandlerContext,
  job: Job,
  { name, program, ids, batch, surge, more }: Surge,
): Promise<void> {
  const { rolls, jobs } = context;
  let isCancelled = false;
  job.onCancel = () => {
    isCancelled = true;
  };
  let state = await follow(job, jobs.get(more));
  if (state === 'done' && !isCancelled) {
    const rolled = rolls.tryBegin(name, ids, batch, job);
    job.onCancel = () => rolled !== undefined && rolls.cancel(rolled.id);
    if (rolled === undefined) job.say(`another roll of ${name} is under way`);
    state = rolled === undefined ? 'failed' : await follow(job, rolled);
  } else if (state === 'done') {
    state = 'cancelled';
  }
  job.onCancel = undefined;
  const fewer = beginScale(context, program, `-${surge}`, job);
  if (typeof fewer === 'string') await follow(job, jobs.get(fewer));
  else job.say(`the ${surge} more stay: ${fewer.text}`);
  job.end(state === 'running' ? 'failed' : state);
}

/** Says all that the other job says, to its end; how that was. */
async function follow(job: Job, other: Job | undefined): Promise<Job['state']> {
  if (other === undefined) return 'failed';
  for (let cursor = 0; ; ) {
    const view = await other.next(cursor);
    for (const { text } of view.lines) job.say(text);
    cursor = view.cursor;
    if (view.state !== 'running') return view.state;
  }
}
