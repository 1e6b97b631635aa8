/**
 * The moment in which a program becomes a process: what the system is asked for, what is said when it refuses, and the
 * way of its output from then on. All that it needs has been found and opened before (programs.ts).
 */
import type { ProcessConfig } from './config/model.ts';
import type { ProcessId } from './core/supervisor-messages.ts';
import { lastWords } from './last-words.ts';
import { limitsFor, type Rlimit } from './limits.ts';
import type { ChildOutputOptions, ListenerOutputOptions } from './logs/child-output.ts';
import { ChildOutput, ListenerOutput } from './logs/child-output.ts';
import { OutputTail } from './logs/log-end.ts';
import type { OutputCapture, OutputSource } from './logs/output.ts';
import type { Account } from './os/accounts.ts';
import type { Os, SpawnRequest } from './os/os.ts';
import type { Channel, Plumbing } from './plumbing.ts';
import type { Leases } from './program-logs.ts';
import { closeLogs } from './program-logs.ts';
import type { OutputTap, ProgramProbes } from './program-probes.ts';
import type { Launch } from './runtime.ts';
import { StdinWriter } from './stdin-writer.ts';

/** What a running program says, for those who listen; absent means that nobody does, and then it costs nothing. */
export interface OutputListeners {
  /** PROCESS_LOG */
  onLog?(id: ProcessId, pid: number, channel: Channel, text: string): void;
  /** PROCESS_COMMUNICATION */
  onCommunication?(id: ProcessId, pid: number, channel: Channel, text: string): void;
  /** `*_syslog` */
  syslog?(line: string): void;
  /** What an event listener writes to its stdout; the memory is used again after the call. */
  onProtocol?(id: ProcessId, bytes: Buffer): void;
  /** The main log at level debug. */
  debug?: ((text: string) => void) | undefined;
}

export interface ProgramSpawnOptions {
  readonly os: Os;
  readonly capture: OutputCapture;
  readonly listeners: OutputListeners;
  readonly stripAnsi: boolean;
  readonly uid: number;
  /** What every program gets, where it is not what the daemon has. */
  readonly rlimits?: readonly Rlimit[] | undefined;
  readonly probes: Pick<ProgramProbes, 'tap'>;
  accountOf(uid: number): Account | undefined;
}

/** Holds any event whole, so that a listener that reads need not be waited for: 64 KiB of output, as escapes. */
const EVENT_PIPE_BYTES = 512 * 1024;

interface Executable {
  readonly file: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
}

/** What belongs to a process as long as it lives. */
export interface Live {
  pid: number;
  readonly leases: Leases;
  /** Of streams whose log is no file: their last words. */
  readonly tails: Partial<Record<Channel, OutputTail>>;
  readonly sources: OutputSource[];
  stdin: StdinWriter | undefined;
}

export class ProgramSpawn {
  readonly #options: ProgramSpawnOptions;

  constructor(options: ProgramSpawnOptions) {
    this.#options = options;
  }

  /** Starts it and takes its output in. What could not be started leaves nothing open. */
  spawn(
    id: ProcessId,
    program: { readonly config: ProcessConfig; readonly isListener: boolean },
    command: Executable,
    account: Account | undefined,
    leases: Leases,
    plumbing: Plumbing,
  ): { readonly launch: Launch; readonly live: Live | undefined } {
    const { os, capture } = this.#options;
    const { config, isListener } = program;
    const result = os.spawn(this.request(config, command, account, plumbing.child));
    const pid = 'pid' in result ? result.pid : result.childPid;
    if (pid === undefined) {
      for (const fd of [...plumbing.ours, ...plumbing.theirs]) os.close(fd);
      closeLogs(leases);
      const code = 'code' in result ? result.code : '';
      const why =
        code === 'EAGAIN'
          ? `Too many processes in process table to spawn '${config.name}'`
          : `unknown error during fork for '${config.name}': ${code}`;
      return { launch: { type: 'notStarted', why }, live: undefined };
    }
    // The words of a child that got no further go where it would have said them itself: to its stderr.
    const words = 'stage' in result ? lastWords(config, command.argv, result, this.#options.uid) : '';
    if (words !== '') os.write(plumbing.child[2], Buffer.from(words));
    for (const fd of plumbing.theirs) os.close(fd);
    if (isListener && plumbing.stdin !== undefined) os.growPipe(plumbing.stdin, EVENT_PIPE_BYTES);
    const stdin = plumbing.stdin === undefined ? undefined : new StdinWriter(os, plumbing.stdin);
    const live: Live = { pid, leases, tails: {}, sources: [], stdin };
    for (const [channel, read] of plumbing.outputs) {
      const isProtocol = isListener && channel === 'stdout';
      const lease = leases[channel];
      const tail = !isProtocol && (lease === undefined || lease.isDevice) ? new OutputTail() : undefined;
      if (tail !== undefined) live.tails[channel] = tail;
      const output = this.#outputOptions(id, pid, config, channel, leases, tail);
      const sink = isProtocol ? new ListenerOutput(this.#protocolOptions(id, output)) : new ChildOutput(output);
      live.sources.push(capture.attach(read, sink));
    }
    if (words === '') return { launch: { type: 'running', pid }, live };
    const why = words.slice('supervisor: '.length, words.indexOf('\n'));
    return { launch: { type: 'failedInChild', pid, why }, live };
  }

  /** Undefined: ours. A user that has gone since the files were read must not become us instead. */
  accountOf({ uid }: ProcessConfig): Account | { readonly why: string } | undefined {
    if (uid === undefined || uid === this.#options.uid) return undefined;
    return this.#options.accountOf(uid) ?? { why: `couldn't setuid to ${uid}: Can't find uid ${uid}` };
  }

  /** What the system is asked for; also for a command beside the program, with descriptors of its own. */
  request(
    config: ProcessConfig,
    { file, argv, environment }: Executable,
    account: Account | undefined,
    fds: readonly number[],
  ): SpawnRequest {
    return {
      file,
      argv,
      env: environment,
      cwd: config.directory,
      fds,
      group: 'pgid',
      umask: config.umask,
      nice: config.nice,
      rlimits: limitsFor(config.rlimits, this.#options.rlimits),
      ...(account && { uid: account.uid, gid: account.gid, groups: account.groups }),
    };
  }

  #outputOptions(
    id: ProcessId,
    pid: number,
    config: ProcessConfig,
    channel: Channel,
    leases: Leases,
    tail: OutputTail | undefined,
  ): ChildOutputOptions {
    const { listeners, stripAnsi } = this.#options;
    const stream = config[channel];
    const { onLog, onCommunication, syslog } = listeners;
    return {
      name: config.name,
      channel,
      log: leases[channel],
      lines: stream.log_format && {
        format: stream.log_format,
        origin: {
          program: config.section.slice(config.section.indexOf(':') + 1).trim(),
          process: config.name,
          stream: channel,
          pid,
        },
      },
      stripAnsi,
      captureMaxBytes: stream.capture_maxbytes,
      onLog: stream.events_enabled && onLog ? (text) => onLog(id, pid, channel, text) : undefined,
      onCommunication: onCommunication && ((text) => onCommunication(id, pid, channel, text)),
      syslog: stream.syslog ? syslog : undefined,
      debug: listeners.debug,
      tap: tapsOf(this.#options.probes.tap(id, config), tail),
    };
  }

  #protocolOptions(id: ProcessId, { name, log, lines, stripAnsi, debug }: ChildOutputOptions): ListenerOutputOptions {
    const { listeners } = this.#options;
    return { name, log, lines, stripAnsi, debug, onData: (bytes) => listeners.onProtocol?.(id, bytes) };
  }
}

/** Both see every byte, the first one until it wants no more. */
function tapsOf(probe: OutputTap | undefined, tail: OutputTail | undefined): OutputTap | undefined {
  if (probe === undefined || tail === undefined) return probe ?? tail;
  let isLooking = true;
  return {
    take(chunk) {
      if (isLooking) isLooking = probe.take(chunk);
      return tail.take(chunk);
    },
    end: () => probe.end(),
  };
}
