/**
 * One life of the daemon: from a configuration to the moment when everything is down again. A restart (SIGHUP,
 * `reload`) is a second life in the same process. The parts are made and connected here, in Supervisor's order: log,
 * groups, servers, pidfile, then the first program (supervisor/supervisord.py), so that whoever reads "supervisord
 * started" can connect.
 */

import { type Mood, stoppedStates } from '../rpc/states.ts';
import { Caretaker } from './caretaker.ts';
import type { GroupConfig, LoadedConfig, LoadResult } from './config/model.ts';
import { formatProblems } from './config/problems.ts';
import type { Scales } from './config/scales.ts';
import { childServerUrl } from './config/servers.ts';
import type { Event } from './core/supervisor.ts';
import { Demand } from './demand.ts';
import { News } from './events/news.ts';
import { Exits } from './exits.ts';
import { FcgiSockets } from './fcgi-sockets.ts';
import { type FirstWords, sayFirstWords } from './first-words.ts';
import type { HandlerContext } from './handlers/context.ts';
import { type HeldSocketMap, HeldSockets } from './held-sockets.ts';
import { Hooks } from './hooks.ts';
import { Jobs } from './jobs.ts';
import { connectionRoom, type Rlimit } from './limits.ts';
import { SocketError } from './listening-socket.ts';
import { LogFiles } from './logs/log-files.ts';
import { MainLog } from './logs/main-log.ts';
import { OutputCapture } from './logs/output.ts';
import { MemoryKeeper } from './memory.ts';
import { accountOf } from './os/accounts.ts';
import type { LinuxOs } from './os/linux.ts';
import { treeBytes } from './os/memory-use.ts';
import type { Cancel } from './os/os.ts';
import type { PortHolder } from './os/port-holders.ts';
import { holdersOf } from './os/port-holders.ts';
import type { Posix } from './os/posix.ts';
import { syslogSender } from './os/syslog.ts';
import { loadPart } from './part-loader.ts';
import { writePidfile } from './pidfile.ts';
import { portTrouble } from './port-check.ts';
import { ProgramProbes } from './program-probes.ts';
import { Programs } from './programs.ts';
import { Reasons, reasonOf } from './reasons.ts';
import { Rolls } from './rolls.ts';
import { Runtime } from './runtime.ts';
import { Schedules } from './schedules.ts';
import { checkRestart } from './server-probe.ts';
import { HttpServers, listenFailure } from './servers.ts';
import { SideCommands } from './side-commands.ts';
import { StopPreparation } from './stop-preparation.ts';
import { UpstreamService } from './upstream-service.ts';
import { WaitingReport } from './waiting-report.ts';
import { ConfigWatch } from './watching/config-watch.ts';
import { ProgramWatches } from './watching/program-watches.ts';

/** The daemon cannot start: said on stderr after `Error: `, exit status 2. */
export class StartError extends Error {}

export interface DaemonParts {
  readonly os: LinuxOs;
  readonly posix: Posix;
  readonly config: LoadedConfig;
  /** The environment at the start. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pipeMaxBytes: number;
  /** Collected before there was a log. */
  readonly messages: FirstWords;
  readonly isForeground: boolean;
  /** Numbers the events of all lives. */
  readonly serials: { next: number };
  /** The sockets of `listen` that are open, in all lives. */
  readonly heldSockets: HeldSocketMap;
  /** Whether this is the first life of the process, not one after a restart. */
  readonly isFirst: boolean;
  /** The limit of open files for programs, where it is another than the daemon's. */
  readonly nofile: Rlimit | undefined;
  /** Numbers of processes that somebody has asked for, in all lives. */
  readonly scales: Scales;
  /** Reads the files of the command line again; `scales` are others than those above, for a trial. */
  load(scales?: Scales): LoadResult;
  /** Called once the servers listen: the moment to become a daemon. */
  onListening(log: MainLog): void;
  /** Called before the first program starts, with the pidfile and all lines of the log written. */
  onStarted(): void;
}

/** How it ended: for good with an exit status, or to be started again. */
export interface DaemonEnd {
  readonly mood: Mood;
  readonly status: number;
}

interface Attendant {
  happened(event: Event): void;
  close?(): void;
}

const SETTLING_MS = 1000;
/** An event listener writes its result and its READY one right after the other. */
const GLUE_MS = 2;

export class Daemon {
  readonly #parts: DaemonParts;
  readonly #files: LogFiles;
  readonly #log: MainLog;
  readonly #capture: OutputCapture;
  readonly #heldSockets: HeldSockets;
  readonly #side: SideCommands;
  readonly #probes: ProgramProbes;
  readonly #hooks: Hooks;
  readonly #programs: Programs;
  readonly #runtime: Runtime;
  readonly #news: News;
  readonly #jobs = new Jobs(Date.now, (name, data) => this.#news.feed.publish(name, data, Date.now()));
  readonly #stopPreparation = new StopPreparation();
  readonly #reasons = new Reasons();
  readonly #exits: Exits;
  readonly #upstreams: UpstreamService;
  readonly #rolls: Rolls;
  readonly #demand: Demand;
  readonly #schedules: Schedules;
  /** What looks after single features: told of every event, ended with the daemon, in the order of their making. */
  readonly #attendants: Attendant[] = [];
  readonly #memory: MemoryKeeper;
  readonly #waiting: WaitingReport;
  readonly #watches: ProgramWatches;
  readonly #over: Promise<DaemonEnd>;
  readonly #stopReaping: Cancel;
  #loaded: LoadedConfig;
  #servers: HttpServers | undefined;
  #removePidfile: () => void = () => undefined;
  #cancelSettling: Cancel | undefined;
  #isOver = false;

  /** @throws StartError when the log cannot be opened. */
  constructor(parts: DaemonParts) {
    this.#parts = parts;
    const { os, posix, config, environment } = parts;
    const { supervisord } = config;
    this.#loaded = config;
    const syslog = syslogSender(posix, 'supervisord');
    // Notices of trouble with a log go to the main log, which is made of the same kind of file.
    let main: MainLog | undefined;
    this.#files = new LogFiles({ posix, os, onNotice: (text) => main?.warn(text) });
    const opened = MainLog.open(
      {
        logfile: supervisord.logfile,
        maxBytes: supervisord.logfile_maxbytes,
        backups: supervisord.logfile_backups,
        level: supervisord.loglevel,
        isCopied: parts.isForeground && !supervisord.silent,
        syslog,
        atEndOfTurn: (run) => os.nextTurn(run),
      },
      this.#files,
    );
    if ('code' in opened) throw new StartError(`Cannot open the log file "${supervisord.logfile}": ${opened.code}`);
    this.#log = opened;
    main = opened;
    this.#capture = new OutputCapture(posix, os, {
      pipeMaxBytes: parts.pipeMaxBytes,
      // Supervisor's debug log shows them in one piece, and its users look for `OKREADY`.
      promptDelayMs: opened.isLogged('debug') ? GLUE_MS : 0,
      onBug: (error) => this.bug(error),
    });
    this.#heldSockets = new HeldSockets({
      posix,
      os,
      log: opened,
      sockets: parts.heldSockets,
      holdersOf: (port) => this.#holdersOf(new Set([port])).get(port),
      closing: (fd) => this.#demand.closing(fd),
    });
    this.#side = new SideCommands(os, this.#capture);
    this.#probes = new ProgramProbes({
      os,
      posix,
      log: opened,
      side: this.#side,
      folder: `${supervisord.pidfile.replace(/\.pid$/, '')}.notify`,
      accountOf,
      config: (id) => this.#programs.config(id),
      request: (id, command) => this.#programs.sideRequest(id, command),
      send: (id, input) => this.#runtime.process(id, input),
    });
    this.#hooks = new Hooks({
      side: this.#side,
      log: opened,
      config: (id) => this.#programs.config(id),
      request: (id, command, further) => this.#programs.sideRequest(id, command, further),
    });
    this.#programs = new Programs({
      os,
      logs: this.#files,
      capture: this.#capture,
      sockets: new FcgiSockets(posix, opened),
      heldSockets: this.#heldSockets,
      listeners: {
        syslog,
        debug: opened.isLogged('debug') ? (text) => opened.debug(text) : undefined,
        onLog: (id, pid, channel, text) => {
          this.#memory.touched();
          this.#news.processLog(id, pid, channel, text);
        },
        onCommunication: (id, pid, channel, text) => {
          this.#memory.touched();
          this.#news.processCommunication(id, pid, channel, text);
        },
        onProtocol: (id, bytes) => this.#news.protocol(id, bytes),
      },
      environment,
      serverUrl: childServerUrl(config.httpServers),
      childlogdir: supervisord.childlogdir,
      identifier: supervisord.identifier,
      stripAnsi: supervisord.strip_ansi,
      uid: process.getuid?.() ?? 0,
      rlimits: parts.nofile && [parts.nofile],
      marker: supervisord.pidfile,
      log: opened,
      portTrouble: (program) => portTrouble(posix, program, (port) => this.#holdersOf(new Set([port])).get(port)),
      probes: this.#probes,
      stopPreparation: this.#stopPreparation,
      hooks: this.#hooks,
      accountOf,
      onConfigs: () => this.#watches.changed(),
    });
    let resolveOver: (end: DaemonEnd) => void = () => undefined;
    this.#over = new Promise((resolve) => {
      resolveOver = resolve;
    });
    this.#runtime = new Runtime({
      os,
      launcher: this.#programs,
      log: this.#log,
      onEvent: (event) => this.#happened(event),
      onEnd: (id, exit, why) => this.#exits.ended(id, exit, why),
      onFinished: (mood, status = 0) => resolveOver({ mood, status }),
    });
    this.#exits = new Exits({
      os,
      record: (id) => this.#runtime.supervisor.record(id),
      spec: (id) => this.#runtime.supervisor.spec(id),
      output: (id) => this.#programs.output(id),
    });
    this.#reasons.add((id) => this.#upstreams.reason(id));
    this.#reasons.add((id) => {
      const record = this.#runtime.supervisor.record(id);
      return record && reasonOf(record, os.now());
    });
    this.#upstreams = new UpstreamService({
      os,
      runtime: this.#runtime,
      programs: this.#programs,
      log: opened,
      isOpen: (id) => this.#demand.isOpen(id),
    });
    this.#stopPreparation.add(this.#upstreams);
    this.#rolls = new Rolls(this.#runtime, this.#jobs, this.#stopPreparation);
    this.#demand = new Demand({
      posix,
      os,
      log: opened,
      sockets: this.#heldSockets,
      groups: () => this.#programs.activeGroups(),
      config: (id) => this.#programs.config(id),
      state: (id) => this.#runtime.supervisor.record(id)?.state.name,
      isUp: () => this.#runtime.supervisor.mood === 'RUNNING',
      start: (id) => this.#runtime.send({ type: 'startInOrder', id }),
      stop: (id) => this.#runtime.process(id, { type: 'stop', why: 'nobody has been connected to it (idle_stop)' }),
      changed: (id) => {
        this.#runtime.revision += 1;
        this.#upstreams.happened({ type: 'serving', id, serving: this.#demand.isOpen(id) });
      },
      onBug: (error) => this.bug(error),
    });
    this.#reasons.add((id) => {
      const what = this.#runtime.supervisor.waitingFor(id);
      return what === undefined ? this.#hooks.waitsFor(id) : `Waiting for ${what}`;
    });
    this.#reasons.add((id) => this.#demand.waitsFor(id));
    this.#schedules = new Schedules({
      os,
      log: opened,
      wallMs: Date.now,
      groups: () => this.#programs.activeGroups(),
      state: (id) => this.#runtime.supervisor.record(id)?.state.name,
      isWaiting: (id) => this.#runtime.supervisor.waitingFor(id) !== undefined,
      isUp: () => this.#runtime.supervisor.mood === 'RUNNING',
      start: (id) => this.#runtime.send({ type: 'startInOrder', id }),
      changed: () => {
        this.#runtime.revision += 1;
      },
      onBug: (error) => this.bug(error),
    });
    this.#reasons.add((id) => this.#schedules.waitsFor(id));
    const caretaker = new Caretaker({
      os,
      runtime: this.#runtime,
      rolls: this.#rolls,
      log: opened,
      config: (id) => this.#programs.config(id),
      memoryOf: treeBytes,
    });
    this.#attendants.push(
      this.#exits,
      this.#probes,
      this.#hooks,
      this.#upstreams,
      this.#rolls,
      this.#demand,
      this.#schedules,
      caretaker,
    );
    this.#news = new News({
      os,
      files: this.#files,
      log: this.#log,
      identifier: supervisord.identifier,
      serials: parts.serials,
      idsOf: (pool) => this.#runtime.supervisor.idsOf(pool) ?? [],
      isRunning: (id) => this.#runtime.supervisor.record(id)?.state.name === 'RUNNING',
      whyNotServing: (id) => {
        const state = this.#runtime.supervisor.record(id)?.state;
        if (state === undefined || this.#runtime.supervisor.spec(id)?.ready === undefined) return undefined;
        return state.name === 'RUNNING' ? (state.unready ?? '') : `it is ${state.name}`;
      },
      send: (id, envelope) => this.#programs.writeStdin(id, envelope),
    });
    this.#memory = new MemoryKeeper(os, posix);
    this.#waiting = new WaitingReport(os, opened);
    // Behind the upstreams: nobody sends requests any more when pre_stop runs.
    this.#stopPreparation.add(this.#hooks);
    this.#watches = new ProgramWatches(this.#context(), loadPart);
    this.#stopReaping = os.onChildExit((exit) => {
      if (!this.#side.exited(exit)) this.#runtime.exited(exit);
    });
  }

  /** Runs until everything is down. @throws StartError when it cannot start. */
  async run(): Promise<DaemonEnd> {
    const { config } = this.#parts;
    try {
      sayFirstWords(this.#log, config, this.#parts.messages);
      this.#heldSockets.begin(config.groups);
      for (const group of config.groups) {
        if (this.#runtime.supervisor.hasGroup(group.name)) continue;
        this.#testSockets(group);
        this.#news.addGroup(group);
        this.#runtime.send({ type: 'addGroup', group: this.#programs.addGroup(group) });
      }
      await this.#listen();
      this.#parts.onListening(this.#log);
      this.#removePidfile = writePidfile(config.supervisord.pidfile, process.pid, this.#log);
      this.#log.flush();
      // nginx refuses a file that is missing, so it is there before any program starts.
      if (config.upstreams !== undefined) await this.#upstreams.configure(config);
      this.#parts.onStarted();
      this.#runtime.send({ type: 'boot' });
      if (config.supervisord.watch_config) this.#attendants.push(new ConfigWatch(this.#context(), loadPart));
      this.#settleMemory();
      const end = await this.#over;
      await this.#hooks.idle();
      return end;
    } finally {
      await this.#close();
    }
  }

  /** What SIGTERM, SIGINT, SIGQUIT and SIGHUP come to. */
  signalled(signal: 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP'): void {
    const log = this.#log;
    if (signal !== 'SIGHUP') {
      log.warn(`received ${signal} indicating exit request`);
      this.#goDown('shutdown');
    } else if (this.#runtime.supervisor.mood === 'SHUTDOWN') {
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
    this.#log.info('received SIGUSR2 indicating log reopen request');
    this.#log.info('supervisord logreopen');
    this.#log.reopen();
    this.#programs.reopenLogs();
  }

  /** For an end that leaves no turn to come. */
  flush(): void {
    this.#log.flush();
  }

  ignored(signal: 'SIGUSR1'): void {
    this.#log.warn(`received ${signal} indicating nothing`);
  }

  childQuit(): void {
    if (this.#log.isLogged('debug')) this.#log.debug('received SIGCHLD indicating a child quit');
  }

  /** A bug that reached the event loop: it is logged whole and supervision goes on. */
  bug(error: unknown): void {
    this.#log.critical(`Bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  #happened(event: Event): void {
    this.#news.happened(event);
    for (const attendant of this.#attendants) attendant.happened(event);
    // A program with exit_daemon takes all down without anybody having asked for it.
    if (event.type === 'supervisorState' && event.state === 'STOPPING') this.#parts.os.nextTurn(() => this.#goesDown());
    if (event.type !== 'processState') return;
    const { mood } = this.#runtime.supervisor;
    // After a restart it starts again, and its socket is there for that.
    if (mood === 'SHUTDOWN' && event.to === 'STOPPING') this.#heldSockets.release(event.id, true);
    if (mood === 'RUNNING' && event.to === 'FATAL') this.#heldSockets.release(event.id, false);
  }

  #holdersOf(ports: ReadonlySet<number>): ReadonlyMap<number, readonly PortHolder[]> {
    return holdersOf(ports, this.#parts.config.supervisord.pidfile);
  }

  #context(): HandlerContext {
    return {
      os: this.#parts.os,
      runtime: this.#runtime,
      programs: this.#programs,
      log: this.#log,
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
      touched: () => this.#memory.touched(),
      goDown: (how) => this.#goDown(how),
      news: this.#news,
      jobs: this.#jobs,
      rolls: this.#rolls,
      upstreams: this.#upstreams,
      side: this.#side,
      probes: this.#probes,
      reasons: this.#reasons,
      exits: this.#exits,
      demand: this.#demand,
      schedules: this.#schedules,
      heldSockets: this.#heldSockets,
      logHistory: this.#files.history,
      holdersOf: (ports) => this.#holdersOf(ports),
    };
  }

  /** Once nothing has been waiting to be started for a second. */
  #settleMemory(): void {
    const { os } = this.#parts;
    this.#cancelSettling = os.callAt(os.now() + SETTLING_MS, () => {
      if (this.#runtime.isSpawning) this.#settleMemory();
      else this.#memory.settle();
    });
  }

  #goDown(how: 'shutdown' | 'restart'): void {
    this.#runtime.send({ type: how });
    this.#goesDown();
  }

  #goesDown(): void {
    if (this.#isOver) return;
    const { supervisor } = this.#runtime;
    this.#waiting.begin(supervisor);
    if (supervisor.mood !== 'SHUTDOWN') return;
    for (const id of supervisor.allIds()) {
      if (stoppedStates.has(supervisor.record(id)?.state.name ?? 'STOPPED')) this.#heldSockets.release(id, false);
    }
  }

  async #listen(): Promise<void> {
    const { config, isFirst, posix } = this.#parts;
    const room = () => connectionRoom(posix, this.#runtime.supervisor.allIds().length, config.httpServers.length);
    this.#servers = new HttpServers(config, this.#context(), this.#files, room);
    if (!isFirst) return this.#servers.openPossible();
    await this.#servers.openAll().catch((error: unknown) => {
      throw new StartError(listenFailure(error));
    });
  }

  /** A socket that cannot be made is a mistake to mend before the first start; after a restart the others matter more. */
  #testSockets(group: GroupConfig): void {
    try {
      this.#programs.testSockets(group);
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      this.#log.critical(error.message);
      if (this.#parts.isFirst) throw new StartError(error.message);
    }
  }

  async #close(): Promise<void> {
    this.#isOver = true;
    this.#waiting.close();
    this.#watches.close();
    this.#cancelSettling?.();
    this.#memory.close();
    this.#news.close();
    this.#programs.close();
    for (const attendant of this.#attendants) attendant.close?.();
    this.#side.close();
    this.#heldSockets.end(this.#runtime.supervisor.mood !== 'RESTARTING');
    this.#stopReaping();
    await this.#servers?.close();
    this.#removePidfile();
    this.#capture.close();
    this.#log.close();
  }
}
