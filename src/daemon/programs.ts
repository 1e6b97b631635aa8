/**
 * What belongs to the programs themselves: their settings, how they are started, the pipes and logs of the live ones.
 * The core decides that a program starts; here it is found, its logs are opened, its pipes made and its environment
 * put together, in Supervisor's order and with Supervisor's texts for what goes wrong (supervisor/process.py `spawn`).
 *
 * Nothing of a live program but its pid and its pipes is kept, so that the pipes can one day outlive the daemon.
 */
import type { ChildEnvironmentOptions } from './child-environment.ts';
import { ChildEnvironments } from './child-environment.ts';
import type { Command } from './command.ts';
import { findCommand } from './command.ts';
import type { CommandLine } from './config/command-line.ts';
import { splitCommand } from './config/command-line.ts';
import type { GroupConfig, ProcessConfig } from './config/model.ts';
import type { GroupSpec, ProcessSpec } from './core/spec.ts';
import type { ProcessId } from './core/supervisor-messages.ts';
import { processId } from './core/supervisor-messages.ts';
import { specOf } from './core-spec.ts';
import { variablesOf } from './env-file.ts';
import type { FcgiSockets } from './fcgi-sockets.ts';
import type { HeldSockets } from './held-sockets.ts';
import type { Hooks } from './hooks.ts';
import type { LeftoversParts } from './leftovers.ts';
import { Leftovers } from './leftovers.ts';
import { errnoCode } from './logs/errno.ts';
import type { OutputEnd } from './logs/log-end.ts';
import type { ExitStatus, Os } from './os/os.ts';
import type { Channel, Plumbing } from './plumbing.ts';
import { makePlumbing } from './plumbing.ts';
import type { Leases, LogPaths, ProgramLogsOptions } from './program-logs.ts';
import { closeLogs, emptyLog, ProgramLogs } from './program-logs.ts';
import type { ProgramProbes } from './program-probes.ts';
import type { Live, ProgramSpawnOptions } from './program-spawn.ts';
import { ProgramSpawn } from './program-spawn.ts';
import type { Launch, Launcher } from './runtime.ts';
import type { SideRequest } from './side-commands.ts';
import type { StopPreparation } from './stop-preparation.ts';

export interface ProgramsOptions
  extends ChildEnvironmentOptions,
    ProgramLogsOptions,
    LeftoversParts,
    ProgramSpawnOptions {
  readonly os: Os;
  readonly sockets: FcgiSockets;
  readonly heldSockets: HeldSockets;
  /** Why a program cannot have its ports, if it cannot. */
  portTrouble(config: ProcessConfig): string | undefined;
  /** Asks the programs that run. */
  readonly probes: Pick<ProgramProbes, 'prepare' | 'tap' | 'started' | 'ended'>;
  readonly stopPreparation: StopPreparation;
  readonly hooks: Pick<Hooks, 'beforeStart' | 'whenDone' | 'ended'>;
  /** Which processes there are, or the settings of one, has changed. */
  onConfigs?(): void;
}

interface Slot {
  config: ProcessConfig;
  readonly isListener: boolean;
  readonly paths: LogPaths;
  /** `command` split into words and the environment as `KEY=value`, made at the first start and (env_file) the same at all. */
  words: CommandLine | undefined;
  environment: readonly string[] | undefined;
  live: Live | undefined;
  /** Of the last run, once it is over. */
  last: Outputs | undefined;
}

/** What a run has said: where, and how much. */
type Outputs = Readonly<Partial<Record<Channel, OutputEnd>>>;

export class Programs implements Launcher {
  readonly #options: ProgramsOptions;
  readonly #groups = new Map<string, GroupConfig>();
  readonly #slots = new Map<ProcessId, Slot>();
  readonly #environments: ChildEnvironments;
  readonly #logs: ProgramLogs;
  readonly #leftovers: Leftovers;
  readonly #spawn: ProgramSpawn;

  constructor(options: ProgramsOptions) {
    this.#options = options;
    this.#environments = new ChildEnvironments(options);
    this.#logs = new ProgramLogs(options);
    this.#leftovers = new Leftovers(options);
    this.#spawn = new ProgramSpawn(options);
  }

  /** To be asked before a group is taken in. @throws SocketError when a socket of it cannot be made. */
  testSockets(group: GroupConfig): void {
    this.#options.sockets.test(group);
  }

  /** Takes a group in, with names for its automatic logs, and answers what the core must know of it. */
  addGroup(group: GroupConfig): GroupSpec {
    this.#groups.set(group.name, group);
    for (const config of group.processes)
      this.#slots.set(processId(group.name, config.name), this.#slotOf(group, config));
    this.#options.onConfigs?.();
    return { name: group.name, priority: group.priority, processes: group.processes.map(specOf) };
  }

  /** Other settings for a process that goes on as it is; what the core must know of them. They count from its next start. */
  respec(config: ProcessConfig): ProcessSpec {
    const slot = this.#slots.get(processId(config.group, config.name));
    if (slot !== undefined) Object.assign(slot, { config, words: undefined, environment: undefined });
    const group = this.#groups.get(config.group);
    if (group !== undefined) {
      const processes = group.processes.map((process) => (process.name === config.name ? config : process));
      this.#groups.set(group.name, { ...group, processes });
    }
    this.#options.onConfigs?.();
    return specOf(config);
  }

  /**
   * Takes a group in instead of the one of its name, with all stopped that is not `kept` (names of processes, which go
   * on with their logs). `group` shares its FastCGI sockets with the one before: see `sharingSockets`.
   */
  replaceGroup(group: GroupConfig, kept: ReadonlySet<string>): GroupSpec {
    const before = this.#groups.get(group.name)?.processes ?? [];
    const next = new Map(group.processes.map((config) => [config.name, config]));
    for (const { name } of before) {
      const id = processId(group.name, name);
      if (kept.has(name)) continue;
      this.#options.heldSockets.release(id, false, next.get(name));
      this.#slots.delete(id);
    }
    this.#groups.set(group.name, group);
    for (const config of group.processes) {
      const id = processId(group.name, config.name);
      const slot = this.#slots.get(id);
      if (slot === undefined) this.#slots.set(id, this.#slotOf(group, config));
      else Object.assign(slot, { config, words: undefined, environment: undefined });
    }
    this.#options.onConfigs?.();
    return { name: group.name, priority: group.priority, processes: group.processes.map(specOf) };
  }

  /** Why a process that is not there yet could not have its ports, as far as that can be told beforehand. */
  portTrouble(config: ProcessConfig): string | undefined {
    return config.ports.length === 0 ? undefined : this.#options.portTrouble(config);
  }

  /** `next` is what it is about to be replaced by, if it is: what that needs too stays open. */
  removeGroup(name: string, next?: GroupConfig): void {
    const group = this.#groups.get(name);
    this.#groups.delete(name);
    this.#options.heldSockets.removeGroup(name, next);
    for (const config of group?.processes ?? []) this.#slots.delete(processId(name, config.name));
    this.#options.onConfigs?.();
  }

  activeGroups(): readonly GroupConfig[] {
    return [...this.#groups.values()];
  }

  config(id: ProcessId): ProcessConfig | undefined {
    return this.#slots.get(id)?.config;
  }

  /** Where a stream is logged to, as it is written; undefined when it is not. */
  logPath(id: ProcessId, channel: Channel): string | undefined {
    return this.#slots.get(id)?.paths[channel];
  }

  /** What its run has said, or the last one, if it does not run. */
  output(id: ProcessId): Outputs {
    const slot = this.#slots.get(id);
    return slot?.live ? outputsOf(slot.paths, slot.live) : (slot?.last ?? {});
  }

  /** What it gets if it is started now, but for what is only made then (NOTIFY_SOCKET, the LISTEN_PID). */
  environmentOf(id: ProcessId): readonly string[] | { readonly why: string } {
    const slot = this.#slots.get(id);
    return slot === undefined ? [] : this.#environmentOf(id, slot);
  }

  /** Where the program lies, or why it cannot be started. */
  command(id: ProcessId): Command {
    const slot = this.#slots.get(id);
    if (slot === undefined) return { why: 'command is empty', missing: false };
    const { command, environment } = slot.config;
    slot.words ??= splitCommand(command);
    return findCommand(command, slot.words, environment['PATH'] ?? this.#options.environment['PATH']);
  }

  launch(id: ProcessId): Launch {
    const slot = this.#slots.get(id);
    if (slot === undefined) return { type: 'notStarted', why: `no settings for ${id}` };
    const { config } = slot;
    if (this.#leftovers.isWaiting(id)) return { type: 'later' };
    const hook = this.#options.hooks.beforeStart(id);
    if (hook !== 'go') return hook === 'later' ? { type: hook } : { type: 'notStarted', why: hook.why };
    const trouble = this.portTrouble(config);
    if (trouble !== undefined) return { type: 'notStarted', why: trouble };
    const held = this.#options.sockets.hold(id, config.socket);
    if ('why' in held) return { type: 'notStarted', why: held.why };
    const sockets = this.#options.heldSockets.hold(id, config);
    if ('why' in sockets) return { type: 'notStarted', why: sockets.why };
    const command = this.command(id);
    if ('why' in command) return { type: 'notStarted', why: command.why };
    const environment = this.#environmentOf(id, slot);
    if ('why' in environment) return { type: 'notStarted', why: environment.why };
    const account = this.#spawn.accountOf(config);
    if (account !== undefined && 'why' in account) return { type: 'notStarted', why: account.why };
    const further = this.#options.probes.prepare(id, config);
    if ('why' in further) return { type: 'notStarted', why: further.why };
    let leases: Leases = {};
    let plumbing: Plumbing | undefined;
    try {
      leases = this.#logs.open(slot.paths, config);
      const [stdin, others] = config.listen?.as === 'stdin' ? [sockets.fds[0], []] : [held.fd, sockets.fds];
      plumbing = makePlumbing(this.#options.os, config.redirect_stderr, stdin, others);
    } catch (error) {
      closeLogs(leases);
      const code = errnoCode(error);
      const why =
        code === 'EMFILE'
          ? `too many open files to spawn '${config.name}'`
          : `unknown error making dispatchers for '${config.name}': ${code}`;
      return { type: 'notStarted', why };
    }
    const executable = { ...command, environment: further.length === 0 ? environment : [...environment, ...further] };
    const { launch, live } = this.#spawn.spawn(id, slot, executable, account, leases, plumbing);
    slot.live = live;
    return launch;
  }

  ended(id: ProcessId): void {
    const slot = this.#slots.get(id);
    const live = slot?.live;
    if (slot === undefined || live === undefined) return;
    slot.live = undefined;
    for (const source of live.sources) this.#options.capture.finish(source);
    live.stdin?.close();
    slot.last = outputsOf(slot.paths, live);
    this.#options.probes.ended(id);
  }

  /** For a command that is to run beside the program and as the program does: its user, environment, directory, limits. */
  sideRequest(id: ProcessId, command: string, further: readonly string[] = []): SideRequest {
    const slot = this.#slots.get(id);
    if (slot === undefined) return { why: `no settings for ${id}` };
    const { config } = slot;
    const path = config.environment['PATH'] ?? this.#options.environment['PATH'];
    const found = findCommand(command, splitCommand(command), path);
    if ('why' in found) return found;
    const environment = this.#environmentOf(id, slot);
    if ('why' in environment) return environment;
    const account = this.#spawn.accountOf(config);
    if (account !== undefined && 'why' in account) return account;
    const {
      fds: _,
      group: __,
      ...request
    } = this.#spawn.request(config, { ...found, environment: [...environment, ...further] }, account, []);
    return request;
  }

  /** Programs without a port or a socket of their own: Supervisor's rules, and their children are nobody's business. */
  leftBehind(id: ProcessId, pid: number): boolean {
    const config = this.#slots.get(id)?.config;
    if (
      config === undefined ||
      (config.ports.length === 0 && config.listen === undefined && config.upstreamDrainMs === undefined)
    )
      return false;
    const { name, stopsignal: stopSignal, stopwaitsecs } = config;
    return this.#leftovers.begin({ id, name, group: pid, stopSignal, stopWaitMs: stopwaitsecs * 1000 });
  }

  whenCleared(id: ProcessId, run: () => void): void {
    this.#leftovers.whenCleared(id, () => this.#options.hooks.whenDone(id, run));
  }

  orphanEnded(): void {
    this.#leftovers.reaped();
  }

  started(id: ProcessId, pid: number): void {
    this.#options.probes.started(id, pid);
  }

  prepareStop(id: ProcessId, pid: number): Promise<void> {
    return this.#options.stopPreparation.prepare(id, pid);
  }

  settled(id: ProcessId, exit?: ExitStatus): void {
    this.#options.sockets.letGo(id);
    if (exit !== undefined) this.#options.hooks.ended(id, exit);
  }

  /** Removes and reopens the logs that a program writes to, empties those that it does not; the code of a failure. */
  clearLogs(id: ProcessId): string | undefined {
    const slot = this.#slots.get(id);
    if (slot === undefined) return undefined;
    for (const channel of ['stdout', 'stderr'] as const) {
      const lease = slot.live?.leases[channel];
      const code = lease === undefined || lease.isClosed ? emptyLog(slot.paths[channel]) : lease.clear();
      if (code !== undefined) return code;
    }
    return undefined;
  }

  /** Opens the logs of running programs again, by name (SIGUSR2). */
  reopenLogs(): void {
    for (const { live } of this.#slots.values()) {
      for (const lease of Object.values(live?.leases ?? {})) lease.reopen();
    }
  }

  /** False when its standard input is closed. */
  writeStdin(id: ProcessId, text: string): boolean {
    return this.#slots.get(id)?.live?.stdin?.write(Buffer.from(text)) ?? false;
  }

  close(): void {
    this.#leftovers.close();
  }

  #slotOf(group: GroupConfig, config: ProcessConfig): Slot {
    return {
      config,
      isListener: group.type === 'eventlistener',
      paths: this.#logs.pathsOf(config),
      words: undefined,
      environment: undefined,
      live: undefined,
      last: undefined,
    };
  }

  #environmentOf(id: ProcessId, slot: Slot): readonly string[] | { readonly why: string } {
    const { config } = slot;
    if (config.envFiles.length === 0) {
      slot.environment ??= this.#environments.of(id, config);
      return slot.environment;
    }
    const files = variablesOf(config.envFiles, config.directory);
    return 'why' in files ? files : this.#environments.of(id, config, files.variables);
  }
}

function outputsOf(paths: LogPaths, { leases, tails }: Live): Outputs {
  const end = (channel: Channel): OutputEnd => ({
    path: paths[channel],
    written: leases[channel]?.written,
    tail: tails[channel],
  });
  return { stdout: end('stdout'), stderr: end('stderr') };
}
