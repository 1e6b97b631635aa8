/**
 * Telling an nginx to read its configuration, and seeing that it has. Upstreams that name the same nginx share this, so
 * that their changes within a moment are one reload.
 *
 * nginx as a program of this daemon gets a HUP, but not before it has workers: until then the signal would end it. One
 * that has just been started may have read the file before it was changed, so whoever asks waits until it can be told.
 * One that does not run has the file to read anyhow.
 */
import type { UpstreamDriver } from '../config/model.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import type { Os } from '../os/os.ts';
import type { Runtime } from '../runtime.ts';
import type { CommandEnd } from './command.ts';
import type { Applied } from './driver.ts';
import { Gather } from './gather.ts';
import { areNew, nginxMasters, type ProcessTable, type Workers, workersOf } from './nginx-workers.ts';

type Reload = Extract<UpstreamDriver, { type: 'nginx' }>['reload'];

const SIGHUP = 1;
const GATHER_MS = 5;
/** Looks at the workers while a reload is under way: every 20 ms, for 5 s. A large configuration takes its time. */
const LOOK_MS = 20;
const SEEN_WITHIN_MS = 5000;
/** An nginx that starts has its workers within milliseconds; one that has none yet after that is looked at less often. */
const START_MS = 1000;
const SLOW_LOOK_MS = 500;
const isServing = /^nginx: worker process/;

export interface NginxReloadParts {
  readonly os: Pick<Os, 'now' | 'callAt'>;
  readonly runtime: Pick<Runtime, 'signal' | 'supervisor'>;
  readonly processes: ProcessTable;
  /** The processes of a program that are there now. */
  idsOf(program: string): readonly ProcessId[];
  run(argv: readonly string[]): Promise<CommandEnd>;
}

export class NginxReload {
  readonly #parts: NginxReloadParts;
  readonly #reload: Reload;
  readonly #gather: Gather<Applied>;

  constructor(parts: NginxReloadParts, reload: Reload) {
    this.#parts = parts;
    this.#reload = reload;
    this.#gather = new Gather(parts.os, GATHER_MS, () => this.#tell());
  }

  /** Resolves when the new workers run and the old ones take no connections, or when nothing is to be told. */
  request(): Promise<Applied> {
    return this.#gather.request();
  }

  async #tell(): Promise<Applied> {
    const { runtime, processes, run } = this.#parts;
    if (this.#reload.type === 'command') {
      const masters = nginxMasters(processes);
      const before = new Map(masters.map((master) => [master, workersOf([master], processes)]));
      const { argv } = this.#reload;
      const end = await run(argv);
      if (!end.ok) return { ok: false, why: end.why };
      // Which of them was told, only its workers show.
      return await this.#seen(argv.join(' '), () => {
        const isNew = ([master, workers]: [number, Workers]) => areNew(workers, workersOf([master], processes));
        return before.size === 0 || [...before].some(isNew);
      });
    }
    const { program } = this.#reload;
    const ids = this.#parts.idsOf(program);
    await Promise.all(ids.map((id) => this.#whenStarted(id)));
    const told: [pid: number, before: Workers][] = [];
    for (const id of ids) {
      const state = runtime.supervisor.record(id)?.state;
      if (state?.name !== 'RUNNING' && state?.name !== 'STARTING') continue;
      if (state.pid === undefined) continue;
      const before = workersOf([state.pid], processes);
      if (runtime.signal(id, SIGHUP) === 0) told.push([state.pid, before]);
    }
    return await this.#seen(program, () =>
      told.every(([pid, before]) => areNew(before, workersOf([pid], processes)) || processes.titleOf(pid) === ''),
    );
  }

  /** Resolves when this nginx can be told, or has nothing to be told: it does not start any more. */
  async #whenStarted(id: ProcessId): Promise<void> {
    const { os, runtime, processes } = this.#parts;
    const from = os.now();
    for (;;) {
      const state = runtime.supervisor.record(id)?.state;
      if (state?.name !== 'STARTING') return;
      const workers = state.pid === undefined ? [] : [...workersOf([state.pid], processes)];
      if (workers.some((pid) => isServing.test(processes.titleOf(pid)))) return;
      await this.#later(os.now() - from < START_MS ? LOOK_MS : SLOW_LOOK_MS);
    }
  }

  #later(ms: number): Promise<void> {
    const { os } = this.#parts;
    return new Promise((resolve) => void os.callAt(os.now() + ms, resolve));
  }

  async #seen(who: string, test: () => boolean): Promise<Applied> {
    const { os } = this.#parts;
    const until = os.now() + SEEN_WITHIN_MS;
    while (!test()) {
      if (os.now() >= until) {
        const why = `${who} was told to reload and has no new workers after ${SEEN_WITHIN_MS / 1000} s; its error log says why`;
        return { ok: false, why };
      }
      await this.#later(LOOK_MS);
    }
    return { ok: true };
  }
}
