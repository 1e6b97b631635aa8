import { pino } from 'pino';
import type { LogLevel } from '../config/model.ts';
import type { LogFiles, LogLease } from './log-files.ts';

/**
 * The daemon's own log, in Supervisor's format: `2026-11-22 14:52:48,757 INFO message`, in local time; a message of
 * several lines is written as it is.
 *
 * pino decides what is logged and calls the destination, which is ours: lines go through the same `LogFile` as the
 * programs' logs (rotation, reopening, a full disk), synchronously, and in the foreground also to stdout. Neither ever
 * throws or blocks.
 *
 * The lines of one turn of the event loop are written together at its end, so that a program that has crashed is
 * started again before its three lines are on the disk, and a thousand starts are not two thousand writes.
 */

const levels = {
  critical: 50,
  error: 40,
  warn: 30,
  info: 20,
  debug: 10,
  trace: 5,
  blather: 3,
} as const satisfies Record<LogLevel, number>;

const shortNames: Readonly<Record<number, string>> = {
  50: 'CRIT',
  40: 'ERRO',
  30: 'WARN',
  20: 'INFO',
  10: 'DEBG',
  5: 'TRAC',
  3: 'BLAT',
};

/** A turn that says more than this writes in between. */
const MAX_PENDING_CHARS = 64 * 1024;

export interface MainLogOptions {
  /** A path, or `syslog`. */
  readonly logfile: string;
  readonly maxBytes: number;
  readonly backups: number;
  readonly level: LogLevel;
  /** In the foreground and not silent: every line to stdout too. */
  readonly isCopied: boolean;
  /** Delivers one line to syslog; needed for `logfile=syslog`. */
  readonly syslog?: ((line: string) => void) | undefined;
  /** Runs at the end of this turn of the event loop. */
  readonly atEndOfTurn: (run: () => void) => void;
  /** The wall clock, in milliseconds since the epoch. */
  readonly wallClock?: () => number;
}

/** pino gives a destination marked with this symbol the level and the text beside the JSON that we do not use. */
const needsMetadata = Symbol.for('pino.metadata');

export class MainLog {
  readonly #file: LogLease | undefined;
  readonly #copy: LogLease | undefined;
  readonly #options: MainLogOptions;
  readonly #stamp: (epochMs: number) => string;
  readonly #pino;
  #pending = '';

  private constructor(options: MainLogOptions, file: LogLease | undefined, copy: LogLease | undefined) {
    this.#options = options;
    this.#file = file;
    this.#copy = copy;
    this.#stamp = timestamps();
    const write = (level: number, text: string) => this.#write(level, text);
    const destination = {
      [needsMetadata]: true,
      lastLevel: 0,
      lastMsg: '',
      write() {
        write(this.lastLevel, this.lastMsg);
      },
    };
    this.#pino = pino(
      { level: options.level, customLevels: levels, useOnlyCustomLevels: true, base: null, timestamp: false },
      destination,
    );
  }

  /** Opens the log, or answers the errno code for its file. A stdout that cannot be written is no error. */
  static open(options: MainLogOptions, files: LogFiles): MainLog | { readonly code: string } {
    let file: LogLease | undefined;
    if (options.logfile !== 'syslog') {
      const opened = files.open(options.logfile, { maxBytes: options.maxBytes, backups: options.backups });
      if ('code' in opened) return opened;
      file = opened;
    }
    const copy = options.isCopied ? files.open('/dev/stdout', { maxBytes: 0, backups: 0 }) : undefined;
    return new MainLog(options, file, copy === undefined || 'code' in copy ? undefined : copy);
  }

  critical(text: string): void {
    this.#pino.critical(text);
  }

  error(text: string): void {
    this.#pino.error(text);
  }

  warn(text: string): void {
    this.#pino.warn(text);
  }

  info(text: string): void {
    this.#pino.info(text);
  }

  debug(text: string): void {
    this.#pino.debug(text);
  }

  trace(text: string): void {
    this.#pino.trace(text);
  }

  blather(text: string): void {
    this.#pino.blather(text);
  }

  get level(): LogLevel {
    return this.#options.level;
  }

  /** Whether that level is written: to spare making a text that nobody sees. */
  isLogged(level: LogLevel): boolean {
    return levels[level] >= levels[this.#options.level];
  }

  /** The file to read it back from, with every line in it; undefined for syslog. */
  get path(): string | undefined {
    this.flush();
    return this.#file?.path;
  }

  /** SIGUSR2: opens the path again. The errno code if that failed; writing goes on into the old file then. */
  reopen(): string | undefined {
    this.flush();
    return this.#file?.reopen();
  }

  /** Removes the file and begins a new one. The errno code if that failed. */
  clear(): string | undefined {
    this.flush();
    return this.#file?.clear();
  }

  /** Writes what waits for the end of the turn. */
  flush(): void {
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    this.#file?.write(bytes);
    this.#copy?.write(bytes);
  }

  close(): void {
    this.flush();
    this.#file?.close();
    this.#copy?.close();
  }

  #write(level: number, text: string): void {
    const { wallClock = Date.now, syslog, atEndOfTurn } = this.#options;
    const head = `${this.#stamp(wallClock())} ${shortNames[level]} `;
    if (this.#file === undefined) {
      for (const line of text.replace(/\n+$/, '').split('\n')) syslog?.(head + line);
    }
    if (this.#file === undefined && this.#copy === undefined) return;
    const isFirst = this.#pending === '';
    this.#pending += `${head}${text}\n`;
    if (isFirst) atEndOfTurn(() => this.flush());
    if (this.#pending.length > MAX_PENDING_CHARS) this.flush();
  }
}

/** Local time as Supervisor writes it; the part that changes once a second is kept. */
export function timestamps(): (epochMs: number) => string {
  let second = Number.NaN;
  let shown = '';
  return (epochMs) => {
    const now = Math.floor(epochMs / 1000);
    if (now !== second) {
      const date = new Date(epochMs);
      const two = (value: number) => String(value).padStart(2, '0');
      const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
      shown = `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
      second = now;
    }
    return `${shown},${String(Math.floor(epochMs - now * 1000)).padStart(3, '0')}`;
  };
}
