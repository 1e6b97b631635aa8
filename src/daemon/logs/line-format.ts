/**
 * `stdout_log_format`: lines of a program on their way into its log.
 *
 *     timestamp    2026-11-22T23:31:07.042Z GET / 200
 *     json         {"time":"2026-11-22T23:31:07.042Z","program":"web","process":"web_00","stream":"stdout","pid":4711,
 *                  "message":"GET / 200"}                                                        (in one line)
 *
 * A line ends with `\n` or `\r\n`; what has no end yet waits until it has one, or until the stream ends. Its time is
 * that of its first byte. A line longer than `maxLineBytes` is logged as several. Only whole lines reach the log, so
 * that none is cut by a rotation, and programs that share a log do not write into each other's lines.
 *
 * `timestamp` leaves the bytes of a line as they are; in `json` what is not UTF-8 is U+FFFD.
 */
import { unfinishedCharacter } from './python-repr.ts';

export type LineFormat = 'timestamp' | 'json';

/** Who writes the lines. */
export interface LineOrigin {
  readonly program: string;
  readonly process: string;
  readonly stream: 'stdout' | 'stderr';
  readonly pid: number;
}

const maxLineBytes = 64 * 1024;
/** As much is handed over in one piece: rotation looks at the size between two. */
const batchBytes = 64 * 1024;
const LF = 10;
const CR = 13;
const endOfLine = Buffer.from('\n');
const endOfRecord = Buffer.from('}\n');

export class LineFormatter {
  readonly #isJson: boolean;
  /** What stands in a record of `json` between its time and its message. */
  readonly #origin: string;
  readonly #write: (bytes: Buffer) => void;
  readonly #now: () => number;
  /** The start of a line whose end is yet to come. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  #restAt = 0;
  #batch: Buffer[] = [];
  #batchBytes = 0;
  /** What stands before a line of that time. */
  #head: Buffer = endOfLine;
  #headAt = Number.NaN;

  /** `now` in milliseconds since the epoch. */
  constructor(format: LineFormat, origin: LineOrigin, write: (bytes: Buffer) => void, now: () => number = Date.now) {
    const { program, process, stream, pid } = origin;
    this.#isJson = format === 'json';
    this.#origin = JSON.stringify({ program, process, stream, pid }).slice(1, -1);
    this.#write = write;
    this.#now = now;
  }

  /** Takes bytes; their memory is used again after the call. */
  write(bytes: Buffer): void {
    const now = this.#now();
    let from = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      this.#add(bytes.subarray(from, end), now);
      this.#finish();
      from = end + 1;
    }
    if (from < bytes.length) this.#add(bytes.subarray(from), now);
    // What is kept must outlive the memory that it came in.
    const last = this.#rest.at(-1);
    if (last !== undefined) this.#rest[this.#rest.length - 1] = Buffer.from(last);
    this.#flush();
  }

  /** The stream has ended: what is left is a line too. */
  end(): void {
    if (this.#restBytes > 0) this.#finish();
    this.#flush();
  }

  #add(piece: Buffer, now: number): void {
    if (this.#restBytes === 0) this.#restAt = now;
    let left = piece;
    // One more byte may wait: the CR of a line end.
    while (this.#restBytes + left.length > maxLineBytes + 1) {
      const whole = this.#taken(left);
      const end = maxLineBytes - unfinishedCharacter(whole.subarray(0, maxLineBytes));
      this.#log(whole.subarray(0, end));
      left = whole.subarray(end);
      this.#restAt = now;
    }
    if (left.length > 0) this.#rest.push(left);
    this.#restBytes += left.length;
  }

  #finish(): void {
    const line = this.#taken();
    this.#log(line.at(-1) === CR ? line.subarray(0, -1) : line);
  }

  /** All that waits, and what comes behind it. */
  #taken(more: Buffer = Buffer.alloc(0)): Buffer {
    const whole = this.#rest.length === 0 ? more : Buffer.concat([...this.#rest, more]);
    this.#rest = [];
    this.#restBytes = 0;
    return whole;
  }

  #log(line: Buffer): void {
    if (this.#headAt !== this.#restAt) {
      this.#headAt = this.#restAt;
      const time = new Date(this.#restAt).toISOString();
      this.#head = Buffer.from(this.#isJson ? `{"time":"${time}",${this.#origin},"message":` : `${time} `);
    }
    this.#put(this.#head);
    this.#put(this.#isJson ? Buffer.from(JSON.stringify(line.toString())) : line);
    this.#put(this.#isJson ? endOfRecord : endOfLine);
    if (this.#batchBytes >= batchBytes) this.#flush();
  }

  #put(bytes: Buffer): void {
    this.#batch.push(bytes);
    this.#batchBytes += bytes.length;
  }

  #flush(): void {
    if (this.#batch.length === 0) return;
    this.#write(Buffer.concat(this.#batch, this.#batchBytes));
    this.#batch = [];
    this.#batchBytes = 0;
  }
}
