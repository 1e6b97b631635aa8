/**
 * `scale web=6`: more or fewer processes of a program than its file says. New ones come at the end and the highest go
 * first; the others are not touched. What would clash is found before anything is done: the files are read as if they
 * said that number, with all that this is checked for.
 */
import { runningStates } from '../../rpc/states.ts';
import type { GroupConfig, ProcessConfig } from '../config/model.ts';
import { formatProblems } from '../config/problems.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { processId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';
import type { Job } from '../jobs.ts';
import { changeGroup } from './group-change.ts';
import { type GroupPlan, plansOf } from './plan.ts';
import type { Refusal } from './refusal.ts';

const fail = (text: string): Refusal => ({ fault: 'FAILED', text });

/** The id of the job. `name` is a program, or a group of one program; `to` is `6`, `+2` or `-2`; `within` a job that it is a part of. */
export function beginScale(context: HandlerContext, name: string, to: string, within?: Job): string | Refusal {
  const { programs, scales, jobs, log } = context;
  const active = programs.activeGroups();
  const section = sectionOf(active, name.replace(/:\*?$/, ''));
  if (typeof section !== 'string') return section;
  const program = section.slice(section.indexOf(':') + 1);
  const now = Math.max(...active.map((group) => countIn(group, section)));
  const count = wantedCount(to, now);
  if (count === undefined)
    return { fault: 'BAD_ARGUMENTS', text: `a number such as 6, +2 or -2 was expected, not ${to}` };
  if (count < 1) return fail(`${program} cannot have less than one process; to stop it: stop ${name}`);
  if (count === now) return '';

  const asWritten = context.peek();
  if (!asWritten.ok) return fail(`the files cannot be read now: ${formatProblems(asWritten.problems)}`);
  const written = scales.written(section);
  const isOld = plansOf(active, asWritten.config.groups).some(
    ({ change, processes }) => change !== 'same' && processes.some((one) => isOf(active, one.group, section)),
  );
  if (written === undefined || isOld) return fail(`the files say something else of ${program} by now: update it first`);
  const read = context.peek(scales.trial(section, count, written));
  if (!read.ok) return fail(read.problems.map(({ message }) => message).join('; '));
  const next = read.config.groups.filter((group) => countIn(group, section) > 0);
  if (next.some((group) => countIn(group, section) !== count)) {
    const line = 'process_name=%(program_name)s_%(process_num)02d';
    return fail(`the processes of ${program} have no numbers in their names: write ${line} into [${section}]`);
  }
  const plans = plansOf(active, read.config.groups).filter(({ name }) => next.some((group) => group.name === name));
  for (const config of addedBy(plans, next)) {
    const trouble = programs.portTrouble(config);
    if (trouble !== undefined) return fail(trouble);
  }
  const ids = plans.flatMap(({ processes }) => processes.map((one) => processId(one.group, one.name)));
  const begun = jobs.begin('scale', `scale ${program}=${count}`, ids, within);
  if ('busy' in begun) return fail(`${begun.busy.what} is under way as ${begun.busy.id}`);
  // From now on every reading of the files says so; those of the trial are forgotten with it.
  scales.set(section, count, written);
  const { job } = begun;
  log.info(`scaling ${program} from ${now} to ${count}`);
  job.say(`scaling ${program} from ${now} to ${count}`);
  apply(context, job, plans, next).then(
    (isWhole) => job.end(isWhole ? 'done' : 'failed', `${isWhole ? 'done' : 'failed'}: ${sizesText(context, section)}`),
    (error: unknown) => job.end('failed', `failed: ${error instanceof Error ? error.message : String(error)}`),
  );
  return job.id;
}

/** The section of the program that is meant, which is active. */
function sectionOf(active: readonly GroupConfig[], name: string): string | Refusal {
  const sectionsOf = (groups: readonly GroupConfig[]): string[] => [
    ...new Set(groups.flatMap(({ processes }) => processes.map(({ section }) => section))),
  ];
  const isNamed = (section: string): boolean => section.slice(section.indexOf(':') + 1) === name;
  const [found, ...others] = sectionsOf(active).filter(isNamed);
  if (found !== undefined && others.length === 0) return found;
  const members = found === undefined ? sectionsOf(active.filter((group) => group.name === name)) : [found, ...others];
  const [only, ...more] = members;
  if (only === undefined) return { fault: 'BAD_NAME', text: name };
  if (more.length === 0) return only;
  return fail(`${name} is several programs: ${members.map((one) => `[${one}]`).join(', ')}`);
}

function wantedCount(to: string, now: number): number | undefined {
  const [, sign, digits] = /^([+-]?)(\d{1,6})$/.exec(to.trim()) ?? [];
  if (digits === undefined) return undefined;
  return sign === '+' ? now + Number(digits) : sign === '-' ? now - Number(digits) : Number(digits);
}

function countIn(group: GroupConfig, section: string): number {
  return group.processes.filter((process) => process.section === section).length;
}

function isOf(groups: readonly GroupConfig[], name: string, section: string): boolean {
  return groups.some((group) => group.name === name && countIn(group, section) > 0);
}

function addedBy(plans: readonly GroupPlan[], next: readonly GroupConfig[]): ProcessConfig[] {
  const added = new Set(
    plans.flatMap(({ processes }) =>
      processes.filter(({ change }) => change === 'add').map(({ group, name }) => processId(group, name)),
    ),
  );
  return next.flatMap((group) => group.processes.filter(({ name }) => added.has(processId(group.name, name))));
}

function sizesText({ programs }: HandlerContext, section: string): string {
  const sizes = programs.activeGroups().flatMap((group) => {
    const count = countIn(group, section);
    return count === 0 ? [] : [`${group.name} has ${count} of ${section.slice(section.indexOf(':') + 1)}`];
  });
  return sizes.join(', ');
}

/** Whether all that came are there for others. */
async function apply(
  context: HandlerContext,
  job: Job,
  plans: readonly GroupPlan[],
  next: readonly GroupConfig[],
): Promise<boolean> {
  const { runtime } = context;
  const { supervisor } = runtime;
  let isWhole = true;
  for (const plan of plans) {
    const group = next.find(({ name }) => name === plan.name);
    if (group === undefined) continue;
    const ids = (change: string): ProcessId[] =>
      plan.processes.filter((one) => one.change === change).map(({ name }) => processId(plan.name, name));
    const isUsed = ids('keep').some((id) => runningStates.has(supervisor.record(id)?.state.name ?? 'STOPPED'));
    if (!(await changeGroup(context, plan, group))) return false;
    context.adopt(context.programs.activeGroups().find(({ name }) => name === plan.name) ?? group);
    const numbered = new Intl.Collator('en', { numeric: true });
    void context.upstreams.configure(context.loaded());
    for (const id of ids('remove').sort((a, b) => numbered.compare(b, a))) job.say(`${id}: stopped and removed`);
    const added = ids('add');
    if (isUsed) for (const id of added) runtime.process(id, { type: 'start' });
    await Promise.all(
      added.map(async (id) => {
        const stateOf = () => supervisor.record(id)?.state.name ?? 'UNKNOWN';
        await runtime.until(id, () => stateOf() !== 'STARTING' && stateOf() !== 'BACKOFF');
        const state = stateOf();
        const why = supervisor.record(id)?.spawnError;
        if (isUsed && state !== 'RUNNING') isWhole = false;
        job.say(`${id}: ${state}${why === undefined ? '' : ` (${why})`}`);
      }),
    );
  }
  return isWhole;
}
