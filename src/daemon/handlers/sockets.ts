/** The sockets that the daemon holds, as clients see them. */
import { Fault } from '../../rpc/faults.ts';
import { namespec } from '../../rpc/names.ts';
import { stoppedStates } from '../../rpc/states.ts';
import type { HandlerContext } from './context.ts';
import { refuseUnlessUp, targetOf } from './context.ts';

/** Those of what is stopped, until its next start. @throws Fault FAILED when one of them runs, and closes none then. */
export function closeSockets(context: HandlerContext, name: string): string[] {
  refuseUnlessUp(context);
  const { heldSockets, runtime, demand } = context;
  const { supervisor } = runtime;
  const target = name === 'all' ? undefined : targetOf(context, name);
  const ids =
    target === undefined
      ? supervisor.allIds()
      : target.type === 'process'
        ? [target.id]
        : (supervisor.idsOf(target.group) ?? []);
  for (const id of ids) {
    const state = supervisor.record(id)?.state.name ?? 'STOPPED';
    if (stoppedStates.has(state)) continue;
    const { group = '', name: process = '' } = supervisor.spec(id) ?? {};
    throw new Fault('FAILED', `${namespec(group, process)} is ${state}`);
  }
  return ids.flatMap((id) => {
    const closed = heldSockets.release(id, false);
    demand.disarm(id);
    return closed;
  });
}
