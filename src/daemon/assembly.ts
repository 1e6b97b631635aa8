/**
 * All parts of a daemon, made and connected, in the order in which they need each other. What one asks of another that
 * is made later it asks by a function. Nothing runs yet: that is daemon.ts.
 */

import { Caretaker } from './caretaker.ts';
import { childServerUrl } from './config/servers.ts';
import type { Event } from './core/supervisor-messages.ts';
import { type DaemonEnd, type DaemonParts, StartError } from './daemon-parts.ts';
import { Demand } from './demand.ts';
import { News } from './events/news.ts';
import { Exits } from './exits.ts';
import { FcgiSockets } from './fcgi-sockets.ts';
import { HeldSockets } from './held-sockets.ts';
import { Hooks } from './hooks.ts';
import { Jobs } from './jobs.ts';
import { LogFiles } from './logs/log-files.ts';
import { MainLog } from './logs/main-log.ts';
import { OutputCapture } from './logs/output.ts';
import { MemoryKeeper } from './memory.ts';
import { accountOf } from './os/accounts.ts';
import { treeBytes } from './os/memory-use.ts';
import type { Cancel } from './os/os.ts';
import { holdersOf } from './os/port-holders.ts';
import { syslogSender } from './os/syslog.ts';
import { portTrouble } from './port-check.ts';
import { ProgramProbes } from './program-probes.ts';
import { Programs } from './programs.ts';
import { Reasons, reasonOf } from './reasons.ts';
import { Rolls } from './rolls.ts';
import { Runtime } from './runtime.ts';
import { Schedules } from './schedules.ts';
import { SideCommands } from './side-commands.ts';
import { StopPreparation } from './stop-preparation.ts';
import { UpstreamService } from './upstream-service.ts';
import { WaitingReport } from './waiting-report.ts';

/** Looks after a single feature. */
export interface Attendant {
  happened(event: Event): void;
  close?(): void;
}

/** What the parts tell the daemon. */
export interface AssemblyHost {
  happened(event: Event): void;
  /** Everything is down. */
  finished(end: DaemonEnd): void;
  configsChanged(): void;
  bug(error: unknown): void;
}

/** An event listener writes its result and its READY one right after the other. */
const GLUE_MS = 2;

export class Assembly {
  readonly files: LogFiles;
  readonly log: MainLog;
  readonly capture: OutputCapture;
  readonly heldSockets: HeldSockets;
  readonly side: SideCommands;
  readonly probes: ProgramProbes;
  readonly hooks: Hooks;
  readonly programs: Programs;
  readonly runtime: Runtime;
  readonly news: News;
  readonly jobs = new Jobs(Date.now, (name, data) => this.news.feed.publish(name, data, Date.now()));
  readonly stopPreparation = new StopPreparation();
  readonly reasons = new Reasons();
  readonly exits: Exits;
  readonly upstreams: UpstreamService;
  readonly rolls: Rolls;
  readonly demand: Demand;
  readonly schedules: Schedules;
  /** What looks after single features: told of every event, ended with the daemon, in the order of their making. */
  readonly attendants: Attendant[] = [];
  readonly memory: MemoryKeeper;
  readonly waiting: WaitingReport;
  readonly stopReaping: Cancel;

  /** @throws StartError when the log cannot be opened. */
  constructor(parts: DaemonParts, host: AssemblyHost) {
    const { os, posix, config, environment } = parts;
    const { supervisord } = config;
    const syslog = syslogSender(posix, 'supervisord');
    // Notices of trouble with a log go to the main log, which is made of the same kind of file.
    let main: MainLog | undefined;
    this.files = new LogFiles({ posix, os, onNotice: (text) => main?.warn(text) });
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
      this.files,
    );
    if ('code' in opened) throw new StartError(`Cannot open the log file "${supervisord.logfile}": ${opened.code}`);
    this.log = opened;
    main = opened;
    this.capture = new OutputCapture(posix, os, {
      pipeMaxBytes: parts.pipeMaxBytes,
      // Supervisor's debug log shows them in one piece, and its users look for `OKREADY`.
      promptDelayMs: opened.isLogged('debug') ? GLUE_MS : 0,
      onBug: (error) => host.bug(error),
    });
    this.heldSockets = new HeldSockets({
      posix,
      os,
      log: opened,
      sockets: parts.heldSockets,
      holdersOf: (port) => holdersOf(new Set([port]), supervisord.pidfile).get(port),
      closing: (fd) => this.demand.closing(fd),
    });
    this.side = new SideCommands(os, this.capture);
    this.probes = new ProgramProbes({
      os,
      posix,
      log: opened,
      side: this.side,
      folder: `${supervisord.pidfile.replace(/\.pid$/, '')}.notify`,
      accountOf,
      config: (id) => this.programs.config(id),
      request: (id, command) => this.programs.sideRequest(id, command),
      send: (id, input) => this.runtime.process(id, input),
    });
    this.hooks = new Hooks({
      side: this.side,
      log: opened,
      config: (id) => this.programs.config(id),
      request: (id, command, further) => this.programs.sideRequest(id, command, further),
    });
    this.programs = new Programs({
      os,
      logs: this.files,
      capture: this.capture,
      sockets: new FcgiSockets(posix, opened),
      heldSockets: this.heldSockets,
      listeners: {
        syslog,
        debug: opened.isLogged('debug') ? (text) => opened.debug(text) : undefined,
        onLog: (id, pid, channel, text) => {
          this.memory.touched();
          this.news.processLog(id, pid, channel, text);
        },
        onCommunication: (id, pid, channel, text) => {
          this.memory.touched();
          this.news.processCommunication(id, pid, channel, text);
        },
        onProtocol: (id, bytes) => this.news.protocol(id, bytes),
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
      portTrouble: (program) =>
        portTrouble(posix, program, (port) => holdersOf(new Set([port]), supervisord.pidfile).get(port)),
      probes: this.probes,
      stopPreparation: this.stopPreparation,
      hooks: this.hooks,
      accountOf,
      onConfigs: () => host.configsChanged(),
    });
    this.runtime = new Runtime({
      os,
      launcher: this.programs,
      log: this.log,
      onEvent: (event) => host.happened(event),
      onEnd: (id, exit, why) => this.exits.ended(id, exit, why),
      onFinished: (mood, status = 0) => host.finished({ mood, status }),
    });
    this.exits = new Exits({
      os,
      record: (id) => this.runtime.supervisor.record(id),
      spec: (id) => this.runtime.supervisor.spec(id),
      output: (id) => this.programs.output(id),
    });
    this.reasons.add((id) => this.upstreams.reason(id));
    this.reasons.add((id) => {
      const record = this.runtime.supervisor.record(id);
      return record && reasonOf(record, os.now());
    });
    this.upstreams = new UpstreamService({
      os,
      runtime: this.runtime,
      programs: this.programs,
      log: opened,
      isOpen: (id) => this.demand.isOpen(id),
    });
    this.stopPreparation.add(this.upstreams);
    this.rolls = new Rolls(this.runtime, this.jobs, this.stopPreparation);
    this.demand = new Demand({
      posix,
      os,
      log: opened,
      sockets: this.heldSockets,
      groups: () => this.programs.activeGroups(),
      config: (id) => this.programs.config(id),
      state: (id) => this.runtime.supervisor.record(id)?.state.name,
      isUp: () => this.runtime.supervisor.mood === 'RUNNING',
      start: (id) => this.runtime.send({ type: 'startInOrder', id }),
      stop: (id) => this.runtime.process(id, { type: 'stop', why: 'nobody has been connected to it (idle_stop)' }),
      changed: (id) => {
        this.runtime.revision += 1;
        this.upstreams.happened({ type: 'serving', id, serving: this.demand.isOpen(id) });
      },
      onBug: (error) => host.bug(error),
    });
    this.reasons.add((id) => {
      const what = this.runtime.supervisor.waitingFor(id);
      return what === undefined ? this.hooks.waitsFor(id) : `Waiting for ${what}`;
    });
    this.reasons.add((id) => this.demand.waitsFor(id));
    this.schedules = new Schedules({
      os,
      log: opened,
      wallMs: Date.now,
      groups: () => this.programs.activeGroups(),
      state: (id) => this.runtime.supervisor.record(id)?.state.name,
      isWaiting: (id) => this.runtime.supervisor.waitingFor(id) !== undefined,
      isUp: () => this.runtime.supervisor.mood === 'RUNNING',
      start: (id) => this.runtime.send({ type: 'startInOrder', id }),
      changed: () => {
        this.runtime.revision += 1;
      },
      onBug: (error) => host.bug(error),
    });
    this.reasons.add((id) => this.schedules.waitsFor(id));
    const caretaker = new Caretaker({
      os,
      runtime: this.runtime,
      rolls: this.rolls,
      log: opened,
      config: (id) => this.programs.config(id),
      memoryOf: treeBytes,
    });
    this.attendants.push(
      this.exits,
      this.probes,
      this.hooks,
      this.upstreams,
      this.rolls,
      this.demand,
      this.schedules,
      caretaker,
    );
    this.news = new News({
      os,
      files: this.files,
      log: this.log,
      identifier: supervisord.identifier,
      serials: parts.serials,
      idsOf: (pool) => this.runtime.supervisor.idsOf(pool) ?? [],
      isRunning: (id) => this.runtime.supervisor.record(id)?.state.name === 'RUNNING',
      whyNotServing: (id) => {
        const state = this.runtime.supervisor.record(id)?.state;
        if (state === undefined || this.runtime.supervisor.spec(id)?.ready === undefined) return undefined;
        return state.name === 'RUNNING' ? (state.unready ?? '') : `it is ${state.name}`;
      },
      send: (id, envelope) => this.programs.writeStdin(id, envelope),
    });
    this.memory = new MemoryKeeper(os, posix);
    this.waiting = new WaitingReport(os, opened);
    // Behind the upstreams: nobody sends requests any more when pre_stop runs.
    this.stopPreparation.add(this.hooks);
    this.stopReaping = os.onChildExit((exit) => {
      if (!this.side.exited(exit)) this.runtime.exited(exit);
    });
  }
}
