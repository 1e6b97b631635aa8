/**
 * start, stop and signal, for one process, a group or all of them (supervisor/rpcinterface.py). A call with `wait`
 * answers when the process has got there; until then only its own request waits.
 */
import { numberOfSignal, signalNumbers } from '../../config/signals.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import type { SupervisorMethods } from '../../rpc/methods.ts';
import { namespec, readNamespec } from '../../rpc/names.ts';
import type { StateName } from '../../rpc/states.ts';
import { runningStates, signallableStates, stoppedStates } from '../../rpc/states.ts';
import type { ProcessResult } from '../../rpc/structs.ts';
import { signalName } from '../core/signals.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { errnoName } from '../os/errno.ts';
import type { HandlerContext } from './context.ts';
import { groupIds, recordOf, refuseUnlessUp, targetOf } from './context.ts';
import { afterDependents } from './ordered-stop.ts';

const STOP_REPORT_MS = 2000;
const ESRCH = 3;

type ControlMethods = Pick<
  SupervisorMethods,
  | 'startProcess'
  | 'startProcessGroup'
  | 'startAllProcesses'
  | 'stopProcess'
  | 'stopProcessGroup'
  | 'stopAllProcesses'
  | 'signalProcess'
  | 'signalProcessGroup'
  | 'signalAllProcesses'
>;

/**
 * What an order comes to: done, or a promise of it. Refusals are thrown, or the promise is rejected with them. `among`:
 * all that get it.
 */
type Order = (id: ProcessId, name: string, among: readonly ProcessId[]) => true | Promise<true>;

type Test = (id: ProcessId) => boolean;

/** Gives an order to whom a name means: all of them that `test` lets through. */
function orders(context: HandlerContext) {
  /** One process, or the group that the name means. */
  function one(name: string, order: Order, test: Test, isAtOnce?: Test) {
    refuseUnlessUp(context);
    const target = targetOf(context, name);
    if (target.type === 'process') return order(target.id, name, []);
    return each(context, groupIds(context, target.group), test, order, isAtOnce);
  }

  function group(name: string, order: Order, test: Test, isAtOnce?: Test) {
    refuseUnlessUp(context);
    return each(context, groupIds(context, name), test, order, isAtOnce);
  }

  function all(order: Order, test: Test, isAtOnce?: Test) {
    refuseUnlessUp(context);
    return each(context, context.runtime.supervisor.allIds(), test, order, isAtOnce);
  }

  return { one, group, all };
}

const isNotRunning =
  (context: HandlerContext): Test =>
  (id) =>
    !runningStates.has(recordOf(context, id)?.state.name ?? 'UNKNOWN');

const isUpAtOnce =
  (context: HandlerContext, wait: boolean): Test =>
  (id) =>
    !wait || context.runtime.supervisor.spec(id)?.startMs === 0;

/** Starts whatever the name means (`all` too), and not what that depends on. */
export async function startAlone(
  context: HandlerContext,
  name: string,
  wait: boolean,
): Promise<readonly ProcessResult[]> {
  const { one, all } = orders(context);
  const order: Order = (id, shown) => start(context, id, shown, wait, true);
  const tests = [isNotRunning(context), isUpAtOnce(context, wait)] as const;
  if (name === 'all') return all(order, ...tests);
  const result = await one(name, order, ...tests);
  if (result !== true) return result;
  const { group, process = '' } = readNamespec(name);
  return [{ name: process, group, status: faultCodes.SUCCESS, description: 'OK' }];
}

export function controlHandlers(context: HandlerContext): ControlMethods {
  const { runtime } = context;
  const stateOf = (id: ProcessId): StateName | undefined => recordOf(context, id)?.state.name;

  const starting =
    (wait: boolean): Order =>
    (id, name) =>
      start(context, id, name, wait, false);
  const stopping =
    (wait: boolean): Order =>
    (id, name, among) =>
      afterDependents(context, id, among, wait, () => stop(context, id, name, wait));
  const signalling =
    (signal: string): Order =>
    (id, name) =>
      sendSignal(context, id, name, signal);

  const isIn = (states: ReadonlySet<StateName>) => (id: ProcessId) => states.has(stateOf(id) ?? 'UNKNOWN');
  /** What runs, and what would run by itself (fatal_retry, on_demand, depends_on). */
  const canStop = (id: ProcessId): boolean =>
    isIn(runningStates)(id) ||
    isDueFromFatal(context, id) ||
    context.demand.waitsFor(id) !== undefined ||
    runtime.supervisor.waitingFor(id) !== undefined;
  const { one, group, all } = orders(context);
  const startTests = (wait: boolean) => [isNotRunning(context), isUpAtOnce(context, wait)] as const;

  return {
    startProcess: (name, wait) => one(name, starting(wait), ...startTests(wait)),
    startProcessGroup: (name, wait) => group(name, starting(wait), ...startTests(wait)),
    startAllProcesses: (wait) => all(starting(wait), ...startTests(wait)),
    stopProcess: (name, wait) => one(name, stopping(wait), canStop),
    stopProcessGroup: (name, wait) => group(name, stopping(wait), canStop),
    stopAllProcesses: (wait) => all(stopping(wait), canStop),
    signalProcess: (name, signal) => one(name, signalling(signal), isIn(signallableStates)),
    signalProcessGroup: (name, signal) => group(name, signalling(signal), isIn(signallableStates)),
    signalAllProcesses: (signal) => all(signalling(signal), isIn(signallableStates)),
  };
}

/** The command is looked at before the state, so that a missing file is told even of what runs (Supervisor's order). */
function start(
  context: HandlerContext,
  id: ProcessId,
  name: string,
  wait: boolean,
  alone: boolean,
): true | Promise<true> {
  const { runtime, programs, log } = context;
  const command = programs.command(id);
  if ('why' in command) throw new Fault(command.missing ? 'NO_FILE' : 'NOT_EXECUTABLE', command.why);
  const before = recordOf(context, id)?.state.name;
  if (before === undefined) throw new Fault('BAD_NAME', name);
  if (runningStates.has(before)) throw new Fault('ALREADY_STARTED', name);
  if (before === 'UNKNOWN') throw new Fault('FAILED', `${name} is in an unknown process state`);
  if (before === 'STOPPING') log.warn(`process '${runtime.supervisor.spec(id)?.name ?? name}' already running`);
  runtime.send(alone ? { type: 'process', id, input: { type: 'start' } } : { type: 'startInOrder', id });

  /** Not undefined when the call can be answered. */
  const outcome = (): true | Fault | undefined => {
    const record = recordOf(context, id);
    if (record === undefined) return new Fault('ABNORMAL_TERMINATION', name);
    if (runtime.supervisor.waitingFor(id) !== undefined) return wait ? undefined : true;
    if (record.spawnError !== undefined) return new Fault('SPAWN_ERROR', name);
    const { state } = record;
    if (state.name === 'RUNNING') return true;
    if (state.name !== 'STARTING') return wait ? new Fault('ABNORMAL_TERMINATION', name) : true;
    // It may have to wait for its turn to be spawned.
    return wait || state.pid === undefined ? undefined : true;
  };
  return answered(context, id, outcome);
}

function stop(context: HandlerContext, id: ProcessId, name: string, wait: boolean): true | Promise<true> {
  const { runtime, os, log, demand } = context;
  const stateOf = (): StateName => recordOf(context, id)?.state.name ?? 'STOPPED';
  const wasWaiting = demand.disarm(id) || runtime.supervisor.waitingFor(id) !== undefined;
  if (!runningStates.has(stateOf()) && !isDueFromFatal(context, id) && !wasWaiting)
    throw new Fault('NOT_RUNNING', name);
  runtime.process(id, { type: 'stop' });
  if (!wait || stoppedStates.has(stateOf())) return true;
  const report = (): (() => void) => {
    log.info(`waiting for ${runtime.supervisor.spec(id)?.name ?? name} to stop`);
    return os.callAt(os.now() + STOP_REPORT_MS, () => {
      cancel = report();
    });
  };
  let cancel = report();
  return runtime
    .until(id, () => stoppedStates.has(stateOf()))
    .then(() => {
      cancel();
      return true as const;
    });
}

/** FATAL, but only for a while (fatal_retry): a stop makes it last. */
function isDueFromFatal(context: HandlerContext, id: ProcessId): boolean {
  const state = recordOf(context, id)?.state;
  return state?.name === 'FATAL' && state.retryAt !== undefined;
}

function sendSignal(context: HandlerContext, id: ProcessId, name: string, signal: string): true {
  const { runtime, log } = context;
  const number = /^\s*[+-]?\d+\s*$/.test(signal) ? Number(signal) : numberOfSignal(signal);
  if (number === undefined || !signalNumbers.has(number)) throw new Fault('BAD_SIGNAL', signal);
  const state = recordOf(context, id)?.state;
  if (state === undefined || !signallableStates.has(state.name)) throw new Fault('NOT_RUNNING', name);
  const pid = 'pid' in state ? (state.pid ?? 0) : 0;
  log.debug(`sending ${runtime.supervisor.spec(id)?.name ?? name} (pid ${pid}) sig ${signalName(number)}`);
  const errno = runtime.signal(id, number);
  if (errno !== 0 && errno !== ESRCH) throw new Fault('FAILED', errnoName(errno));
  return true;
}

function answered(
  context: HandlerContext,
  id: ProcessId,
  outcome: () => true | Fault | undefined,
): true | Promise<true> {
  const now = outcome();
  if (now instanceof Fault) throw now;
  if (now !== undefined) return now;
  let last: true | Fault | undefined;
  const look = (): boolean => {
    last = outcome();
    return last !== undefined;
  };
  return context.runtime.until(id, look).then(() => {
    if (last instanceof Fault) throw last;
    return true;
  });
}

/**
 * The order for each process that `test` lets through, one after the other without waiting, and what became of each:
 * first, in their order, those that are decided at once, then the others as they get there (Supervisor's order).
 * `isAtOnce` names more of the former: what is only waiting for its turn to be spawned.
 */
function each(
  context: HandlerContext,
  ids: readonly ProcessId[],
  test: Test,
  order: Order,
  isAtOnce: Test = () => false,
): readonly ProcessResult[] | Promise<readonly ProcessResult[]> {
  const atOnce: { at: number; result: ProcessResult }[] = [];
  const later: ProcessResult[] = [];
  const pending: Promise<void>[] = [];
  const ordered = context.runtime.supervisor.inOrder(ids);
  for (const [at, id] of ordered.entries()) {
    const spec = context.runtime.supervisor.spec(id);
    if (spec === undefined || !test(id)) continue;
    const { name, group } = spec;
    const success: ProcessResult = { name, group, status: faultCodes.SUCCESS, description: 'OK' };
    const refusal = (error: unknown): ProcessResult => {
      if (!(error instanceof Fault)) throw error;
      return { name, group, status: error.code, description: error.message };
    };
    try {
      const result = order(id, namespec(group, name), ordered);
      if (result === true) {
        atOnce.push({ at, result: success });
        continue;
      }
      const wasAtOnce = isAtOnce(id);
      const tell = (told: ProcessResult): void => {
        if (wasAtOnce) atOnce.push({ at, result: told });
        else later.push(told);
      };
      pending.push(
        result.then(
          () => tell(success),
          (error: unknown) => tell(refusal(error)),
        ),
      );
    } catch (error) {
      atOnce.push({ at, result: refusal(error) });
    }
  }
  const results = () => [...atOnce.sort((a, b) => a.at - b.at).map(({ result }) => result), ...later];
  return pending.length === 0 ? results() : Promise.all(pending).then(results);
}
