import { availableParallelism } from 'node:os';
import type { Samples } from '../../rpc/insight.ts';
import { pidOf } from '../core/process-record.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';
import { treeUsage, type Usage } from './process-samples.ts';

/** A hundred programs take some 5 ms; when it is a thousand, others have their turn in between. */
const TURN_MS = 10;

export async function samples(
  { runtime }: Pick<HandlerContext, 'runtime'>,
  ids: readonly ProcessId[],
): Promise<Samples> {
  const processes: Record<string, Usage> = {};
  const at = Date.now();
  let until = performance.now() + TURN_MS;
  for (const id of ids) {
    const state = runtime.supervisor.record(id)?.state;
    const pid = state === undefined ? 0 : pidOf(state);
    const usage = pid === 0 ? undefined : treeUsage(pid);
    if (usage !== undefined) processes[id] = usage;
    if (performance.now() < until) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    until = performance.now() + TURN_MS;
  }
  return { at, cpus: availableParallelism(), processes };
}
