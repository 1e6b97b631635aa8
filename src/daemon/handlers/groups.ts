/** reread, add and remove: which groups the files have, and which of them are active. */
import { Fault } from '../../rpc/faults.ts';
import type { SupervisorMethods } from '../../rpc/methods.ts';
import { stoppedStates } from '../../rpc/states.ts';
import { differenceOf } from '../config/difference.ts';
import { supervisorText } from '../config/problems.ts';
import type { HandlerContext } from './context.ts';
import { refuseUnlessUp } from './context.ts';

type GroupMethods = Pick<SupervisorMethods, 'reloadConfig' | 'addProcessGroup' | 'removeProcessGroup'>;

export function groupHandlers(context: HandlerContext): GroupMethods {
  const { runtime, programs } = context;
  return {
    reloadConfig() {
      refuseUnlessUp(context);
      const result = context.readAgain();
      if (!result.ok) {
        const [first] = result.problems;
        throw new Fault('CANT_REREAD', first === undefined ? '' : supervisorText(first));
      }
      const { added, changed, removed } = differenceOf(programs.activeGroups(), result.config.groups);
      return [[added, changed, removed]];
    },
    addProcessGroup(name) {
      refuseUnlessUp(context);
      const config = context.loaded().groups.find((group) => group.name === name);
      if (config === undefined) throw new Fault('BAD_NAME', name);
      if (runtime.supervisor.hasGroup(name)) throw new Fault('ALREADY_ADDED', name);
      programs.testSockets(config);
      context.news.addGroup(config);
      runtime.send({ type: 'addGroup', group: programs.addGroup(config) });
      void context.upstreams.configure(context.loaded());
      return true;
    },
    removeProcessGroup(name) {
      refuseUnlessUp(context);
      const { supervisor } = runtime;
      const ids = supervisor.idsOf(name);
      if (ids === undefined) throw new Fault('BAD_NAME', name);
      if (!ids.every((id) => stoppedStates.has(supervisor.record(id)?.state.name ?? 'STOPPED'))) {
        throw new Fault('STILL_RUNNING', name);
      }
      // A pool does not hear of its own end.
      context.news.removeGroup(name);
      runtime.send({ type: 'removeGroup', name });
      const next = context.loaded().groups.filter((group) => group.name === name);
      const isReplaced = differenceOf(programs.activeGroups(), next).changed.includes(name);
      programs.removeGroup(name, isReplaced ? next[0] : undefined);
      void context.upstreams.configure(context.loaded());
      return true;
    },
  };
}
