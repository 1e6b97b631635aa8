import type { Diagnosis } from '../config/diagnosis.ts';
import type { ServerLogin } from '../rpc/client.ts';
import type { NamedDaemon } from './daemons.ts';
import type { TakesNames } from './name-patterns.ts';
import type { Supervisor } from './supervisor.ts';
import type { WaitWish } from './wait-goals.ts';

/** What a command needs of the world. A test gives it a scripted Supervisor and gathers what is printed. */
export interface CommandContext {
  readonly supervisor: Supervisor;
  /** As given, for messages. */
  readonly serverurl: string;
  /** For connections of its own. */
  readonly login: ServerLogin;
  /** In the shell, or with -i: ask before ending the daemon. */
  readonly isInteractive: boolean;
  /** Every command there is, for `help`. */
  readonly commands: readonly Command[];
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Writes one line to standard output, at once. */
  print(line: string): void;
  /** With `--json`: what the document says beside `ok` and `exitcode`; nothing that is printed is in it then. */
  report?(fields: Readonly<Record<string, unknown>>): void;
  /** Asks and answers with what was typed; throws EndOfInput when nothing can come any more. */
  ask(question: string): Promise<string>;
  /** Looks at a configuration, without any daemon; undefined is the file of this command. */
  diagnose(file: string | undefined, forSupervisor: boolean): Promise<Diagnosis>;
  /** All that comes now goes to the server at this URL. */
  openServer(url: string): void;
  /** Follows a log until Ctrl-C or its end. */
  followLog(path: string): Promise<void>;
  /** Waits for `work`, or for Ctrl-C: then undefined, and the work goes on where it is done. */
  orInterrupted<Value>(work: Promise<Value>): Promise<Value | undefined>;
  /**
   * The daemons of a dashboard: those at `servers`, else those that the command line or the file has for it, else the one
   * that all commands go to. Throws a Refusal of what names none.
   */
  daemons(servers: readonly string[]): readonly NamedDaemon[];
  /** Shows the dashboard until it is left, and answers with the exit status. */
  openDashboard(options: { readonly isReadOnly: boolean; readonly daemons: readonly NamedDaemon[] }): Promise<number>;
  /** Waits until processes are where they are to be, and answers with the exit status. */
  waitFor(wish: WaitWish): Promise<number>;
  /** Brings a running process to the foreground, until Ctrl-C, Ctrl-D or its end. */
  foreground(name: string): Promise<void>;
  /** The daemon knows nothing of that name, which has been said; at a terminal, what was meant may be said too. */
  notFound?(name: string): void;
  /** What is waited for from now on; at a terminal that is shown if it takes long. */
  awaits?(what: Awaited): void;
}

/** Something that was asked for and takes its time. */
export interface Awaited {
  /** `start`: what is being done. */
  readonly verb: string;
  /** Names, groups or `all` that were asked for and are not there yet. */
  readonly asked: readonly string[];
  /** What the command will ask for after that, as lines of its own: `stop b c`. */
  readonly later: readonly string[];
  /** How to look at it again, `job 7`; left out: `status` of these names. */
  readonly again?: string;
}

/** What a command ends with: an exit code, or the wish to leave the shell. */
export type Outcome = number | 'quit';

/** A command is one small file: what it does, and all that `help` says of it. */
export interface Command<Result extends Outcome = Outcome> {
  readonly name: string;
  /** What `help NAME` prints, as Supervisor lays it out. */
  readonly help: string;
  /** What `help NAME` adds at a terminal: what it can do beyond Supervisor's. */
  readonly ourHelp?: string;
  /** One of ours, which Supervisor lacks: `help` lists it in a block of its own. */
  readonly isOurs?: boolean;
  /** Where patterns may stand for names: `web*`, `@blue`, `state=FATAL`. */
  readonly names?: TakesNames;
  /** It may take seconds: somebody who watches is told what it waits for. */
  readonly takesTime?: boolean;
  /** It may go on until Ctrl-C, which it sees to itself. */
  readonly staysOn?: boolean;
  /** Its words may have blanks in them: it reads them with `quotedWords` (line.ts). */
  readonly hasQuotes?: boolean;
  /** Whether it sees to `--json` itself: it prints an object a line, or has a document of its own. */
  printsJson?(argument: string): boolean;
  run(context: CommandContext, argument: string): Promise<Result>;
}

/** Nothing more can be typed; Python calls it EOFError, and so do the messages. */
export class EndOfInput extends Error {
  override readonly name = 'EndOfInput';

  constructor() {
    super('EOF when reading a line');
  }
}

/** Ctrl-C where a line was awaited: leaves the shell. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
