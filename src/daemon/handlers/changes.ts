/** Updates, by process: what they would do, and doing it. The work itself is a part (changes/). */
import { Fault } from '../../rpc/faults.ts';
import type { OwnMethods } from '../../rpc/own-methods.ts';
import type { Refusal } from '../changes/refusal.ts';
import { loadPart } from '../part-loader.ts';
import type { HandlerContext } from './context.ts';
import { refuseUnlessUp } from './context.ts';

type ChangeMethods = Pick<OwnMethods, 'update' | 'planUpdate' | 'scale' | 'reload'>;

export function changeHandlers(context: HandlerContext): ChangeMethods {
  return {
    async update(names) {
      refuseUnlessUp(context);
      const { beginUpdate } = await loadPart('changes');
      return granted(await beginUpdate(context, textsOf(names)));
    },
    async scale(name, to) {
      refuseUnlessUp(context);
      const { beginScale } = await loadPart('changes');
      return granted(beginScale(context, name, to));
    },
    async reload(names) {
      refuseUnlessUp(context);
      const { beginReload } = await loadPart('changes');
      return granted(beginReload(context, textsOf(names)));
    },
    async planUpdate(names) {
      refuseUnlessUp(context);
      const { plannedUpdate } = await loadPart('changes');
      return granted(plannedUpdate(context, textsOf(names)));
    },
  };
}

/** @throws Fault for a refusal that a part of the daemon has answered. */
export function granted<Value>(answer: Value | Refusal): Value {
  if (typeof answer !== 'object' || answer === null || !('fault' in answer)) return answer as Value;
  throw new Fault(answer.fault, answer.text);
}

function textsOf(names: readonly unknown[]): string[] {
  return names.map((name) => {
    if (typeof name !== 'string') throw new Fault('INCORRECT_PARAMETERS');
    return name;
  });
}
