/**
 * `watch=` of programs: what is to be done when their files change, once nothing has changed any more for
 * `watch_delay`. All processes of a program that look at the same files are acted on together.
 *
 * Who changes a file wants to see it in action: a process that runs is restarted, one that waits for its next try, has
 * ended or was given up is started. Only one that somebody stopped stays stopped.
 *
 * While a roll of the same processes is under way the next one waits, so that no change is lost.
 */
import { relative } from 'node:path';
import { namespec } from '../../rpc/names.ts';
import type { WatchConfig } from '../config/watch.ts';
import { batchOf } from '../core/roll.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { processId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';
import type { Job } from '../jobs.ts';
import type { Cancel } from '../os/os.ts';
import type { loadPart } from '../part-loader.ts';
import type { watchFiles } from '../parts/watch.ts';
import { Burst, changedText } from './burst.ts';

/** chokidar tells only the first of two changes of a file within 50 ms. */
const SHORTEST_DELAY_MS = 100;

/** Processes that are acted on together. */
interface Team {
  /** `web`, or `group:web`: how the log calls it. */
  readonly name: string;
  readonly watch: WatchConfig;
  readonly ids: readonly ProcessId[];
}

interface Watched {
  team: Team;
  close(): void;
}

export class ProgramWatches {
  readonly #context: HandlerContext;
  readonly #load: typeof loadPart;
  readonly #watched = new Map<string, Watched>();
  #watchFiles: typeof watchFiles | undefined;
  #cancelRefresh: Cancel | undefined;
  /** Teams whose next roll waits for the end of a job. */
  readonly #awaited = new Set<string>();
  #isClosed = false;

  /** `load` is not called before a program asks for it. */
  constructor(context: HandlerContext, load: typeof loadPart) {
    this.#context = context;
    this.#load = load;
  }

  /** Which programs there are, or what they watch, has changed, or is about to in this turn. */
  changed(): void {
    const { os } = this.#context;
    this.#cancelRefresh ??= os.callAt(os.now(), () => {
      this.#cancelRefresh = undefined;
      this.#refresh();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRefresh?.();
    for (const watched of this.#watched.values()) watched.close();
    this.#watched.clear();
  }

  #refresh(): void {
    if (this.#isClosed) return;
    const teams = this.#teams();
    for (const [key, watched] of this.#watched) {
      if (teams.has(key)) continue;
      watched.close();
      this.#watched.delete(key);
    }
    const watchFiles = this.#watchFiles;
    if (watchFiles === undefined) {
      if (teams.size > 0) this.#fetch();
      return;
    }
    for (const [key, team] of teams) {
      const known = this.#watched.get(key);
      if (known === undefined) this.#watched.set(key, this.#begin(team, watchFiles));
      else known.team = team;
    }
  }

  #fetch(): void {
    this.#load('watch').then(
      (part) => {
        this.#watchFiles = part.watchFiles;
        this.#refresh();
      },
      (error: unknown) => this.#context.log.critical(`Cannot watch files: ${String(error)}`),
    );
  }

  #teams(): Map<string, Team> {
    const teams = new Map<string, Team & { readonly ids: ProcessId[] }>();
    for (const group of this.#context.programs.activeGroups()) {
      for (const { name, section, watch } of group.processes) {
        if (watch === undefined) continue;
        const key = JSON.stringify([group.name, section, watch]);
        const program = section.slice(section.indexOf(':') + 1).trim();
        const shown = program === group.name ? program : `${group.name}:${program}`;
        const team = teams.get(key) ?? { name: shown, watch, ids: [] };
        team.ids.push(processId(group.name, name));
        teams.set(key, team);
      }
    }
    return teams;
  }

  #begin(team: Team, watchThem: typeof watchFiles): Watched {
    const { os, log } = this.#context;
    const { watch, name } = team;
    const directory = watch.directory ?? '.';
    const burst = new Burst(os, Math.max(watch.delayMs, SHORTEST_DELAY_MS), (paths) => this.#act(watched.team, paths));
    const watching = watchThem({
      directory,
      patterns: watch.patterns,
      ignore: watch.ignore,
      onChange: (path) => burst.add(relative(directory, path) || path),
      onReady: () => log.debug(`${name}: its files are watched`),
      onTrouble: (text) => log.error(`Cannot watch all files of ${name}: ${text}; some changes are not seen`),
    });
    const watched: Watched = {
      team,
      close: () => {
        burst.close();
        watching.close();
      },
    };
    return watched;
  }

  #act(team: Team, paths: readonly string[]): void {
    const { log } = this.#context;
    const { action } = team.watch;
    const why = changedText(paths);
    log.info(`${team.name}: ${why}: ${action}`);
    if (action === 'restart') this.#restart(team, why);
    else if (action === 'roll') this.#roll(team, why);
    else this.#reload(team).catch((error: unknown) => log.error(`${team.name}: cannot be reloaded: ${String(error)}`));
  }

  async #reload(team: Team): Promise<void> {
    const { log, jobs } = this.#context;
    const names = this.#running(team).map((id) => {
      const [group = '', process = ''] = id.split(':');
      return namespec(group, process);
    });
    if (names.length === 0) return;
    const { beginReload } = await this.#load('changes');
    const begun = beginReload(this.#context, names);
    if (typeof begun !== 'string') return log.error(begun.text ?? `${team.name}: cannot be reloaded: ${begun.fault}`);
    const job = jobs.get(begun);
    for (let view = job?.view(); view !== undefined; view = await job?.next(view.cursor)) {
      for (const { text } of view.lines) log.info(`reload: ${text}`);
      if (view.state !== 'running') return;
    }
  }

  #restart({ ids }: Team, why: string): void {
    for (const id of ids) {
      if (this.#startsAnew(id)) continue;
      this.#context.runtime.process(id, { type: 'restart', why });
    }
  }

  /** Starts one that does not run although nobody stopped it. */
  #startsAnew(id: ProcessId): boolean {
    const { runtime } = this.#context;
    const state = runtime.supervisor.record(id)?.state.name ?? 'STOPPED';
    if (state !== 'BACKOFF' && state !== 'EXITED' && state !== 'FATAL') return false;
    runtime.process(id, { type: 'start' });
    return true;
  }

  /** Those that run; those that would if their files had been right are started. */
  #running({ ids }: Team): ProcessId[] {
    const { supervisor } = this.#context.runtime;
    return ids.filter((id) => !this.#startsAnew(id) && supervisor.record(id)?.state.name === 'RUNNING');
  }

  #roll(team: Team, why: string): void {
    const { runtime, programs, rolls, jobs } = this.#context;
    const busy = jobs.list().find((job) => job.state === 'running' && team.ids.some((id) => job.holds.has(id)));
    if (busy !== undefined) {
      this.#rollBehind(busy, team, why);
      return;
    }
    const running = this.#running(team);
    for (const id of team.ids) {
      // It may have begun with the old files.
      if (!running.includes(id)) runtime.process(id, { type: 'restart', why });
    }
    const [first] = running;
    if (first === undefined) return;
    rolls.begin(team.name, running, batchOf(programs.config(first)?.rollBatch ?? '1', running.length) ?? 1);
  }

  /** However many changes there are meanwhile, one roll follows. */
  #rollBehind(busy: Job, team: Team, why: string): void {
    const key = team.ids.join();
    if (this.#awaited.has(key)) return;
    this.#awaited.add(key);
    const { log, runtime } = this.#context;
    log.info(`${team.name}: waits for the end of ${busy.id}`);
    const wait = async () => {
      for (let view = busy.view(); view.state === 'running'; ) view = await busy.next(view.cursor);
      this.#awaited.delete(key);
      if (!this.#isClosed && runtime.supervisor.mood === 'RUNNING') this.#roll(team, why);
    };
    wait().catch((error: unknown) => log.error(`${team.name}: cannot be rolled: ${String(error)}`));
  }
}
