import type { WhyInfo } from '../../rpc/insight.ts';
import type { ProcessRecord } from '../core/process-record.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import type { Feed } from '../events/feed.ts';
import type { HandlerContext } from '../handlers/context.ts';

export function why(
  { runtime, reasons, news, exits }: Pick<HandlerContext, 'runtime' | 'reasons' | 'news' | 'exits'>,
  id: ProcessId,
): WhyInfo {
  const { supervisor } = runtime;
  const record = supervisor.record(id);
  const at = id.indexOf(':');
  return {
    group: id.slice(0, at),
    name: id.slice(at + 1),
    statename: record?.state.name ?? 'UNKNOWN',
    why: reasons.of(id),
    since: record === undefined ? 0 : since(record, id, news.feed),
    waitsfor: supervisor.waitingFor(id)?.split(', ') ?? [],
    exits: exits.of(id),
  };
}

/** The feed knows when it got there, unless that is long ago: then its last start or end is near enough. */
export function since(
  { state, startEpoch, stopEpoch }: ProcessRecord,
  id: ProcessId,
  feed: Pick<Feed, 'after'>,
): number {
  const event = `PROCESS_STATE_${state.name}`;
  const { items } = feed.after(0, Number.POSITIVE_INFINITY);
  const news = items.findLast(({ name, data }) => name === event && `${data['group']}:${data['name']}` === id);
  if (news !== undefined) return Math.floor(news.at / 1000);
  return 'pid' in state ? startEpoch : stopEpoch;
}
