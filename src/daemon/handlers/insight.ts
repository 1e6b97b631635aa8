/** What dashboards ask. Names are understood here, as a refusal must be of this side's class; the rest is a part. */
import { Fault } from '../../rpc/faults.ts';
import type { InsightMethods } from '../../rpc/insight.ts';
import { Double, type XmlRpcValue } from '../../rpc/xml.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { loadPart } from '../part-loader.ts';
import type { HandlerContext } from './context.ts';
import { processOf, targetOf } from './context.ts';

/** `isLocal`: those who ask came over the unix socket. */
export function insightHandlers(context: HandlerContext, isLocal: boolean): InsightMethods {
  const part = async () => (await loadPart('insight')).insight;
  return {
    getWhy: async (name) => {
      const id = processOf(context, name);
      return (await part()).why(context, id);
    },
    getSamples: async (names) => wide(await (await part()).samples(context, idsOf(context, names))),
    getLastLines: async (names) => (await part()).lastLines(context, idsOf(context, names)),
    getTimeline: async (cursor, limit) => wide((await part()).timeline(context, cursor, limit)),
    getGraph: async () => (await part()).graph(context),
    getEnvironment: async (name, secrets) => {
      if (secrets && !isLocal) throw new Fault('FAILED', 'secrets are told over the unix socket only');
      const id = processOf(context, name);
      const answer = (await part()).environment(context, id, secrets);
      if ('why' in answer) throw new Fault('FAILED', answer.why);
      return answer.variables;
    },
    getHost: async () => wide(await (await part()).host(context)),
  };
}

/** All, for no name; who has gone since he was last seen is no mistake. */
function idsOf(context: HandlerContext, names: readonly unknown[]): ProcessId[] {
  const { supervisor } = context.runtime;
  if (names.length === 0) return supervisor.allIds();
  const ids = names.flatMap((name): readonly ProcessId[] => {
    if (typeof name !== 'string') throw new Fault('INCORRECT_PARAMETERS');
    try {
      const target = targetOf(context, name);
      return target.type === 'process' ? [target.id] : (supervisor.idsOf(target.group) ?? []);
    } catch (error) {
      if (error instanceof Fault) return [];
      throw error;
    }
  });
  return [...new Set(ids)];
}

const MAX_INT = 2 ** 31 - 1;

/** Sizes and milliseconds are larger than XML-RPC's integers, which would be cut off: as doubles they are told whole. */
function wide<Value extends XmlRpcValue>(value: Value): Value {
  return widened(value) as Value;
}

function widened(value: XmlRpcValue): XmlRpcValue {
  if (typeof value === 'number') return Number.isInteger(value) && value > MAX_INT ? new Double(value) : value;
  if (typeof value !== 'object' || value instanceof Double) return value;
  if (Array.isArray(value)) return value.map(widened);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, widened(one)]));
}
