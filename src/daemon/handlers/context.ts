/** What the handlers of RPC methods work with, and how they find the process that a name means. */
import { Fault } from '../../rpc/faults.ts';
import { readNamespec } from '../../rpc/names.ts';
import type { GroupConfig, LoadedConfig, LoadResult } from '../config/model.ts';
import type { Scales } from '../config/scales.ts';
import type { ProcessRecord } from '../core/process-record.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { processId } from '../core/supervisor-messages.ts';
import type { Demand } from '../demand.ts';
import type { News } from '../events/news.ts';
import type { Exits } from '../exits.ts';
import type { HeldSockets } from '../held-sockets.ts';
import type { Jobs } from '../jobs.ts';
import type { LogHistory } from '../logs/log-history.ts';
import type { MainLog } from '../logs/main-log.ts';
import type { Os } from '../os/os.ts';
import type { PortHolder } from '../os/port-holders.ts';
import type { ProgramProbes } from '../program-probes.ts';
import type { Programs } from '../programs.ts';
import type { Reasons } from '../reasons.ts';
import type { Rolls } from '../rolls.ts';
import type { Runtime } from '../runtime.ts';
import type { Schedules } from '../schedules.ts';
import type { SideCommands } from '../side-commands.ts';
import type { UpstreamService } from '../upstream-service.ts';

export interface HandlerContext {
  readonly os: Os;
  readonly runtime: Runtime;
  readonly programs: Programs;
  readonly log: MainLog;
  /** The daemon's name since its start: reading the files again does not change it. */
  readonly identifier: string;
  /** The configuration as it was last read; not all of it need be active. */
  loaded(): LoadedConfig;
  /** Reads the files again and, if nothing is wrong with them, keeps the result as `loaded`. */
  readAgain(): LoadResult;
  /** Reads the files again and keeps nothing. */
  check(): LoadResult;
  /** The same, keeping nothing either, for another number of processes; the servers are not looked at. */
  peek(scales?: Scales): LoadResult;
  /** A group that has become active in another form than it was read in: this is what `loaded` has of it from now on. */
  adopt(group: GroupConfig): void;
  readonly scales: Scales;
  /** A request came in. */
  touched(): void;
  /** Stops everything, to end or to start afresh. */
  goDown(how: 'shutdown' | 'restart'): void;
  /** News for the event listeners. */
  readonly news: News;
  readonly jobs: Jobs;
  readonly rolls: Rolls;
  readonly upstreams: Pick<UpstreamService, 'views' | 'configure'>;
  /** Commands beside the programs. */
  readonly side: SideCommands;
  readonly probes: ProgramProbes;
  readonly reasons: Reasons;
  readonly exits: Exits;
  readonly demand: Demand;
  readonly schedules: Schedules;
  readonly heldSockets: HeldSockets;
  readonly logHistory: LogHistory;
  /** Who listens on these TCP ports, as far as this daemon may see. */
  holdersOf(ports: ReadonlySet<number>): ReadonlyMap<number, readonly PortHolder[]>;
}

/** Every call but sendRemoteCommEvent is refused while the daemon goes down or restarts. */
export function refuseUnlessUp(context: HandlerContext): void {
  if (context.runtime.supervisor.mood !== 'RUNNING') throw new Fault('SHUTDOWN_STATE');
}

/** One process, or a whole group for `g:*`; BAD_NAME quotes the name as it was given. */
export type Target =
  | { readonly type: 'process'; readonly id: ProcessId }
  | { readonly type: 'group'; readonly group: string };

export function targetOf(context: HandlerContext, name: string): Target {
  const { supervisor } = context.runtime;
  const { group, process } = readNamespec(name);
  if (process === undefined) {
    if (!supervisor.hasGroup(group)) throw new Fault('BAD_NAME', name);
    return { type: 'group', group };
  }
  const id = processId(group, process);
  if (supervisor.record(id) === undefined) throw new Fault('BAD_NAME', name);
  return { type: 'process', id };
}

/** One process: a group's name is no name here. */
export function processOf(context: HandlerContext, name: string): ProcessId {
  const target = targetOf(context, name);
  if (target.type === 'group') throw new Fault('BAD_NAME', name);
  return target.id;
}

/** Ids of a group's processes as `start g:*` takes them. */
export function groupIds(context: HandlerContext, group: string): readonly ProcessId[] {
  const ids = context.runtime.supervisor.idsOf(group, 'priority');
  if (ids === undefined) throw new Fault('BAD_NAME', group);
  return ids;
}

export function recordOf(context: HandlerContext, id: ProcessId): ProcessRecord | undefined {
  return context.runtime.supervisor.record(id);
}
