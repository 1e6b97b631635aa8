/** One group as the files have it by now takes the place of the one that is active; what need not stop goes on. */
import { runningStates, stoppedStates } from '../../rpc/states.ts';
import type { GroupConfig } from '../config/model.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { processId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';
import { type GroupPlan, sharingSockets } from './plan.ts';

/**
 * Stops what has to stop, waits for that, and makes the change. False if the daemon goes down meanwhile, and nothing
 * was changed. @throws what a FastCGI socket that cannot be made throws: then a group without a process that goes on is
 * gone.
 */
export async function changeGroup(context: HandlerContext, plan: GroupPlan, next: GroupConfig): Promise<boolean> {
  const { runtime, log } = context;
  const { supervisor } = runtime;
  const names = (...changes: string[]): string[] =>
    plan.processes.filter(({ change }) => changes.includes(change)).map(({ name }) => name);
  const idOf = (name: string): ProcessId => processId(plan.name, name);
  const stateOf = (name: string) => supervisor.record(idOf(name))?.state.name ?? 'STOPPED';
  const ran = names('restart').filter((name) => runningStates.has(stateOf(name)));
  const gone = names('remove', 'restart');
  await stopAll(context, gone.map(idOf));
  const now = context.programs.activeGroups().find(({ name }) => name === plan.name);
  if (supervisor.mood !== 'RUNNING' || now === undefined) return false;
  const kept = new Set(names('keep').filter((name) => supervisor.record(idOf(name)) !== undefined));
  if (kept.size === 0) {
    replaceWhole(context, plan.name, next);
  } else {
    replaceMembers(context, now, next, kept, gone.map(idOf));
    const [anew, come, go] = [names('restart'), names('add'), names('remove')].map(({ length }) => length);
    log.info(`updated group ${plan.name}: ${kept.size} go on, ${anew} start anew, ${come} added, ${go} removed`);
  }
  for (const name of ran) {
    if (stateOf(name) === 'STOPPED') runtime.process(idOf(name), { type: 'start' });
  }
  return true;
}

/** Stops them, the last to start first and none before those that depend on it; resolves when all are stopped at once. */
export async function stopAll({ runtime, log }: HandlerContext, ids: readonly ProcessId[]): Promise<void> {
  const { supervisor } = runtime;
  const isDown = (id: ProcessId): boolean => stoppedStates.has(supervisor.record(id)?.state.name ?? 'STOPPED');
  const numbered = new Intl.Collator('en', { numeric: true });
  const priorityOf = (id: ProcessId): number => supervisor.spec(id)?.priority ?? 0;
  const ordered = [...ids].sort((a, b) => priorityOf(b) - priorityOf(a) || numbered.compare(b, a));
  // One that does not run may still be about to: it waits for others, or comes back from FATAL by itself.
  for (const id of ordered.filter(isDown)) runtime.process(id, { type: 'stop' });
  for (;;) {
    // Looked at anew each time: somebody may start one while another is still waited for.
    const up = ordered.filter((id) => !isDown(id));
    if (up.length === 0) return;
    const free = up.filter((id) => !supervisor.dependentsOf(id).some((dependent) => up.includes(dependent)));
    const turn = free.length === 0 ? up : free;
    for (const id of turn) runtime.process(id, { type: 'stop' });
    const waiting = turn.filter((id) => !isDown(id));
    for (const id of waiting) log.info(`waiting for ${supervisor.spec(id)?.name ?? id} to stop`);
    await Promise.all(waiting.map((id) => runtime.until(id, () => isDown(id))));
  }
}

/** @throws when a FastCGI socket of it cannot be made. */
export function addGroup({ programs, news, runtime }: HandlerContext, group: GroupConfig): void {
  programs.testSockets(group);
  news.addGroup(group);
  runtime.send({ type: 'addGroup', group: programs.addGroup(group) });
}

/** All of it is stopped. `next` is what takes its place, if anything does. */
export function removeGroup({ programs, news, runtime }: HandlerContext, name: string, next?: GroupConfig): void {
  // A pool does not hear of its own end.
  news.removeGroup(name);
  runtime.send({ type: 'removeGroup', name });
  programs.removeGroup(name, next);
}

function replaceWhole(context: HandlerContext, name: string, next: GroupConfig): void {
  removeGroup(context, name, next);
  addGroup(context, next);
}

function replaceMembers(
  context: HandlerContext,
  now: GroupConfig,
  next: GroupConfig,
  kept: ReadonlySet<string>,
  gone: readonly ProcessId[],
): void {
  const { programs, runtime } = context;
  const group = sharingSockets(now, next);
  for (const id of gone) runtime.send({ type: 'removeProcess', id });
  const { name, priority, processes } = programs.replaceGroup(group, kept);
  context.adopt(group);
  const order = processes.map((process) => process.name);
  for (const spec of new Map(processes.map((process) => [process.name, process])).values()) {
    if (kept.has(spec.name)) runtime.send({ type: 'respec', id: processId(name, spec.name), spec });
    else runtime.send({ type: 'addProcess', group: name, spec });
  }
  runtime.send({ type: 'regroup', name, priority, order });
}
