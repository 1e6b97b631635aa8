/**
 * `tssupervisord`: the command line, the configuration, and one life of the daemon after the other until it is told to
 * end. Exit status 0 after an orderly end (or what `exit_daemon` says), 2 when it cannot start.
 */
import { existsSync, readFileSync } from 'node:fs';
import { findConfigFile, noConfigFileMessage } from '../config/default-files.ts';
import { formatFinding } from '../config/diagnosis.ts';
import { helpText, readDaemonCommandLine } from './command-line.ts';
import { nodeHost } from './config/host.ts';
import { type LoadRequest, loadConfig } from './config/load.ts';
import type { LoadedConfig, LoadResult } from './config/model.ts';
import { PortLedger } from './config/port-ledger.ts';
import { formatProblems, supervisorText } from './config/problems.ts';
import { Scales } from './config/scales.ts';
import { Daemon } from './daemon.ts';
import { StartError } from './daemon-parts.ts';
import { becomeDaemon, reporterOfCopy, startCopy } from './daemonize.ts';
import { SUPERVISOR_VERSION } from './handlers/information.ts';
import type { HeldSocketMap } from './held-sockets.ts';
import { nofileForCopy, type Rlimit, raiseLimits, takeInheritedNofile } from './limits.ts';
import { LinuxOs } from './os/linux.ts';
import { loadPosix, type Posix } from './os/posix.ts';
import { loadPart } from './part-loader.ts';
import { dropPrivileges } from './privileges.ts';

const argv0 = process.argv[1] ?? 'supervisord';
const say = (text: string): void => void process.stdout.write(text);

const LAST_WORDS_MS = 2000;

/** Python's warning, without the place in Supervisor's source. */
const searching =
  'UserWarning: Supervisord is running as root and it is searching for its configuration file in default locations ' +
  '(including its current working directory); you probably want to specify a "-c" argument specifying an absolute ' +
  'path to a configuration file for improved security.\n';

/** Set in the copy of itself that a daemonizing start makes: failures are told to the one who waits. */
const reporter = reporterOfCopy();
const inheritedNofile = takeInheritedNofile(process.env);

function fail(message: string, code = 2): never {
  const text = `Error: ${message}\nFor help, use ${argv0} -h\n`;
  if (reporter === undefined) process.stderr.write(text);
  else reporter.failed(text, code);
  process.exit(code);
}

async function main(): Promise<void> {
  // Relative names mean the same at every later reading, wherever `directory` has led the daemon by then.
  const cwd = process.cwd();
  const host = nodeHost(process.env, cwd);
  const ledger = new PortLedger();
  const line = readDaemonCommandLine(process.argv.slice(2), host);
  switch (line.type) {
    case 'error':
      return fail(line.message);
    case 'help':
      return say(helpText(argv0));
    case 'version':
      return say(`tssupervisor ${process.env['TSSUPERVISOR_VERSION']}\n`);
    case 'supervisorVersion':
      return say(`${SUPERVISOR_VERSION}\n`);
    case 'run': {
      if (line.file === undefined && process.getuid?.() === 0 && reporter === undefined)
        process.stderr.write(searching);
      const file = line.file ?? findConfigFile(argv0, { exists: existsSync });
      if (file === undefined) return fail(noConfigFileMessage(argv0));
      const request: LoadRequest = { file, overrides: line.overrides, environment: process.env, ledger };
      const load = (scales: Scales): LoadResult => loadConfig({ ...request, scales }, nodeHost(process.env, cwd));
      if (line.isTest) return test(request, load(new Scales()));
      return await run(load);
    }
    default:
      return line satisfies never;
  }
}

async function test(request: LoadRequest, result: LoadResult): Promise<void> {
  for (const { file: where, line, section, key, hint } of result.suggestions) {
    say(`${where}:${line}: [${section}] ${key} is not a setting: did you mean "${hint}"?\n`);
  }
  if (result.ok) {
    say(`${request.file}: the configuration can be used\n`);
    const { findingsOf } = await loadPart('doctor');
    for (const finding of findingsOf(request)) say(`${formatFinding(finding)}\n`);
    return;
  }
  process.stderr.write(`${formatProblems(result.problems)}\n`);
  process.exit(2);
}

/** What Supervisor says of the first problem, then all of them with their places. */
function refusal({ problems }: Extract<LoadResult, { ok: false }>): string {
  const [first] = problems;
  if (first === undefined) return 'bad configuration';
  // A file that is not there has no place in it.
  if (problems.length === 1 && first.line === undefined) return supervisorText(first);
  return `${supervisorText(first)}\n${formatProblems(problems)}`;
}

async function run(read: (scales: Scales) => LoadResult): Promise<void> {
  const scales = new Scales();
  const load = (others = scales): LoadResult => read(others);
  let result = load();
  if (!result.ok) return fail(refusal(result));
  const isForeground = result.config.supervisord.nodaemon;
  if (!isForeground && reporter === undefined) {
    return startCopy(process.argv, nofileForCopy(inheritedNofile), (text) => process.stderr.write(text));
  }

  const posix = loadPosix();
  using os = new LinuxOs(posix);
  os.becomeSubreaper();
  let daemon: Daemon | undefined;
  const early: (() => void)[] = [];
  /** A signal that comes before the daemon can take it waits for that. */
  const whenUp = (act: (daemon: Daemon) => void) => () => {
    if (daemon === undefined) early.push(() => daemon !== undefined && act(daemon));
    else act(daemon);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const) {
    process.on(
      signal,
      whenUp((up) => up.signalled(signal)),
    );
  }
  process.on(
    'SIGUSR2',
    whenUp((up) => up.reopenLogs()),
  );
  // Without a listener Node opens its debugger to every user of this machine.
  process.on('SIGUSR1', () => daemon?.ignored('SIGUSR1'));
  process.on('SIGCHLD', () => daemon?.childQuit());
  process.on('exit', () => daemon?.flush());
  process.on('uncaughtException', (error) => bug(daemon, error));
  process.on('unhandledRejection', (error) => bug(daemon, error));

  const { nofile, ...messages } = prepare(result.config, posix);
  const pipeMaxBytes = pipeLimit();
  const serials = { next: 0 };
  const heldSockets: HeldSocketMap = new Map();
  for (let isFirst = true; ; isFirst = false) {
    const { config } = result;
    const life = new Daemon({
      os,
      posix,
      config,
      environment: process.env,
      pipeMaxBytes,
      messages: isFirst ? messages : privileges(config),
      isForeground,
      serials,
      heldSockets,
      scales,
      isFirst,
      nofile,
      load,
      onListening(log) {
        if (isFirst && !isForeground) becomeDaemon(config.supervisord, log);
      },
      onStarted() {
        if (isFirst) reporter?.ready();
        daemon = life;
        for (const act of early.splice(0)) act();
        // Children that a start script left to us, and that ended before anybody heard of it.
        if (isFirst) os.rescan();
      },
    });
    const end = await life.run();
    daemon = undefined;
    if (end.mood === 'SHUTDOWN') {
      // What a slow reader of our stdout has not taken yet still goes out; nobody waits longer than that for the end.
      os.exitWithin(LAST_WORDS_MS, end.status);
      return;
    }
    const again: LoadResult = load();
    // The files were in order when the restart was asked for; if they are not any more, what was in force stays so.
    if (!again.ok) continue;
    result = again;
    scales.settle();
  }
}

function bug(daemon: Daemon | undefined, error: unknown): void {
  if (daemon !== undefined) daemon.bug(error);
  else if (error instanceof StartError) fail(error.message);
  else fail(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
}

/** Limits and privileges, before the log is open; in Supervisor's order. */
function prepare(
  config: LoadedConfig,
  posix: Posix,
): { critical: string[]; info: string[]; nofile: Rlimit | undefined } {
  const { critical, info, why } = privileges(config);
  if (why !== undefined) return fail(why);
  const limits = raiseLimits(posix, config.supervisord, inheritedNofile);
  if ('why' in limits) return fail(limits.why);
  return { critical, info: [...info, ...limits.infos], nofile: limits.nofile };
}

/** Becomes the user of the configuration. `why` that failed is also in `critical`: after a restart nothing ends by it. */
function privileges({ supervisord }: LoadedConfig): { critical: string[]; info: string[]; why?: string } {
  const { uid } = supervisord;
  if (uid !== undefined) {
    const why = dropPrivileges(uid);
    if (why !== undefined) return { critical: [`Cannot become user ${uid}: ${why}`], info: [], why };
    return { critical: [], info: [`Set uid to user ${uid} succeeded`] };
  }
  if (process.getuid?.() !== 0) return { critical: [], info: [] };
  const warning =
    'Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.  ' +
    'If you intend to run as root, you can set user=root in the config file to avoid this message.';
  return { critical: [warning], info: [] };
}

function pipeLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/fs/pipe-max-size', 'utf8')) || 65_536;
  } catch {
    return 65_536;
  }
}

main().catch((error: unknown) => bug(undefined, error));
