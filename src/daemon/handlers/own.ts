/** Every method of the `tssupervisor` namespace. */
import type { OwnMethods, PortInfo } from '../../rpc/own-methods.ts';
import { processId } from '../core/supervisor.ts';
import type { HandlerContext } from './context.ts';
import { jobHandlers } from './jobs.ts';

export function ownHandlers(context: HandlerContext): OwnMethods {
  const { news } = context;
  return {
    getVersion: () => process.env['TSSUPERVISOR_VERSION'] ?? '',
    getPorts: () => ports(context),
    ...jobHandlers(context),
    getListenerPools: () =>
      news.pools().map(({ name, waiting, dropped, listeners }) => ({
        name,
        waiting,
        dropped,
        listeners: listeners.map(({ id, state }) => ({ name: id, state })),
      })),
  };
}

function ports({ programs, runtime, holdersOf }: HandlerContext): PortInfo[] {
  const all = programs
    .activeGroups()
    .flatMap((group) =>
      group.processes.flatMap(({ name, bind, ports }) =>
        ports.map(({ key, port }) => ({ group: group.name, name, key, bind, port })),
      ),
    );
  const holders = holdersOf(new Set(all.map(({ port }) => port)));
  return all
    .map((one) => ({
      ...one,
      statename: runtime.supervisor.record(processId(one.group, one.name))?.state.name ?? 'UNKNOWN',
      holders: (holders.get(one.port) ?? []).map(({ pid, command, startedAs }) => {
        return { pid, command, startedas: startedAs ?? '' };
      }),
    }))
    .sort((a, b) => a.port - b.port);
}
