import { type CapturePiece, capture, endCapture, initialCapture } from '../core/capture.ts';
import { AnsiStripper } from './ansi.ts';
import { type LineFormat, LineFormatter, type LineOrigin } from './line-format.ts';
import type { LogLease } from './log-files.ts';
import type { OutputSink } from './output-lane.ts';
import { decodedOutput, pythonBytesRepr, pythonRepr, unfinishedCharacter } from './python-repr.ts';
import { SyslogLines } from './syslog-lines.ts';

export interface LogLines {
  readonly format: LineFormat;
  readonly origin: LineOrigin;
}

/** What becomes of one output stream of a program. What is absent is not done, and costs nothing. */
export interface ChildOutputOptions {
  readonly name: string;
  readonly channel: 'stdout' | 'stderr';
  readonly log: LogLease | undefined;
  /** `*_log_format`: how lines stand in the log; undefined: as they are written. */
  readonly lines?: LogLines | undefined;
  readonly stripAnsi: boolean;
  /** `*_capture_maxbytes`; zero: no capture. */
  readonly captureMaxBytes: number;
  /** PROCESS_LOG: each chunk as text. */
  readonly onLog?: ((text: string) => void) | undefined;
  /** PROCESS_COMMUNICATION: what stood between the tokens. */
  readonly onCommunication?: ((text: string) => void) | undefined;
  /** `*_syslog`: each line, with the name before it. */
  readonly syslog?: ((line: string) => void) | undefined;
  /** The main log at level debug, if it logs that much. */
  readonly debug?: ((message: string) => void) | undefined;
  readonly onEnd?: (() => void) | undefined;
  /** Sees every byte until it wants no more. */
  readonly tap?: { take(chunk: Buffer): boolean; end(): void } | undefined;
}

/**
 * The sink of a program's stdout or stderr: log file, capture, events, syslog, debug echo, in Supervisor's order. If
 * only the file wants the bytes they are spliced. The log is closed by the stream's end.
 */
export class ChildOutput implements OutputSink {
  readonly isPrompt = false;
  readonly #options: ChildOutputOptions;
  readonly #isRaw: boolean;
  readonly #stripper: AnsiStripper | undefined;
  readonly #lines: LineFormatter | undefined;
  readonly #syslog: SyslogLines | undefined;
  #tap: ChildOutputOptions['tap'];
  #capture = initialCapture;
  /** The start of a character whose rest is in the next chunk; for texts only. */
  #cut: Buffer = Buffer.alloc(0);

  constructor(options: ChildOutputOptions) {
    this.#options = options;
    this.#tap = options.tap;
    this.#stripper = options.stripAnsi ? new AnsiStripper() : undefined;
    this.#lines = formatterOf(options);
    const { syslog, name } = options;
    this.#syslog = syslog === undefined ? undefined : new SyslogLines((line) => syslog(`${name} ${line}`));
    this.#isRaw =
      this.#lines === undefined &&
      !options.stripAnsi &&
      options.captureMaxBytes === 0 &&
      options.onLog === undefined &&
      syslog === undefined &&
      options.debug === undefined;
  }

  get isCongested(): boolean {
    return this.#options.log?.isCongested === true;
  }

  splice(pipe: number): number | undefined {
    const { log } = this.#options;
    return this.#isRaw && this.#tap === undefined && log?.canSplice === true ? log.splice(pipe) : undefined;
  }

  take(chunk: Buffer): void {
    if (this.#tap?.take(chunk) === false) this.#tap = undefined;
    const clean = this.#stripper?.strip(chunk) ?? chunk;
    if (clean.length > 0) this.#pass(clean);
  }

  end(): void {
    const { captureMaxBytes, log, onEnd } = this.#options;
    this.#tap?.end();
    const rest = this.#stripper?.end();
    if (rest !== undefined && rest.length > 0) this.#pass(rest);
    if (captureMaxBytes > 0) {
      const { state, pieces } = endCapture(this.#capture, captureMaxBytes);
      this.#capture = state;
      for (const piece of pieces) this.#deliver(piece);
    }
    if (this.#cut.length > 0) this.#say(this.#cut);
    this.#lines?.end();
    this.#syslog?.end();
    log?.close();
    onEnd?.();
  }

  #pass(bytes: Buffer): void {
    const { captureMaxBytes } = this.#options;
    if (captureMaxBytes === 0) {
      this.#deliver({ type: 'output', bytes, isCaptured: false });
      return;
    }
    const { state, pieces } = capture(this.#capture, bytes, captureMaxBytes);
    this.#capture = state;
    for (const piece of pieces) this.#deliver(piece);
  }

  #deliver(piece: CapturePiece): void {
    const { name, channel, log, onCommunication, debug } = this.#options;
    if (piece.type === 'communication') {
      onCommunication?.(decodedOutput(piece.bytes));
      debug?.(`${pythonRepr(name)} ${channel} emitted a comm event`);
      return;
    }
    if (!piece.isCaptured) {
      (this.#lines ?? log)?.write(piece.bytes);
      this.#syslog?.write(piece.bytes);
    }
    this.#speak(piece.bytes);
  }

  /** Events and echo: as text, never cut inside a character. */
  #speak(bytes: Buffer): void {
    const { debug, onLog } = this.#options;
    if (debug === undefined && onLog === undefined) return;
    const data = this.#cut.length === 0 ? bytes : Buffer.concat([this.#cut, bytes]);
    const whole = data.length - unfinishedCharacter(data);
    this.#cut = Buffer.from(data.subarray(whole));
    if (whole > 0) this.#say(data.subarray(0, whole));
  }

  #say(bytes: Buffer): void {
    const { name, channel, debug, onLog } = this.#options;
    const text = decodedOutput(bytes);
    debug?.(`${pythonRepr(name)} ${channel} output:\n${text}`);
    onLog?.(text);
  }
}

/** Without a log there are no lines to put into it. */
function formatterOf({ log, lines }: Pick<ChildOutputOptions, 'log' | 'lines'>): LineFormatter | undefined {
  return log && lines && new LineFormatter(lines.format, lines.origin, (bytes) => log.write(bytes));
}

export interface ListenerOutputOptions {
  readonly name: string;
  readonly log: LogLease | undefined;
  readonly lines?: LogLines | undefined;
  readonly stripAnsi: boolean;
  /** The listener's protocol: the bytes as written; the memory is used again after the call. */
  readonly onData: (bytes: Buffer) => void;
  readonly debug?: ((message: string) => void) | undefined;
  readonly onEnd?: (() => void) | undefined;
}

/** The sink of an event listener's stdout: echoed as Python's repr of the bytes, logged, and read as protocol. */
export class ListenerOutput implements OutputSink {
  readonly isPrompt = true;
  readonly isCongested = false;
  readonly #options: ListenerOutputOptions;
  readonly #stripper: AnsiStripper | undefined;
  readonly #lines: LineFormatter | undefined;

  constructor(options: ListenerOutputOptions) {
    this.#options = options;
    this.#stripper = options.stripAnsi ? new AnsiStripper() : undefined;
    this.#lines = formatterOf(options);
  }

  splice(): undefined {
    return undefined;
  }

  take(chunk: Buffer): void {
    const { name, log, debug, onData } = this.#options;
    debug?.(`${pythonRepr(name)} stdout output:\n${pythonBytesRepr(chunk)}`);
    (this.#lines ?? log)?.write(this.#stripper?.strip(chunk) ?? chunk);
    onData(chunk);
  }

  end(): void {
    const { log, onEnd } = this.#options;
    const rest = this.#stripper?.end();
    if (rest !== undefined) (this.#lines ?? log)?.write(rest);
    this.#lines?.end();
    log?.close();
    onEnd?.();
  }
}
