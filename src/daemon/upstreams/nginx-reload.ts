/**
 * Telling an nginx to read its configuration, and seeing that it has. Upstreams that name the same nginx share this, so
 * that their changes within a moment are one reload.
 *
 * nginx as a program of this daemon gets a HUP, but only while it is RUNNING: before that the signal would end it, and
 * it has the files to read anyhow. A change in that time is told when it is RUNNING.
 */
import type { UpstreamDriver } from '../config/model.ts';
import type { Event, ProcessId } from '../core/supervisor.ts';
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

export interface NginxReloadParts {
  readonly os: Pick<Os, 'now' | 'callAt'>;
  readonly runtime: Pick<Runtime, 'signal' | 'supervisor'>;
  readonly processes: ProcessTable;
  /** The processes of a program that are there now. */
  idsOf(program: string): readonly ProcessId[];
  isOf(id: ProcessId, program: string): boolean;
  run(argv: readonly string[]): Promise<CommandEnd>;
}

export class NginxReload {
  readonly #parts: NginxReloadParts;
  readonly #reload: Reload;
  readonly #gather: Gather<Applied>;
  /** Changes that were not told: nginx did not run. */
  #isOwed = false;

  constructor(parts: NginxReloadParts, reload: Reload) {
    this.#parts = parts;
    this.#reload = reload;
    this.#gather = new Gather(parts.os, GATHER_MS, () => this.#tell());
  }

  /** Resolves when the new workers run and the old ones take no connections, or when nothing is to be told. */
  request(): Promise<Applied> {
    return this.#gather.request();
  }

  happened(event: Event): void {
    if (event.type !== 'processState' || this.#reload.type !== 'program') return;
    if (event.to !== 'STARTING' && event.to !== 'RUNNING') return;
    if (!this.#parts.isOf(event.id, this.#reload.program)) return;
    // It is about to read the file as it is now.
    if (event.to === 'STARTING') this.#isOwed = false;
    else if (this.#isOwed) void this.request();
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
    const told: [pid: number, before: Workers][] = [];
    this.#isOwed = false;
    for (const id of this.#parts.idsOf(program)) {
      const state = runtime.supervisor.record(id)?.state;
      if (state?.name !== 'RUNNING') {
        if (state?.name === 'STARTING') this.#isOwed = true;
        continue;
      }
      const before = workersOf([state.pid], processes);
      if (runtime.signal(id, SIGHUP) === 0) told.push([state.pid, before]);
    }
    return await this.#seen(program, () =>
      told.every(([pid, before]) => areNew(before, workersOf([pid], processes)) || processes.titleOf(pid) === ''),
    );
  }

  async #seen(who: string, test: () => boolean): Promise<Applied> {
    const { os } = this.#parts;
    const until = os.now() + SEEN_WITHIN_MS;
    while (!test()) {
      if (os.now() >= until) {
        const why = `${who} was told to reload and has no new workers after ${SEEN_WITHIN_MS / 1000} s; its error log says why`;
        return { ok: false, why };
      }
      await new Promise<void>((resolve) => void os.callAt(os.now() + LOOK_MS, resolve));
    }
    return { ok: true };
  }
}
