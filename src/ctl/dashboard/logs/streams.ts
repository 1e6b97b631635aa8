/**
 * The streams of the log view: one `GET /logs` for each daemon, for as long as the view is open. Lines are handed on
 * some at a time; what comes faster than it is drawn waits in the files of the daemon, not here.
 */
import type { ServerLogin } from '../../../rpc/client.ts';
import { type EventSource, openEventSource } from '../../event-source.ts';
import type { LogMessage, NewLine } from './model.ts';

/** What is to be followed. */
export interface Wanted {
  /** Another number: open the streams anew, though the names are the same. */
  readonly opening: number;
  readonly daemons: readonly { readonly daemon: number; readonly targets: readonly string[] }[];
  /** As /logs takes it; undefined: the last lines. */
  readonly since: string | undefined;
  readonly isHeld: boolean;
  /** Before the names of lines: the daemon's name and a slash, where there are several. */
  readonly prefixes: readonly string[];
}

const BACKLOG_LINES = 1_000;
const HAND_ON_MS = 50;
/** What comes so soon after opening was written before: when it came says nothing. */
const BACKLOG_MS = 300;
/** Before more is read, this must have been handed on. */
const MAX_HELD_LINES = 5_000;
const RETRY_MS = 1_000;

/** `web:web` is `web`. */
export function shownName(group: string, name: string): string {
  return group === name ? name : `${group}:${name}`;
}

export class LogStreams {
  readonly #logins: readonly ServerLogin[];
  readonly #tell: (message: LogMessage) => void;
  #opening = 0;
  #streams: LogStream[] = [];

  /** `tell` is not called during a call of the streams. */
  constructor(logins: readonly ServerLogin[], tell: (message: LogMessage) => void) {
    this.#logins = logins;
    this.#tell = tell;
  }

  /** Opens and closes what has changed; undefined: nobody looks. */
  look(wanted: Wanted | undefined): void {
    if (wanted?.opening !== this.#opening) {
      this.close();
      this.#opening = wanted?.opening ?? 0;
      this.#streams = (wanted?.daemons ?? []).flatMap(({ daemon, targets }) => {
        const login = this.#logins[daemon];
        const prefix = wanted?.prefixes[daemon] ?? '';
        return login === undefined ? [] : [new LogStream(login, targets, prefix, wanted?.since, this.#tell)];
      });
    }
    for (const stream of this.#streams) stream.hold(wanted?.isHeld ?? false);
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams = [];
    this.#opening = 0;
  }
}

class LogStream {
  readonly #login: ServerLogin;
  readonly #query: string;
  readonly #prefix: string;
  readonly #tell: (message: LogMessage) => void;
  readonly #names = new Map<string, string>();
  #source: EventSource | undefined;
  #lines: NewLine[] = [];
  #openedAt = 0;
  #isHeld = false;
  #isFull = false;
  #isAway = false;
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(
    login: ServerLogin,
    targets: readonly string[],
    prefix: string,
    since: string | undefined,
    tell: (message: LogMessage) => void,
  ) {
    this.#login = login;
    this.#query = targets.map((target) => `name=${encodeURIComponent(target)}`).join('&');
    this.#prefix = prefix;
    this.#tell = tell;
    this.#open(since === undefined ? `lines=${BACKLOG_LINES}` : `since=${encodeURIComponent(since)}`);
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#flow();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
  }

  #open(begin: string): void {
    this.#openedAt = performance.now();
    this.#source = openEventSource(this.#login, `/logs?${this.#query}&${begin}`, {
      event: (name, data) => this.#heard(name, data as Readonly<Record<string, unknown>>),
      end: (error) => this.#lost(error),
    });
    this.#flow();
  }

  #heard(event: string, data: Readonly<Record<string, unknown>>): void {
    this.#isAway = false;
    const name = this.#nameOf(String(data['group']), String(data['name']));
    if (event === 'log') {
      this.#lines.push({ name, isError: data['channel'] === 'stderr', text: String(data['text']) });
    } else if (event === 'gap') {
      this.#lines.push({ name, isError: false, text: `── ${String(data['reason'])} ──` });
    }
    this.#isFull = this.#lines.length >= MAX_HELD_LINES;
    if (this.#isFull) this.#flow();
    this.#timer ??= setTimeout(() => this.#handOn(), HAND_ON_MS);
  }

  /** One string for each, not one for each line. */
  #nameOf(group: string, name: string): string {
    const key = `${group}:${name}`;
    const known = this.#names.get(key) ?? `${this.#prefix}${shownName(group, name)}`;
    this.#names.set(key, known);
    return known;
  }

  #handOn(): void {
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = [];
    this.#isFull = false;
    this.#flow();
    const isOld = performance.now() - this.#openedAt < BACKLOG_MS;
    if (lines.length > 0) this.#tell({ type: 'lines', lines, at: isOld ? 0 : Date.now() });
  }

  #flow(): void {
    if (this.#isHeld || this.#isFull) this.#source?.pause();
    else this.#source?.resume();
  }

  /** Goes on from where it broke off; a daemon that refuses will refuse again. */
  #lost(error: Error | undefined): void {
    this.#handOn();
    const isRefused = error?.name === 'ProtocolError';
    const why = error?.message ?? 'it has closed the connection';
    if (!this.#isAway) {
      const text = isRefused ? `Cannot follow: ${why}` : `${this.#prefix}The daemon is away, tried again: ${why}`;
      this.#tell({ type: 'said', text, at: Date.now() });
    }
    this.#isAway = true;
    if (isRefused) return;
    const since = Math.floor(Date.now() / 1000);
    this.#retry = setTimeout(() => this.#open(`since=${since}`), RETRY_MS);
  }
}
