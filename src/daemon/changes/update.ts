/**
 * `update`: the files are read, and what they changed is made so, group by group in Supervisor's order: what is gone,
 * what has changed, what is new. Told in the lines of Supervisor's own control command.
 */
import { stoppedStates } from '../../rpc/states.ts';
import { formatProblems, supervisorText } from '../config/problems.ts';
import { processId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';
import type { Job } from '../jobs.ts';
import { addGroup, changeGroup, removeGroup, stopAll } from './group-change.ts';
import { type GroupPlan, type ProcessPlan, plansOf } from './plan.ts';
import type { Refusal } from './refusal.ts';

/** What an update would do, process by process, in the order of their names. Nothing of it is kept. */
export function plannedUpdate(context: HandlerContext, names: readonly string[]): readonly ProcessPlan[] | Refusal {
  const result = context.peek();
  if (!result.ok) return { fault: 'CANT_REREAD', text: formatProblems(result.problems) };
  const plans = plansOf(context.programs.activeGroups(), result.config.groups);
  const unknown = names.find((name) => !plans.some((plan) => plan.name === name));
  if (unknown !== undefined) return { fault: 'BAD_NAME', text: unknown };
  const keyOf = ({ group, name }: ProcessPlan): string => `${group}:${name}`;
  return plans
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .flatMap(({ processes }) => processes)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The id of the job, empty if there is nothing to do. One that runs already is waited for. */
export async function beginUpdate(context: HandlerContext, names: readonly string[]): Promise<string | Refusal> {
  for (;;) {
    if (context.runtime.supervisor.mood !== 'RUNNING') return { fault: 'SHUTDOWN_STATE' };
    const result = context.readAgain();
    if (!result.ok) {
      const [first] = result.problems;
      return { fault: 'CANT_REREAD', text: first === undefined ? '' : supervisorText(first) };
    }
    const plans = plansOf(context.programs.activeGroups(), result.config.groups);
    const unknown = unknownOf(plans, names);
    const wanted = plans.filter(
      ({ name, change }) => change !== 'same' && (names.length === 0 || names.includes(name)),
    );
    if (wanted.length === 0 && unknown.length === 0) {
      void context.upstreams.configure(context.loaded());
      return '';
    }
    const ids = wanted.flatMap(({ processes }) => processes.map(({ group, name }) => processId(group, name)));
    const begun = context.jobs.begin('update', ['update', ...names].join(' '), ['update', ...ids]);
    if ('job' in begun) {
      const { job } = begun;
      context.scales.settle();
      apply(context, job, wanted, unknown).catch((error: unknown) => job.end('failed', `ERROR: ${textOf(error)}`));
      return job.id;
    }
    const { busy } = begun;
    if (!busy.holds.has('update')) return { fault: 'FAILED', text: `${busy.what} is under way as ${busy.id}` };
    for (let cursor = 0; busy.state === 'running'; ) ({ cursor } = await busy.next(cursor));
  }
}

/** As Supervisor's control command sees it: groups that have processes, and those that are new. */
function unknownOf(plans: readonly GroupPlan[], names: readonly string[]): string[] {
  const known = new Set(
    plans
      .filter(({ change, processes }) => change === 'added' || processes.some((process) => process.change !== 'add'))
      .map(({ name }) => name),
  );
  return [...new Set(names)].filter((name) => !known.has(name));
}

async function apply(
  context: HandlerContext,
  job: Job,
  plans: readonly GroupPlan[],
  unknown: readonly string[],
): Promise<void> {
  let isWhole = unknown.length === 0;
  for (const name of unknown) job.say(`ERROR: no such group: ${name}`);
  // A proxy's file is there before the proxy is.
  await context.upstreams.configure(context.loaded());
  for (const plan of plans) {
    try {
      const isDone = await applyOne(context, job, plan);
      void context.upstreams.configure(context.loaded());
      if (!isDone) return job.end('cancelled');
    } catch (error) {
      isWhole = false;
      context.log.error(`Cannot update ${plan.name}: ${textOf(error)}`);
      job.say(`${plan.name}: ERROR (${textOf(error)})`);
    }
  }
  job.end(isWhole ? 'done' : 'failed');
}

/** False if the daemon goes down. */
async function applyOne(context: HandlerContext, job: Job, plan: GroupPlan): Promise<boolean> {
  const { runtime, loaded } = context;
  const { supervisor } = runtime;
  const { name } = plan;
  const next = loaded().groups.find((group) => group.name === name);
  if (plan.change === 'removed') {
    // Whoever does the same by the older calls may be quicker.
    const idsOf = () => supervisor.idsOf(name) ?? [];
    const isDown = () => idsOf().every((id) => stoppedStates.has(supervisor.record(id)?.state.name ?? 'STOPPED'));
    do await stopAll(context, idsOf());
    while (!isDown());
    if (supervisor.mood !== 'RUNNING') return false;
    job.say(`${name}: stopped`);
    removeGroup(context, name);
    job.say(`${name}: removed process group`);
  } else if (plan.change === 'changed' && next !== undefined) {
    if (!(await changeGroup(context, plan, next))) return supervisor.mood === 'RUNNING';
    if (!plan.isQuiet) job.say(`${name}: stopped`);
    job.say(`${name}: updated process group`);
  } else if (plan.change === 'added' && next !== undefined) {
    if (supervisor.mood !== 'RUNNING') return false;
    if (!supervisor.hasGroup(name)) addGroup(context, next);
    job.say(`${name}: added process group`);
  }
  return true;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
