/**
 * `tssupervisord`: the command line, the configuration, and one life of the daemon after the other until it is told to
 * end. Exit status 0 after an orderly end, 2 when it cannot start.
 */
import { existsSync, readFileSync } from 'node:fs';
import { findConfigFile, noConfigFileMessage } from '../config/default-files.ts';
import { helpText, readDaemonCommandLine } from './command-line.ts';
import { nodeHost } from './config/host.ts';
import { loadConfig } from './config/load.ts';
import type { LoadedConfig, LoadResult } from './config/model.ts';
import { formatProblems, supervisorText } from './config/problems.ts';
import { Daemon, StartError } from './daemon.ts';
import { becomeDaemon, reporterOfCopy, startCopy } from './daemonize.ts';
import { SUPERVISOR_VERSION } from './handlers/information.ts';
import { raiseLimits } from './limits.ts';
import { preferSmallHeap } from './memory.ts';
import { LinuxOs } from './os/linux.ts';
import { loadPosix } from './os/posix.ts';
import { dropPrivileges } from './privileges.ts';

preferSmallHeap();
const argv0 = process.argv[1] ?? 'supervisord';
const say = (text: string): void => void process.stdout.write(text);

const LAST_WORDS_MS = 2000;

/** Set in the copy of itself that a daemonizing start makes: failures are told to the one who waits. */
const reporter = reporterOfCopy();

function fail(message: string, code = 2): never {
  const text = `Error: ${message}\nFor help, use ${argv0} -h\n`;
  if (reporter === undefined) process.stderr.write(text);
  else reporter.failed(text, code);
  process.exit(code);
}

async function main(): Promise<void> {
  const line = readDaemonCommandLine(process.argv.slice(2));
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
      const file = line.file ?? findConfigFile(argv0, { exists: existsSync });
      if (file === undefined) return fail(noConfigFileMessage(argv0));
      // Relative names mean the same at every later reading, wherever `directory` has led the daemon by then.
      const cwd = process.cwd();
      const load = (): LoadResult =>
        loadConfig({ file, overrides: line.overrides, environment: process.env }, nodeHost(process.env, cwd));
      if (line.isTest) return test(file, load());
      if (line.file === undefined && process.getuid?.() === 0) {
        process.stderr.write(
          `Supervisord is running as root and it found its configuration file in a default location (${file}); ` +
            'give it with -c, so that nobody else can choose it\n',
        );
      }
      return await run(load);
    }
    default:
      return line satisfies never;
  }
}

function test(file: string, result: LoadResult): void {
  for (const { file: where, line, section, key, hint } of result.suggestions) {
    say(`${where}:${line}: [${section}] ${key} is not a setting: did you mean "${hint}"?\n`);
  }
  if (result.ok) {
    say(`${file}: the configuration can be used\n`);
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

async function run(load: () => LoadResult): Promise<void> {
  let result = load();
  if (!result.ok) return fail(refusal(result));
  const isForeground = result.config.supervisord.nodaemon || result.config.supervisord.silent;
  if (!isForeground && reporter === undefined) return startCopy(process.argv, (text) => process.stderr.write(text));

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
  process.on('SIGCHLD', () => daemon?.childQuit());
  process.on('exit', () => daemon?.flush());
  process.on('uncaughtException', (error) => bug(daemon, error));
  process.on('unhandledRejection', (error) => bug(daemon, error));

  const messages = prepare(result.config, posix);
  const pipeMaxBytes = pipeLimit();
  const serials = { next: 0 };
  for (let isFirst = true; ; isFirst = false) {
    const { config } = result;
    const life = new Daemon({
      os,
      posix,
      config,
      environment: process.env,
      pipeMaxBytes,
      messages: isFirst ? messages : { critical: messages.critical, info: [] },
      isForeground,
      serials,
      isFirst,
      load,
      onListening(log) {
        if (isFirst && !isForeground) becomeDaemon(config.supervisord, log);
      },
      onStarted() {
        if (isFirst) reporter?.ready();
        daemon = life;
        for (const act of early.splice(0)) act();
      },
    });
    const mood = await life.run();
    daemon = undefined;
    if (mood === 'SHUTDOWN') break;
    const again: LoadResult = load();
    // The files were in order when the restart was asked for; if they are not any more, what was in force stays so.
    if (again.ok) result = again;
  }
  // What a slow reader of our stdout has not taken yet still goes out; nobody waits longer than that for the end.
  os.exitWithin(LAST_WORDS_MS, 0);
}

function bug(daemon: Daemon | undefined, error: unknown): void {
  if (daemon !== undefined) daemon.bug(error);
  else if (error instanceof StartError) fail(error.message);
  else fail(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
}

/** Limits and privileges, before the log is open; in Supervisor's order. */
function prepare(config: LoadedConfig, posix: ReturnType<typeof loadPosix>): { critical: string[]; info: string[] } {
  const { supervisord } = config;
  const critical: string[] = [];
  const info: string[] = [];
  if (supervisord.uid !== undefined) {
    const why = dropPrivileges(supervisord.uid);
    if (why !== undefined) return fail(why);
    info.push(`Set uid to user ${supervisord.uid} succeeded`);
  } else if (process.getuid?.() === 0) {
    critical.push(
      'Supervisor is running as root.  Privileges were not dropped because no user is specified in the config file.  ' +
        'If you intend to run as root, you can set user=root in the config file to avoid this message.',
    );
  }
  const limits = raiseLimits(posix, supervisord);
  if ('why' in limits) return fail(limits.why);
  info.push(...limits.infos);
  return { critical, info };
}

function pipeLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/fs/pipe-max-size', 'utf8')) || 65_536;
  } catch {
    return 65_536;
  }
}

main().catch((error: unknown) => bug(undefined, error));
