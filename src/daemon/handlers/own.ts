/** Every method of the `tssupervisor` namespace. */
import type { OwnMethods, PortInfo, ProcessDetail } from '../../rpc/own-methods.ts';
import { pidOf } from '../core/process-record.ts';
import { processId } from '../core/supervisor-messages.ts';
import { describe } from '../description.ts';
import { changeHandlers } from './changes.ts';
import type { HandlerContext } from './context.ts';
import { startAlone } from './control.ts';
import { insightHandlers } from './insight.ts';
import { jobHandlers } from './jobs.ts';
import { logOffset } from './logs.ts';
import { closeSockets } from './sockets.ts';

/** `isLocal`: for those who come over the unix socket. */
export function ownHandlers(context: HandlerContext, isLocal: boolean): OwnMethods {
  const { news } = context;
  return {
    getVersion: () => process.env['TSSUPERVISOR_VERSION'] ?? '',
    getProcesses: () => processes(context),
    getPorts: () => ports(context),
    closeSockets: (name) => closeSockets(context, name),
    getLogOffset: (name, channel, since) => logOffset(context, name, channel, since),
    getUpstreams: () => context.upstreams.views(),
    startAlone: (name, wait) => startAlone(context, name, wait),
    ...jobHandlers(context),
    ...changeHandlers(context),
    ...insightHandlers(context, isLocal),
    getListenerPools: () =>
      news.pools().map(({ name, waiting, dropped, listeners }) => ({
        name,
        waiting,
        dropped,
        listeners: listeners.map(({ id, state }) => ({ name: id, state })),
      })),
  };
}

function processes({ os, runtime, programs, probes, reasons, schedules, exits }: HandlerContext): ProcessDetail[] {
  return runtime.supervisor.allIds().flatMap((id) => {
    const record = runtime.supervisor.record(id);
    const spec = runtime.supervisor.spec(id);
    if (record === undefined || spec === undefined) return [];
    const { ready, live, status } = probes.view(id);
    const schedule = schedules.view(id);
    const { tags = [], ports = [], listen } = programs.config(id) ?? {};
    const held = (listen?.sockets ?? []).flatMap(({ address }) => (address.family === 'unix' ? [] : [address.port]));
    return [
      {
        group: spec.group,
        name: spec.name,
        statename: record.state.name,
        pid: pidOf(record.state),
        serving: runtime.isServing(id),
        why: reasons.of(id),
        ready: ready?.standing ?? '',
        live: live?.standing ?? '',
        status,
        nextrun: Math.floor((schedule?.nextAt ?? 0) / 1000),
        skippedruns: (schedule?.overlapped ?? 0) + (schedule?.missed ?? 0),
        start: record.startEpoch,
        stop: record.stopEpoch,
        restarts: exits.restarts(id),
        tags,
        ports: [...new Set([...ports.map(({ port }) => port), ...held])],
        description: describe(record, spec.name, os.epoch(), () => reasons.of(id)),
      },
    ];
  });
}

function ports({ programs, runtime, holdersOf }: HandlerContext): PortInfo[] {
  const all = programs.activeGroups().flatMap((group) =>
    group.processes.flatMap(({ name, bind, ports, listen }) => [
      ...ports.map(({ key, port, isHeld = false }) => ({ group: group.name, name, key, bind, port, isHeld })),
      ...(listen?.sockets ?? []).flatMap(({ address }) => {
        if (address.family === 'unix' || ports.some(({ port, isHeld }) => isHeld && port === address.port)) return [];
        const { host, port } = address;
        return [{ group: group.name, name, key: 'listen', bind: host, port, isHeld: true }];
      }),
    ]),
  );
  const holders = holdersOf(new Set(all.map(({ port }) => port)));
  return all
    .map(({ isHeld, ...one }) => ({
      ...one,
      statename: runtime.supervisor.record(processId(one.group, one.name))?.state.name ?? 'UNKNOWN',
      // A socket that this daemon holds is the program's own; who accepts on it comes first.
      holders: [...(holders.get(one.port) ?? [])]
        .sort((a, b) => (isHeld ? Number(a.pid === process.pid) - Number(b.pid === process.pid) : 0))
        .map(({ pid, command, startedAs }) => {
          const own = isHeld && pid === process.pid ? `${one.group}:${one.name}` : '';
          return { pid, command, startedas: startedAs ?? own };
        }),
    }))
    .sort((a, b) => a.port - b.port);
}
