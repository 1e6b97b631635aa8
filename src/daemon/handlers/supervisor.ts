/** Every method of the `supervisor` namespace, put together. */
import { Fault } from '../../rpc/faults.ts';
import type { SupervisorMethods } from '../../rpc/methods.ts';
import { supervisorText } from '../config/problems.ts';
import type { HandlerContext } from './context.ts';
import { refuseUnlessUp } from './context.ts';
import { controlHandlers } from './control.ts';
import { groupHandlers } from './groups.ts';
import { informationHandlers } from './information.ts';
import { logHandlers } from './logs.ts';

export function supervisorHandlers(context: HandlerContext): SupervisorMethods {
  return {
    ...informationHandlers(context),
    ...controlHandlers(context),
    ...groupHandlers(context),
    ...logHandlers(context),
    shutdown() {
      refuseUnlessUp(context);
      context.goDown('shutdown');
      return true;
    },
    restart() {
      refuseUnlessUp(context);
      // A daemon that cannot come back as the files say does not go.
      const check = context.check();
      if (!check.ok) {
        const [first] = check.problems;
        throw new Fault('CANT_REREAD', first === undefined ? '' : supervisorText(first));
      }
      context.goDown('restart');
      return true;
    },
    sendRemoteCommEvent(type, data) {
      context.news.remoteCommunication(type, data);
      return true;
    },
  };
}
