import { words } from '../config/python-text.ts';
import { ProtocolError, type ServerLogin } from '../rpc/client.ts';
import { Fault, faultCodes } from '../rpc/faults.ts';
import { RpcClient } from '../rpc/rpc-client.ts';
import { decodeAnswer } from './answer.ts';
import { BatchingCaller } from './batches.ts';
import { type Awaited, type Command, type CommandContext, Interrupted, type Outcome } from './command.ts';
import type { NamedDaemon } from './daemons.ts';
import { exitCodes } from './exit-codes.ts';
import { JsonNotes, withoutJson } from './json-answer.ts';
import { readLine } from './line.ts';
import { hasPattern } from './name-patterns.ts';
import { loadPart } from './part-loader.ts';
import type { WaitHost } from './parts/wait.ts';
import { errorLine } from './python-errors.ts';
import { supervisorOver } from './supervisor.ts';
import { isFault, systemCodeOf } from './upcheck.ts';
import type { WaitWish } from './wait-goals.ts';

const UNAUTHORIZED = 401;

/** What a session needs beside the daemon. */
export interface SessionHost
  extends Pick<
    CommandContext,
    'print' | 'ask' | 'isTerminal' | 'isInteractive' | 'orInterrupted' | 'diagnose' | 'openDashboard'
  > {
  readonly commands: readonly Command[];
  askSecret(question: string): Promise<string>;
  followLog(session: Session, path: string): Promise<void>;
  foreground(session: Session, name: string): Promise<void>;
  waitFor(host: WaitHost, wish: WaitWish): Promise<number>;
  daemons(login: ServerLogin, servers: readonly string[]): readonly NamedDaemon[];
  /** A line began with a word that is no command, before that is said. */
  onUnknown?(): void;
  /** Behind the words about a line that is no command. */
  suggest?(text: string): Promise<void>;
  /** Behind the words about a call that had no answer, whatever the command made of it. */
  explain?(error: unknown, login: ServerLogin): Promise<void>;
  /** Told of what is waited for, and of the end of each command: then of nothing. */
  awaits?(what: Awaited | undefined, login: ServerLogin): void;
  /** Where to tell what was probably meant by a name that there is not; left out where nobody would read it. */
  readonly hint?: ((line: string) => void) | undefined;
}

/** Makes calls; the real one is an RpcClient. */
export type Client = Pick<RpcClient, 'call' | 'close'>;

/**
 * A server, a login, and lines that are run against it: one for `supervisorctl status`, many in the shell.
 * Each line has one connection, closed at its end, so that a shell left open holds none.
 */
export class Session {
  readonly #host: SessionHost;
  readonly #clientFor: (login: ServerLogin) => Client;
  #login: ServerLogin;
  #client: Client;
  /** Why the last call had no answer. */
  #trouble: unknown;
  /** With `--json`: what the command does, noted. */
  #notes: JsonNotes | undefined;

  constructor(login: ServerLogin, host: SessionHost, clientFor = rpcClientFor) {
    this.#login = login;
    this.#host = host;
    this.#clientFor = clientFor;
    this.#client = clientFor(login);
  }

  get login(): ServerLogin {
    return this.#login;
  }

  /** Goes to whatever server the session is with when a call is made. */
  readonly #caller = new BatchingCaller({ call: (method, params) => this.#call(method, params) });

  /** Calls that are made at one moment are one request. */
  readonly supervisor = supervisorOver(this.#caller);

  /** Ends the connection; the next call makes a new one. */
  close(): void {
    this.#client.close();
  }

  /** Runs one line; prints whatever goes wrong. Throws only Interrupted. */
  async run(text: string): Promise<Outcome> {
    const { print, commands } = this.#host;
    const line = readLine(text);
    if (line.type === 'empty') return exitCodes.SUCCESS;
    if (line.type === 'command' && line.name === 'EOF') {
      print('');
      return 'quit';
    }
    const command = line.type === 'command' ? commands.find(({ name }) => name === line.name) : undefined;
    if (command === undefined || line.type !== 'command') {
      this.#host.onUnknown?.();
      print(`*** Unknown syntax: ${line.text}`);
      await this.#host.suggest?.(line.text);
      return exitCodes.GENERIC;
    }
    this.#trouble = undefined;
    const argument = withoutJson(command, line.argument);
    if (argument !== undefined) return await this.#runJson(command, argument);
    const outcome = await this.#outcomeOf(command, line.argument);
    if (outcome !== exitCodes.SUCCESS && this.#trouble !== undefined) {
      await this.#host.explain?.(this.#trouble, this.#login);
    }
    return outcome;
  }

  async #runJson(command: Command, argument: string): Promise<number> {
    const part = await loadPart('json');
    const refusal = part.refusalOf(command.name, words(argument));
    if (refusal !== undefined) {
      this.#host.print(part.refusedDocument(refusal));
      return exitCodes.INVALID_ARGS;
    }
    const notes = new JsonNotes();
    this.#notes = notes;
    try {
      const outcome = await this.#outcomeOf(command, argument);
      const code = outcome === 'quit' ? exitCodes.SUCCESS : outcome;
      const noted = { verb: command.name, words: notes.words, trouble: troubleCode(this.#trouble) };
      const { lines, calls, fields } = notes;
      this.#host.print(part.documentOf({ ...noted, lines, calls, fields }, code));
      return code;
    } finally {
      this.#notes = undefined;
    }
  }

  #print(line: string): void {
    if (this.#notes === undefined) this.#host.print(line);
    else this.#notes.print(line);
  }

  async #outcomeOf(command: Command, argument: string): Promise<Outcome> {
    try {
      return await this.#runCommand(command, argument);
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      this.#print(errorLine(error));
      return exitCodes.GENERIC;
    } finally {
      this.#host.awaits?.(undefined, this.#login);
      this.close();
    }
  }

  async #call(...call: Parameters<Client['call']>): ReturnType<Client['call']> {
    this.#trouble = undefined;
    const [method, params = []] = call;
    try {
      const result = await this.#client.call(...call);
      this.#notes?.answered(method, params, result);
      return result;
    } catch (error) {
      this.#notes?.refused(method, params, error);
      if (!(error instanceof Fault)) this.#trouble = error;
      throw error;
    }
  }

  /** Runs a command, again and again while the server asks for a login and there is somebody to ask for one. */
  async #runCommand(command: Command, argument: string): Promise<Outcome> {
    for (;;) {
      try {
        return await this.#runOnce(command, argument);
      } catch (error) {
        if (!(error instanceof ProtocolError && error.status === UNAUTHORIZED)) throw error;
        this.#print('Server requires authentication');
        if (!this.#host.isInteractive || this.#notes !== undefined) throw error;
        const username = await this.#host.ask('Username:');
        const password = await this.#host.askSecret('Password:');
        this.#host.print('');
        this.#setLogin({ ...this.#login, username, password });
      }
    }
  }

  async #runOnce(command: Command, given: string): Promise<Outcome> {
    const expanded = await this.#expanded(command, given);
    if ('refusal' in expanded) {
      this.#print(expanded.refusal);
      return exitCodes.GENERIC;
    }
    this.#notes?.begins(words(expanded.argument));
    const unknown = new Set<string>();
    const context = this.#context((name) => void unknown.add(name));
    const outcome = await command.run(context, expanded.argument);
    if (unknown.size > 0 && this.#host.hint !== undefined) await this.#hint([...unknown], command);
    return outcome;
  }

  /** Patterns among the names are replaced by what they stand for. Where that cannot be known the command says why. */
  async #expanded(command: Command, argument: string) {
    if (command.names === undefined || !hasPattern(command.names, argument)) return { argument };
    try {
      return await (await loadPart('names')).expand(this.#namesHost(), command.names, argument);
    } catch {
      return { argument };
    }
  }

  /** What was done is done: that nothing better can be said is no error. */
  async #hint(unknown: readonly string[], command: Command): Promise<void> {
    try {
      const { suggestions } = await loadPart('names');
      for (const line of await suggestions(this.#namesHost(), unknown, command)) this.#host.hint?.(line);
    } catch {
      // the daemon has gone, or may not be asked
    }
  }

  #namesHost() {
    return {
      supervisor: this.supervisor,
      call: (method: string) => this.#caller.call(method),
      isUnknown: (error: unknown) => isFault(error, faultCodes.UNKNOWN_METHOD),
    };
  }

  #setLogin(login: ServerLogin): void {
    this.#client.close();
    this.#login = login;
    this.#client = this.#clientFor(login);
  }

  #context(notFound: (name: string) => void): CommandContext {
    const host = this.#host;
    const notes = this.#notes;
    const awaits = (what: Awaited) => notes ?? host.awaits?.(what, this.#login);
    return {
      supervisor: this.supervisor,
      serverurl: this.#login.serverurl,
      login: this.#login,
      isInteractive: host.isInteractive,
      commands: host.commands,
      get isTerminal() {
        return host.isTerminal; // only help asks
      },
      orInterrupted: this.#host.orInterrupted,
      print: (text) => this.#print(text),
      ...(notes && { report: (fields) => notes.report(fields) }),
      ask: host.ask,
      diagnose: async (file, forSupervisor) => {
        const diagnosis = await host.diagnose(file, forSupervisor);
        notes?.report({ ...diagnosis });
        return diagnosis;
      },
      openServer: (serverurl) => this.#setLogin({ ...this.#login, serverurl }),
      followLog: (path) => host.followLog(this, path),
      foreground: (name) => host.foreground(this, name),
      waitFor: (wish) => {
        const waits = (asked: readonly string[]) => awaits({ verb: 'wait', asked, later: [] });
        const report = notes && { report: (fields: Readonly<Record<string, unknown>>) => notes.report(fields) };
        const print = (line: string) => this.#print(line);
        return host.waitFor({ login: this.#login, print, ...report, notFound, awaits: waits }, wish);
      },
      daemons: (servers) => host.daemons(this.#login, servers),
      openDashboard: host.openDashboard,
      notFound,
      awaits,
    };
  }
}

function troubleCode(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (error instanceof ProtocolError) return error.status === UNAUTHORIZED ? 'UNAUTHORIZED' : `HTTP_${error.status}`;
  return systemCodeOf(error) ?? 'NO_ANSWER';
}

/** A client that suits every server, and every command. */
export function rpcClientFor(login: ServerLogin): Client {
  return new RpcClient(login, decodeAnswer);
}
