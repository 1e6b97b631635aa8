/**
 * The core under random inputs: what may come from clients, the clock and the system, in any order. The walk plays the
 * system (who is alive, who waits to be spawned) and holds the core to it after every step.
 */
import { deadlineOf } from '../../src/daemon/core/process.ts';
import type { Input } from '../../src/daemon/core/supervisor.ts';
import { Supervisor } from '../../src/daemon/core/supervisor.ts';
import type { StateName } from '../../src/rpc/states.ts';
import { seededRandom } from './random.ts';
import { groupSpec } from './specs.ts';

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
];

/** Walks `steps` random inputs and throws at the first that breaks an invariant. Answers how often all went down. */
export function walkAtRandom(seed: number, steps: number): number {
  const random = seededRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
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
    if (roll < 0.62) return { type: 'process', id, input: { type: 'start' } };
    if (roll < 0.72) return { type: 'process', id, input: { type: 'stop' } };
    if (roll < 0.74) {
      // Old news of a pid that nobody has.
      const exit = { type: 'exited', pid: nextPid + 1000, code: 0, signal: undefined, coreDumped: false } as const;
      return { type: 'process', id, input: exit };
    }
    if (roll < 0.741) return { type: random() < 0.5 ? 'shutdown' : 'restart' };
    if (roll < 0.76) return { type: 'boot' };
    return { type: 'tick' };
  }

  const states = new Map<string, StateName>();
  let label = () => '';
  /** `expect` formats too much to be called a million times. */
  function hold(claim: boolean, what: string): void {
    if (!claim) throw new Error(`${what}: seed ${seed}, ${label()}`);
  }
  for (let count = 0; count < steps; count++) {
    at += Math.floor(random() * 1500);
    const input = randomInput();
    label = () => `step ${count}, ${JSON.stringify(input)}`;
    const outcome = supervisor.apply(input, { at, epoch: Math.floor(at / 1000) });
    shuttingDown ||= input.type === 'shutdown' || input.type === 'restart';
    let finished = false;
    for (const event of outcome.events) {
      if (event.type !== 'processState') continue;
      hold((states.get(event.id) ?? 'STOPPED') === event.from, `${event.from} is not where it was`);
      hold(diagram[event.from].includes(event.to), `${event.from} to ${event.to} is not in the diagram`);
      states.set(event.id, event.to);
    }
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
      const pids = [...alive].filter(([, owner]) => owner === id).map(([pid]) => pid);
      const pid = 'pid' in state ? state.pid : undefined;
      hold(pids.length === (pid === undefined ? 0 : 1) && pids[0] === pid, `live pids are ${pids}`);
      const needsTick = state.name === 'STOPPING' || state.name === 'BACKOFF';
      hold(!needsTick || deadlineOf(state) !== undefined, 'a deadline is forgotten');
    }
    if (finished) {
      shutdowns += 1;
      hold(alive.size === 0, 'left a child behind');
      supervisor = fresh();
      shuttingDown = false;
      alive = new Map();
      waiting = new Set();
      states.clear();
    }
  }
  return shutdowns;
}
