import { fstatSync } from 'node:fs';
import { type CtlConfig, type CtlPlugin, loadCtlConfig } from '../config/ctl-config.ts';
import { supervisorctlOptions } from '../config/ctl-options.ts';
import { readCommandLine } from '../getopt.ts';
import type { ServerLogin } from '../rpc/client.ts';
import { Fault, faultCodes } from '../rpc/faults.ts';
import { troubleOf } from './advice/trouble.ts';
import { EndOfInput, Interrupted } from './command.ts';
import { commands } from './commands.ts';
import { daemonsOf } from './daemons.ts';
import { directClientFor } from './direct.ts';
import { exitCodes } from './exit-codes.ts';
import { lineOf, readLine } from './line.ts';
import { optionTable, showsMany } from './options.ts';
import { writeError, writeOut } from './output.ts';
import { type LoadedPart, loadDoctor, loadPart } from './part-loader.ts';
import { Progress, type ProgressHost } from './progress.ts';
import { faultRepr } from './python-errors.ts';
import { type Client, rpcClientFor, Session, type SessionHost } from './session.ts';
import { supervisorOver } from './supervisor.ts';

/**
 * The control command: one action from the command line, or a shell. Everything that most runs do without is
 * loaded when it is needed (part-loader.ts), for this command is run by scripts, many times a minute.
 */

const program = process.argv[1] ?? 'tssupervisorctl';

/** They need no configuration of ours: the doctor looks at what the daemon reads. */
const talksToNobody: ReadonlySet<string> = new Set(['doctor', 'init', 'completion']);

function refuse(message: string): number {
  writeError(`Error: ${message}\nFor help, use ${program} -h\n`);
  return exitCodes.INVALID_ARGS;
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '__complete') return printCandidates(args.slice(1));
  const line = readCommandLine(optionTable, args);
  if (line.type === 'error') return refuse(line.message);
  if (line.type === 'acts') {
    const { usage } = await loadPart('usage');
    writeOut(line.name === 'help' ? `${usage(program)}\n` : `tssupervisor ${process.env['TSSUPERVISOR_VERSION']}\n`);
    return exitCodes.SUCCESS;
  }
  const { options, words } = line;
  const loaded = loadCtlConfig({ file: options.configuration, argv0: program, environment: process.env });
  if (!loaded.ok && !talksToNobody.has(words[0] ?? '')) {
    const code = refuse(loaded.message);
    await advise(({ explainFile }) => explainFile(loaded.message, options.configuration, process.env));
    return code;
  }
  const config = loaded.ok ? loaded.config : undefined;
  const plugins = loaded.ok ? loaded.plugins : [];
  const url = showsMany(words) ? undefined : options.serverurl;
  const named = options.serverurl === url ? [] : (line.repeated.serverurl ?? [options.serverurl ?? '']);
  const login: ServerLogin = {
    serverurl: url ?? config?.serverurl ?? supervisorctlOptions.serverurl.initial,
    username: options.username ?? config?.username,
    password: options.password ?? config?.password,
  };
  const isInteractive = options.interactive !== undefined || words.length === 0;
  const host = hostOf(isInteractive, plugins, options, { named, shown: () => config?.servers() ?? [] });
  if (words.length === 0 && config !== undefined) return runShell(new Session(login, host), config, plugins);
  const hasQuotes = commands.some((command) => command.hasQuotes && command.name === words[0]);
  const text = hasQuotes ? lineOf(words) : words.join(' ');
  const session = needsLoop(text, isInteractive) ? new Session(login, host) : new Session(login, host, quickClientFor);
  const outcome = await session.run(text);
  return outcome === 'quit' ? exitCodes.SUCCESS : outcome;
}

/** What the scripts of `completion` ask at Tab: they show nothing else, so whatever goes wrong is no candidate. */
async function printCandidates(words: readonly string[]): Promise<number> {
  const { completeLine } = await loadPart('completion');
  const call = (login: ServerLogin, method: string) => rpcClientFor(login).call(method);
  const found = await completeLine({ words, commands, argv0: program, environment: process.env, call });
  writeOut(found.map(({ value, about }) => `${value}\t${about}\n`).join(''));
  return exitCodes.SUCCESS;
}

/** Whether something may happen while this line waits for an answer: Ctrl-C, or a second for somebody who watches. */
function needsLoop(text: string, isInteractive: boolean): boolean {
  if (isInteractive) return true;
  const line = readLine(text);
  const command = line.type === 'command' ? commands.find(({ name }) => name === line.name) : undefined;
  return command?.staysOn === true || (command?.takesTime === true && isWatched());
}

/** Whether standard error is a terminal, on which a line can be rewritten. */
function isWatched(): boolean {
  // Of a pipe or a file that is known without node:tty, which takes a moment to load.
  if (process.env['TERM'] === 'dumb' || !isCharacterDevice(2)) return false;
  return process.getBuiltinModule('node:tty').isatty(2);
}

function isCharacterDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false; // closed
  }
}

function quickClientFor(login: ServerLogin): Client {
  return directClientFor(login) ?? rpcClientFor(login);
}

interface Places {
  readonly configuration?: string;
  readonly serverurl?: string;
}

/** Daemons for the dashboard. */
interface Shown {
  /** By `-s` in front of it. */
  readonly named: readonly string[];
  /** In the file. */
  shown(): readonly string[];
}

function hostOf(
  isInteractive: boolean,
  plugins: readonly CtlPlugin[],
  options: Places,
  { named, shown }: Shown,
): SessionHost {
  const { configuration } = options;
  let progress: Progress | undefined;
  return {
    commands,
    isInteractive,
    get isTerminal() {
      // Loading the module takes a moment, which nothing but a terminal needs.
      return fstatSync(1).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(1);
    },
    print: (text) => {
      progress?.clear();
      writeOut(`${text}\n`);
    },
    // In the shell Ctrl-C leaves, as it always did.
    awaits: (what, login) => {
      if (what !== undefined && !isInteractive && isWatched()) progress ??= new Progress(progressHost(login));
      progress?.awaits(what);
    },
    get hint() {
      return isWatched() ? (line: string) => writeError(`${line}\n`) : undefined;
    },
    ask: async (question) => answerOf(await (await loadPart('terminal')).readLine(question)),
    askSecret: async (question) => answerOf(await (await loadPart('terminal')).readSecret(question)),
    followLog: async (session, path) => (await loadPart('streaming')).followLog(session.login, path),
    foreground,
    waitFor: async (waiting, wish) => (await loadPart('wait')).waitFor(waiting, wish),
    daemons: (login, given) => daemonsOf(login, [given, named, shown()].find(({ length }) => length > 0) ?? []),
    openDashboard: async (asked) => (await loadPart('dashboard')).runDashboard(asked),
    orInterrupted,
    diagnose: async (file, forSupervisor) => {
      const { diagnose } = await loadDoctor();
      return diagnose({ file: file ?? configuration, argv0: program, forSupervisor });
    },
    // Only now: a script that uses none of their commands need not hear of them.
    onUnknown: () => isInteractive || reportPlugins(plugins),
    suggest: async (text) => {
      const names = commands.map(({ name }) => name);
      await advise(({ meant }) => meant(text.split(/\s/, 1)[0] ?? '', names));
    },
    explain: async (error, login) => {
      const trouble = troubleOf(error);
      const { configuration: file, serverurl } = options;
      const call = { login, file, serverurl, argv0: program, environment: process.env };
      if (trouble !== undefined) await advise(({ explain }) => explain(trouble, call));
    },
  };
}

/** For people at a terminal only: scripts get Supervisor's own words and nothing else. */
async function advise(ask: (part: LoadedPart<'advice'>) => string | undefined): Promise<void> {
  if (!process.getBuiltinModule('node:tty').isatty(2)) return;
  const advice = ask(await loadPart('advice'));
  if (advice !== undefined) writeError(`${advice}\n`);
}

function progressHost(login: ServerLogin): ProgressHost {
  const client = rpcClientFor(login);
  return {
    processes: () => supervisorOver(client).getAllProcessInfo(),
    write: writeError,
    columns: () => process.stderr.columns,
  };
}

/** Ctrl-C ends the waiting, and neither the command nor the shell. */
async function orInterrupted<Value>(work: Promise<Value>): Promise<Value | undefined> {
  let stop = (): void => undefined;
  const interrupted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    process.on('SIGINT', stop);
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    process.off('SIGINT', stop);
  }
}

async function foreground(session: Session, name: string): Promise<void> {
  const [streaming, terminal] = await Promise.all([loadPart('streaming'), loadPart('terminal')]);
  const host = {
    login: session.login,
    supervisor: session.supervisor,
    lines: terminal.plainLines(),
    refusal: (error: unknown) => (error instanceof Fault ? { code: error.code, text: faultRepr(error) } : undefined),
    notRunning: faultCodes.NOT_RUNNING,
  };
  await streaming.foreground(host, name);
}

async function runShell(session: Session, config: CtlConfig, plugins: readonly CtlPlugin[]): Promise<number> {
  const [shell, terminal] = await Promise.all([loadPart('shell'), loadPart('terminal')]);
  reportPlugins(plugins);
  await shell.runShell({
    prompt: `${config.prompt}> `,
    historyFile: config.history_file,
    commands,
    run: (line) => session.run(line),
    processes: () => session.supervisor.getAllProcessInfo().finally(() => session.close()),
    readLine: terminal.readLine,
    print: (text) => writeOut(`${text}\n`),
    isInterrupt: (error) => error instanceof Interrupted,
  });
  return exitCodes.SUCCESS; // whatever the last command came to
}

function answerOf(input: { readonly type: string; readonly text?: string }): string {
  if (input.type === 'interrupt') throw new Interrupted();
  if (input.text === undefined) throw new EndOfInput();
  return input.text;
}

function reportPlugins(plugins: readonly CtlPlugin[]): void {
  for (const { name, factory } of plugins) {
    writeError(`Warning: [ctlplugin:${name}] is not loaded: ${factory} is Python code\n`);
  }
}

main(process.argv.slice(2)).then(
  // All output is written and every connection closed: waiting for handles to settle would only cost time.
  (code) => process.exit(code),
  (error: unknown) => {
    // Ctrl-C at a question of a single command: ends it as Ctrl-C ends any.
    if (error instanceof Interrupted) process.kill(process.pid, 'SIGINT');
    else throw error;
  },
);
