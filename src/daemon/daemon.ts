/**
 * One life of the daemon: from a configuration to the moment when everything is down again. A restart (SIGHUP,
 * `reload`) is a second life in the same process. The parts come from assembly.ts, and are begun here in Supervisor's
 * order: log, groups, servers, pidfile, then the first program (supervisor/supervisord.py), so that whoever reads
 * "supervisord started" can connect.
 */

import { stoppedStates } from '../rpc/states.ts';
import { Assembly } from './assembly.ts';
import type { GroupConfig, LoadedConfig } from './config/model.ts';
import { formatProblems } from './config/problems.ts';
import type { Event } from './core/supervisor-messages.ts';
import { type DaemonEnd, type DaemonParts, StartError } from './daemon-parts.ts';
import { sayFirstWords } from './first-words.ts';
import type { HandlerContext } from './handlers/context.ts';
import { connectionRoom } from './limits.ts';
import { SocketError } from './listening-socket.ts';
import type { Cancel } from './os/os.ts';
import type { PortHolder } from './os/port-holders.ts';
import { holdersOf } from './os/port-holders.ts';
import { loadPart } from './part-loader.ts';
import { writePidfile } from './pidfile.ts';
import { checkRestart } from './server-probe.ts';
import { HttpServers, listenFailure } from './servers.ts';
import { ConfigWatch } from './watching/config-watch.ts';
import { ProgramWatches } from './watching/program-watches.ts';

const SETTLING_MS = 1000;

export class Daemon {
  readonly #parts: DaemonParts;
  readonly #made: Assembly;
  readonly #watches: ProgramWatches;
  readonly #over: Promise<DaemonEnd>;
  #loaded: LoadedConfig;
  #servers: HttpServers | undefined;
  #removePidfile: () => void = () => undefined;
  #cancelSettling: Cancel | undefined;
  #isOver = false;

  /** @throws StartError when the log cannot be opened. */
  constructor(parts: DaemonParts) {
    this.#parts = parts;
    this.#loaded = parts.config;
    let finished: (end: DaemonEnd) => void = () => undefined;
    this.#over = new Promise((resolve) => {
      finished = resolve;
    });
    this.#made = new Assembly(parts, {
      happened: (event) => this.#happened(event),
      finished,
      configsChanged: () => this.#watches.changed(),
      bug: (error) => this.bug(error),
    });
    this.#watches = new ProgramWatches(this.#context(), loadPart);
  }

  /** Runs until everything is down. @throws StartError when it cannot start. */
  async run(): Promise<DaemonEnd> {
    const { config } = this.#parts;
    try {
      sayFirstWords(this.#made.log, config, this.#parts.messages);
      this.#made.heldSockets.begin(config.groups);
      for (const group of config.groups) {
        if (this.#made.runtime.supervisor.hasGroup(group.name)) continue;
        this.#testSockets(group);
        this.#made.news.addGroup(group);
        this.#made.runtime.send({ type: 'addGroup', group: this.#made.programs.addGroup(group) });
      }
      await this.#listen();
      this.#parts.onListening(this.#made.log);
      this.#removePidfile = writePidfile(config.supervisord.pidfile, process.pid, this.#made.log);
      this.#made.log.flush();
      // nginx refuses a file that is missing, so it is there before any program starts.
      if (config.upstreams !== undefined) await this.#made.upstreams.configure(config);
      this.#parts.onStarted();
      this.#made.runtime.send({ type: 'boot' });
      if (config.supervisord.watch_config) this.#made.attendants.push(new ConfigWatch(this.#context(), loadPart));
      this.#settleMemory();
      const end = await this.#over;
      await this.#made.hooks.idle();
      return end;
    } finally {
      await this.#close();
    }
  }

  /** What SIGTERM, SIGINT, SIGQUIT and SIGHUP come to. */
  signalled(signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP'): void {
    const log = this.#made.log;
    if (signal !== 'SIGHUP') {
      log.warn(`received ${signal} indicating exit request`);
      this.#goDown('shutdown');
    } else if (this.#made.runtime.supervisor.mood === 'SHUTDOWN') {
      log.warn('ignored SIGHUP indicating restart request (shutdown in progress)');
    } else {
      const check = checkRestart(this.#parts);
      if (check.ok) {
        log.warn('received SIGHUP indicating restart request');
        this.#goDown('restart');
      } else {
        log.error(`Ignored SIGHUP: the configuration cannot be used\n${formatProblems(check.problems)}`);
      }
    }
  }

  reopenLogs(): void {
    this.#made.log.info('received SIGUSR2 indicating log reopen request');
    this.#made.log.info('supervisord logreopen');
    this.#made.log.reopen();
    this.#made.programs.reopenLogs();
  }

  /** For an end that leaves no turn to come. */
  flush(): void {
    this.#made.log.flush();
  }

  ignored(signal: 'SIGUSR1'): void {
    this.#made.log.warn(`received ${signal} indicating nothing`);
  }

  childQuit(): void {
    if (this.#made.log.isLogged('debug')) this.#made.log.debug('received SIGCHLD indicating a child quit');
  }

  /** A bug that reached the event loop: it is logged whole and supervision goes on. */
  bug(error: unknown): void {
    this.#made.log.critical(`Bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  #happened(event: Event): void {
    this.#made.news.happened(event);
    for (const attendant of this.#made.attendants) attendant.happened(event);
    // A program with exit_daemon takes all down without anybody having asked for it.
    if (event.type === 'supervisorState' && event.state === 'STOPPING') this.#parts.os.nextTurn(() => this.#goesDown());
    if (event.type !== 'processState') return;
    const { mood } = this.#made.runtime.supervisor;
    // After a restart it starts again, and its socket is there for that.
    if (mood === 'SHUTDOWN' && event.to === 'STOPPING') this.#made.heldSockets.release(event.id, true);
    if (mood === 'RUNNING' && event.to === 'FATAL') this.#made.heldSockets.release(event.id, false);
  }

  #holdersOf(ports: ReadonlySet<number>): ReadonlyMap<number, readonly PortHolder[]> {
    return holdersOf(ports, this.#parts.config.supervisord.pidfile);
  }

  #context(): HandlerContext {
    return {
      os: this.#parts.os,
      runtime: this.#made.runtime,
      programs: this.#made.programs,
      log: this.#made.log,
      identifier: this.#parts.config.supervisord.identifier,
      loaded: () => this.#loaded,
      readAgain: () => {
        const result = this.#parts.load();
        if (result.ok) this.#loaded = result.config;
        return result;
      },
      check: () => checkRestart(this.#parts),
      peek: (scales) => this.#parts.load(scales),
      adopt: (group) => {
        const groups = this.#loaded.groups.map((one) => (one.name === group.name ? group : one));
        this.#loaded = { ...this.#loaded, groups };
      },
      scales: this.#parts.scales,
      touched: () => this.#made.memory.touched(),
      goDown: (how) => this.#goDown(how),
      news: this.#made.news,
      jobs: this.#made.jobs,
      rolls: this.#made.rolls,
      upstreams: this.#made.upstreams,
      side: this.#made.side,
      probes: this.#made.probes,
      reasons: this.#made.reasons,
      exits: this.#made.exits,
      demand: this.#made.demand,
      schedules: this.#made.schedules,
      heldSockets: this.#made.heldSockets,
      logHistory: this.#made.files.history,
      holdersOf: (ports) => this.#holdersOf(ports),
    };
  }

  /** Once nothing has been waiting to be started for a second. */
  #settleMemory(): void {
    const { os } = this.#parts;
    this.#cancelSettling = os.callAt(os.now() + SETTLING_MS, () => {
      if (this.#made.runtime.isSpawning) this.#settleMemory();
      else this.#made.memory.settle();
    });
  }

  #goDown(how: 'shutdown' | 'restart'): void {
    this.#made.runtime.send({ type: how });
    this.#goesDown();
  }

  #goesDown(): void {
    if (this.#isOver) return;
    const { supervisor } = this.#made.runtime;
    this.#made.waiting.begin(supervisor);
    if (supervisor.mood !== 'SHUTDOWN') return;
    for (const id of supervisor.allIds()) {
      if (stoppedStates.has(supervisor.record(id)?.state.name ?? 'STOPPED')) this.#made.heldSockets.release(id, false);
    }
  }

  async #listen(): Promise<void> {
    const { config, isFirst, posix } = this.#parts;
    const room = () => connectionRoom(posix, this.#made.runtime.supervisor.allIds().length, config.httpServers.length);
    this.#servers = new HttpServers(config, this.#context(), this.#made.files, room);
    if (!isFirst) return this.#servers.openPossible();
    await this.#servers.openAll().catch((error: unknown) => {
      throw new StartError(listenFailure(error));
    });
  }

  /** A socket that cannot be made is a mistake to mend before the first start; after a restart the others matter more. */
  #testSockets(group: GroupConfig): void {
    try {
      this.#made.programs.testSockets(group);
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      this.#made.log.critical(error.message);
      if (this.#parts.isFirst) throw new StartError(error.message);
    }
  }

  async #close(): Promise<void> {
    this.#isOver = true;
    this.#made.waiting.close();
    this.#watches.close();
    this.#cancelSettling?.();
    this.#made.memory.close();
    this.#made.news.close();
    this.#made.programs.close();
    for (const attendant of this.#made.attendants) attendant.close?.();
    this.#made.side.close();
    this.#made.heldSockets.end(this.#made.runtime.supervisor.mood !== 'RESTARTING');
    this.#made.stopReaping();
    await this.#servers?.close();
    this.#removePidfile();
    this.#made.capture.close();
    this.#made.log.close();
  }
}
