/** Stopping many: what others of them depend on is told when those have stopped. */
import { stoppedStates } from '../../rpc/states.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from './context.ts';

/** Calls `stop` for a process, at once or when those `among` that depend on it have stopped; `wait` is the caller's. */
export function afterDependents(
  { runtime }: HandlerContext,
  id: ProcessId,
  among: readonly ProcessId[],
  wait: boolean,
  stop: () => true | Promise<true>,
): true | Promise<true> {
  const { supervisor } = runtime;
  const isStopped = (one: ProcessId): boolean => stoppedStates.has(supervisor.record(one)?.state.name ?? 'STOPPED');
  const dependents = supervisor.dependentsOf(id).filter((one) => !isStopped(one));
  const told = new Set(dependents.length === 0 ? [] : among);
  const before = dependents.filter((one) => told.has(one));
  if (before.length === 0) return stop();
  const stopped = Promise.all(before.map((one) => runtime.until(one, () => isStopped(one)))).then(() =>
    isStopped(id) ? true : stop(),
  );
  if (wait) return stopped;
  // Nobody waits for the answer: a refusal then means that it has ended by itself meanwhile.
  stopped.catch(() => undefined);
  return true;
}
