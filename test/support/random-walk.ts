/**
 * The core under random inputs: what may come from clients, the clock and the system, in any order. The walk plays the
 * system (who is alive, who waits to be spawned) and holds the core to it after every step.
 */
import { deadlineOf, isServing } from '../../src/daemon/core/process-record.ts';
import { noHistory } from '../../src/daemon/core/restart.ts';
import type { ProcessSpec, RestartSpec } from '../../src/daemon/core/spec.ts';
import { Supervisor } from '../../src/daemon/core/supervisor.ts';
import type { Input } from '../../src/daemon/core/supervisor-messages.ts';
import { type StateName, stoppedStates } from '../../src/rpc/states.ts';
import { seededRandom } from './random.ts';
import { groupSpec, restartSpec } from './specs.ts';

/** Supervisor's diagram: which state may follow which. */
const diagram: Readonly<Record<StateName, readonly StateName[]>> = {
  STOPPED: ['STARTING'],
  STARTING: ['RUNNING', 'BACKOFF', 'STOPPING', 'STOPPED'],
  RUNNING: ['EXITED', 'STOPPING'],
  BACKOFF: ['STARTING', 'FATAL', 'STOPPED'],
  STOPPING: ['STOPPED', 'UNKNOWN'],
  EXITED: ['STARTING'],
  FATAL: ['STARTING'],
  UNKNOWN: [],
};

const groups = [
  groupSpec('db', 1, [{ name: 'db', autorestart: true }]),
  groupSpec('web', 999, [
    { name: 'a', startMs: 0 },
    { name: 'b', priority: 5, stopWaitMs: 0 },
    { name: 'c', autostart: false, startRetries: 0 },
  ]),
  groupSpec('job', 999, [{ name: 'job', autorestart: false, stopAsGroup: true, killAsGroup: true }]),
  groupSpec('ours', 500, [
    { name: 'waits', autorestart: true, restart: restartSpec({ afterExit: true, resetMs: 10_000, jitter: 0.5 }) },
    {
      name: 'limit',
      autorestart: true,
      startRetries: -1,
      restart: restartSpec({ limit: { exits: 2, withinMs: 9000 } }),
    },
    {
      name: 'retry',
      startRetries: 1,
      restart: restartSpec({ backoff: 'exponential', maxMs: 3000, jitter: 0.2, fatalRetryMs: 4000 }),
    },
    {
      name: 'all',
      autorestart: true,
      restart: restartSpec({
        ...{ backoff: 'exponential', afterExit: true, jitter: 0.1, fatalRetryMs: 5000 },
        ...{ maxMs: 4000, resetMs: 5000, limit: { exits: 3, withinMs: 30_000 } },
      }),
    },
  ]),
  groupSpec('probed', 400, [
    { name: 'ready', ready: { timeoutMs: 5000 }, autorestart: true },
    { name: 'atOnce', ready: { timeoutMs: 3000 }, startMs: 0, prepareStopMs: 2000 },
    { name: 'leaves', prepareStopMs: 4000, restart: restartSpec({ limit: { exits: 1, withinMs: 20_000 } }) },
  ]),
  groupSpec('needs', 1, [
    {
      name: 'all',
      dependsOn: [
        { text: 'db:ready', condition: 'ready', targets: ['db:*'] },
        { text: 'job:exited', condition: 'exited', targets: ['job:job'] },
      ],
    },
    { name: 'more', dependsOn: [{ text: 'needs:all:started', condition: 'started', targets: ['needs:all'] }] },
  ]),
  groupSpec('main', 600, [{ name: 'main', restart: restartSpec({ exitDaemon: 'exit' }), startRetries: 6 }]),
];

/** The moves that only keys of ours allow. */
function isAllowed(from: StateName, to: StateName, restart: RestartSpec | undefined): boolean {
  if (diagram[from].includes(to)) return true;
  if (restart === undefined) return false;
  // A restart that is an end too many.
  if (from === 'STOPPED' && to === 'FATAL') return restart.limit !== undefined;
  if (from !== 'EXITED') return false;
  return (to === 'BACKOFF' && restart.afterExit) || (to === 'FATAL' && restart.limit !== undefined);
}

/** The longest wait that a program may have to make, in milliseconds. */
function longestWait(restart: RestartSpec | undefined): number {
  if (restart?.backoff !== 'exponential') return Number.POSITIVE_INFINITY;
  return Math.ceil(restart.maxMs * (1 + restart.jitter));
}

/** Walks `steps` random inputs and throws at the first that breaks an invariant. Answers how often all went down. */
export function walkAtRandom(seed: number, steps: number): number {
  const random = seededRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  /** Processes that have been taken out of their groups. */
  const gone = new Map<string, ProcessSpec>();
  let supervisor = fresh();
  let at = 0;
  let nextPid = 1;
  let shuttingDown = false;
  let shutdowns = 0;
  /** Live pid -> id; what the operating system would know. */
  let alive = new Map<number, string>();
  /** Told to spawn and not yet spawned. */
  let waiting = new Set<string>();

  function fresh(): Supervisor {
    const made = new Supervisor();
    gone.clear();
    for (const group of groups) made.apply({ type: 'addGroup', group }, { at: 0, epoch: 0 });
    return made;
  }

  function randomInput(): Input {
    const id = pick(supervisor.allIds());
    const roll = random();
    if (roll < 0.25 && waiting.size > 0) {
      const chosen = pick([...waiting]);
      waiting.delete(chosen);
      if (random() < 0.2) return { type: 'process', id: chosen, input: { type: 'spawnFailed', why: 'no' } };
      const state = supervisor.record(chosen)?.state;
      // The launcher spawns only what still waits to be spawned.
      if (state?.name !== 'STARTING' || state.pid !== undefined) return { type: 'tick' };
      const pid = nextPid++;
      alive.set(pid, chosen);
      return { type: 'process', id: chosen, input: { type: 'spawned', pid } };
    }
    if (roll < 0.5 && alive.size > 0) {
      const [pid, owner] = pick([...alive]);
      alive.delete(pid);
      const bySignal = random() < 0.3;
      const code = bySignal ? undefined : Math.floor(random() * 3);
      return {
        type: 'process',
        id: owner,
        input: { type: 'exited', pid, code, signal: bySignal ? 9 : undefined, coreDumped: false },
      };
    }
    const state = supervisor.record(id)?.state;
    const pid = state !== undefined && 'pid' in state ? (state.pid ?? 0) : 0;
    if (roll < 0.53) return { type: 'process', id, input: { type: 'ready', pid } };
    if (roll < 0.55) return { type: 'process', id, input: { type: 'unready', pid, why: 'no' } };
    if (roll < 0.57) return { type: 'process', id, input: { type: 'restart', why: 'no' } };
    if (roll < 0.58) return { type: 'process', id, input: { type: 'stopPrepared', pid } };
    if (roll < 0.6) return { type: 'startInOrder', id };
    if (roll < 0.64) return { type: 'process', id, input: { type: 'start' } };
    if (roll < 0.72) return { type: 'process', id, input: { type: 'stop' } };
    if (roll < 0.74) {
      // Old news of a pid that nobody has.
      const exit = { type: 'exited', pid: nextPid + 1000, code: 0, signal: undefined, coreDumped: false } as const;
      return { type: 'process', id, input: exit };
    }
    if (roll < 0.741) return { type: random() < 0.5 ? 'shutdown' : 'restart' };
    if (roll < 0.745) return { type: 'removeProcess', id };
    if (roll < 0.75 && gone.size > 0) {
      const spec = pick([...gone.values()]);
      return { type: 'addProcess', group: spec.group, spec };
    }
    if (roll < 0.752) {
      const { name } = pick(groups);
      const order = groups.flatMap((group) => group.processes.map((process) => process.name)).reverse();
      return { type: 'regroup', name, priority: Math.floor(random() * 1000), order };
    }
    if (roll < 0.76) return { type: 'boot' };
    return { type: 'tick' };
  }

  const states = new Map<string, StateName>();
  const serving = new Set<string>();
  /** Until when a wait of FATAL must last. */
  const retryAt = new Map<string, number>();
  let label = () => '';
  /** `expect` formats too much to be called a million times. */
  function hold(claim: boolean, what: string): void {
    if (!claim) throw new Error(`${what}: seed ${seed}, ${label()}`);
  }
  for (let count = 0; count < steps; count++) {
    at += Math.floor(random() * 1500);
    const input = randomInput();
    label = () => `step ${count}, ${JSON.stringify(input)}`;
    const leaving = input.type === 'removeProcess' ? supervisor.spec(input.id) : undefined;
    const outcome = supervisor.apply(input, { at, epoch: Math.floor(at / 1000) });
    let finished = false;
    for (const event of outcome.events) {
      if (event.type === 'member' && event.is === 'removed') {
        hold(stoppedStates.has(states.get(event.id) ?? 'STOPPED'), 'removed while it runs');
        states.delete(event.id);
        retryAt.delete(event.id);
        if (leaving !== undefined) gone.set(event.id, leaving);
      } else if (event.type === 'member' && event.is === 'added') {
        hold(gone.delete(event.id), 'added twice');
      }
      if (event.type === 'serving') {
        hold(serving.has(event.id) !== event.serving, 'told twice that it serves, or does not');
        if (event.serving) serving.add(event.id);
        else serving.delete(event.id);
      }
      if (event.type === 'supervisorState' && event.state === 'STOPPING') shuttingDown = true;
      if (event.type !== 'processState') continue;
      const restart = supervisor.spec(event.id)?.restart;
      hold((states.get(event.id) ?? 'STOPPED') === event.from, `${event.from} is not where it was`);
      hold(isAllowed(event.from, event.to, restart), `${event.from} to ${event.to} is not in the diagram`);
      states.set(event.id, event.to);
      if (event.to === 'FATAL' && restart !== undefined) retryAt.set(event.id, at + restart.fatalRetryMs);
      // What waits for others may have been asked for long ago.
      if (event.from === 'FATAL' && input.type === 'tick' && supervisor.spec(event.id)?.dependsOn === undefined) {
        hold((restart?.fatalRetryMs ?? 0) > 0, 'left FATAL by itself');
        hold(at >= (retryAt.get(event.id) ?? 0), 'left FATAL too early');
      }
    }
    hold(shuttingDown === (supervisor.mood !== 'RUNNING'), 'goes down without a word');
    for (const effect of outcome.effects) {
      if (effect.type === 'finished') finished = true;
      else if (effect.type === 'spawn') {
        hold(!shuttingDown, 'spawned while going down');
        hold(![...alive.values()].includes(effect.id), 'spawned twice');
        waiting.add(effect.id);
      } else if (effect.type === 'kill') hold(alive.get(effect.pid) === effect.id, 'killed a stranger');
    }
    for (const id of supervisor.allIds()) {
      const record = supervisor.record(id);
      if (record === undefined) throw new Error(`${id} is gone`);
      const { state } = record;
      hold(state.name === (states.get(id) ?? 'STOPPED'), 'an event is missing');
      hold(serving.has(id) === isServing(state), 'serves without a word, or does not');
      if (state.name === 'STARTING' && state.pid !== undefined)
        hold(deadlineOf(state) !== undefined, 'starts for ever');
      const pids = [...alive].filter(([, owner]) => owner === id).map(([pid]) => pid);
      const pid = 'pid' in state ? state.pid : undefined;
      hold(pids.length === (pid === undefined ? 0 : 1) && pids[0] === pid, `live pids are ${pids}`);
      const needsTick = state.name === 'STOPPING' || state.name === 'BACKOFF';
      hold(!needsTick || deadlineOf(state) !== undefined, 'a deadline is forgotten');
      if (supervisor.waitingFor(id) !== undefined) {
        hold(supervisor.mood === 'RUNNING', 'waits while all goes down');
        // One that is just being stopped and that others need is to start again, and may wait for more than its end.
        const isUp = pid !== undefined || state.name === 'STARTING';
        hold(!isUp || state.name === 'STOPPING', 'waits though it runs');
      }
      const restart = supervisor.spec(id)?.restart;
      if (restart === undefined) hold(record.history === noHistory, 'remembers what it need not');
      if (state.name === 'BACKOFF') hold(state.retryAt - at <= longestWait(restart), 'waits too long');
      hold(record.history.exits.length <= (restart?.limit?.exits ?? -1) + 1, 'remembers too much');
    }
    // Whatever is due has been done: a deadline in the past would be one that nobody serves.
    if (input.type === 'tick') hold((supervisor.deadline() ?? at + 1) > at, 'a deadline is not served');
    if (finished) {
      shutdowns += 1;
      hold(alive.size === 0, 'left a child behind');
      supervisor = fresh();
      shuttingDown = false;
      alive = new Map();
      waiting = new Set();
      states.clear();
      serving.clear();
      retryAt.clear();
    }
  }
  return shutdowns;
}
