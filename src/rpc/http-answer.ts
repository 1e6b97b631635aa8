/**
 * Reads HTTP/1.1 answers off a connection (RFC 9112), piece by piece, as they come. Only what a client of
 * Supervisor meets: a status line, headers, and a body that is counted, chunked, or ends with the connection.
 *
 * Why our own: loading `node:http` costs a command that answers in 30 ms a third of its time.
 */

export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case; of a repeated header the last one counts. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What is told of an answer, in this order: one head, any number of pieces, one end. */
export interface AnswerSink {
  head(head: AnswerHead): void;
  /** A whole chunk of a chunked body; of other bodies, whatever has come. */
  body(piece: Buffer): void;
  end(): void;
}

/** The bytes are no HTTP answer, or they ended too soon. */
export class BadAnswer extends Error {
  readonly kind: 'bad-status-line' | 'bad-chunk' | 'no-answer' | 'cut-short';

  constructor(kind: BadAnswer['kind'], message: string) {
    super(message);
    this.name = 'BadAnswer';
    this.kind = kind;
  }
}

type Stage = 'status' | 'headers' | 'counted' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'endless';

const CRLF = Buffer.from('\r\n');
const MAX_HEAD_BYTES = 64 * 1024;

/** One connection's answers, one after another. */
export class AnswerReader {
  readonly #sink: AnswerSink;
  #stage: Stage = 'status';
  #waiting: Buffer = Buffer.alloc(0);
  #left = 0;
  #status = 0;
  #reason = '';
  #headers = new Map<string, string>();

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes; throws BadAnswer if they cannot be part of an answer. */
  feed(bytes: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    while (this.#step());
  }

  /** The connection has ended: ends an answer that may end so, throws BadAnswer for any other. */
  close(): void {
    if (this.#stage === 'endless') {
      this.#finish();
    } else if (this.#stage === 'status') {
      if (this.#waiting.length > 0) throw new BadAnswer('bad-status-line', this.#waiting.toString('latin1'));
      throw new BadAnswer('no-answer', 'Remote end closed connection without response');
    } else {
      throw new BadAnswer('cut-short', `The connection ended inside an answer (${this.#stage})`);
    }
  }

  /** Does one thing with what is waiting; false when more must come first. */
  #step(): boolean {
    switch (this.#stage) {
      case 'status':
        return this.#withLine((line) => this.#readStatus(line));
      case 'headers':
        return this.#withLine((line) => this.#readHeader(line));
      case 'chunk-size':
        return this.#withLine((line) => this.#readChunkSize(line));
      case 'chunk-end':
        return this.#withLine(() => {
          this.#stage = 'chunk-size';
        });
      case 'trailer':
        return this.#withLine((line) => {
          if (line === '') this.#finish();
        });
      case 'chunk':
        if (this.#waiting.length < this.#left) return false;
        this.#sink.body(this.#take(this.#left));
        this.#stage = 'chunk-end';
        return true;
      case 'counted':
        return this.#readCounted();
      default:
        if (this.#waiting.length > 0) this.#sink.body(this.#take(this.#waiting.length));
        return false;
    }
  }

  #readStatus(line: string): void {
    const found = /^HTTP\/\d\.\d (\d{3})(?: (.*))?$/.exec(line);
    if (found === null) throw new BadAnswer('bad-status-line', line);
    this.#status = Number(found[1]);
    this.#reason = found[2] ?? '';
    this.#headers = new Map();
    this.#stage = 'headers';
  }

  #readHeader(line: string): void {
    if (line !== '') {
      const colon = line.indexOf(':');
      if (colon > 0) this.#headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
      return;
    }
    if (this.#status < 200) {
      this.#stage = 'status'; // 100 Continue and its like: the answer proper is still to come
      return;
    }
    const length = this.#headers.get('content-length');
    if (this.#headers.get('transfer-encoding')?.toLowerCase() === 'chunked') this.#stage = 'chunk-size';
    else if (this.#status === 204 || this.#status === 304) this.#expect(0);
    else if (length !== undefined && /^\d+$/.test(length)) this.#expect(Number(length));
    else this.#stage = 'endless';
    this.#sink.head({ status: this.#status, reason: this.#reason, headers: this.#headers });
  }

  #expect(bytes: number): void {
    this.#stage = 'counted';
    this.#left = bytes;
  }

  #readCounted(): boolean {
    const piece = this.#take(Math.min(this.#left, this.#waiting.length));
    this.#left -= piece.length;
    if (piece.length > 0) this.#sink.body(piece);
    if (this.#left > 0) return false;
    this.#finish();
    return true;
  }

  #readChunkSize(line: string): void {
    const size = /^\s*([0-9a-f]{1,8})\s*(?:;.*)?$/i.exec(line)?.[1];
    if (size === undefined) throw new BadAnswer('bad-chunk', `Expected the size of a chunk, got "${line}"`);
    this.#left = Number.parseInt(size, 16);
    this.#stage = this.#left === 0 ? 'trailer' : 'chunk';
  }

  #finish(): void {
    this.#stage = 'status';
    this.#sink.end();
  }

  #withLine(read: (line: string) => void): boolean {
    const end = this.#waiting.indexOf(CRLF);
    if (end < 0) {
      if (this.#waiting.length > MAX_HEAD_BYTES) throw new BadAnswer('bad-status-line', 'A line without an end');
      return false;
    }
    const line = this.#take(end + 2).toString('latin1', 0, end);
    read(line);
    return true;
  }

  #take(bytes: number): Buffer {
    const taken = this.#waiting.subarray(0, bytes);
    this.#waiting = this.#waiting.subarray(bytes);
    return taken;
  }
}
