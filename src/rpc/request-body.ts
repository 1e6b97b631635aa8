/** Reads the body of a request: no longer than allowed, in no more time than allowed, or not at all. */
import type { IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** Of all bodies that are being read at one time, on all connections of a server. */
const MAX_BYTES_AT_ONCE = 64 * 1024 * 1024;
/** A body no longer than this is always read: clients that never finish theirs must not keep a `status` out. */
const SMALL_BODY_BYTES = 16 * 1024;
const MAX_DISCARDED_BYTES = 1024 * 1024;
const READ_MS = 60_000;

/** Runs `run` once, `ms` from now, unless cancelled. */
export type CallAfter = (ms: number, run: () => void) => () => void;

/** 413: too long. 411: no length given. 503: too many at once. 408: too slow. */
export type BodyRefusal = 408 | 411 | 413 | 503;

export class BodyReader {
  readonly #callAfter: CallAfter;
  #bytesAtOnce = 0;

  constructor(callAfter: CallAfter) {
    this.#callAfter = callAfter;
  }

  /**
   * Calls `done` once: with the body, or with a status if it is refused, and then what is left of it is not read.
   * Never calls if the client goes away.
   */
  read(request: IncomingMessage, done: (body: Buffer | BodyRefusal) => void, maxBytes = MAX_BODY_BYTES): void {
    const refusal = lengthRefusal(request, maxBytes);
    if (refusal !== undefined) {
      done(refusal);
      return;
    }
    const body = new Gathered();
    let bytes = 0;
    const take = (chunk: Buffer): BodyRefusal | undefined => {
      bytes += chunk.length;
      this.#bytesAtOnce += chunk.length;
      body.add(chunk);
      if (bytes > maxBytes) return 413;
      return bytes > SMALL_BODY_BYTES && this.#bytesAtOnce > MAX_BYTES_AT_ONCE ? 503 : undefined;
    };
    this.#receive(request, take, (end) => {
      this.#bytesAtOnce -= bytes;
      if (typeof end === 'number') done(end);
      else if (end === 'whole') done(body.bytes());
    });
  }

  /**
   * Reads a body that nobody wants and keeps none of it, then calls `done`: who is still sending when we close may
   * never read our answer. Does not wait for the end of a very long one.
   */
  discard(request: IncomingMessage, done: () => void): void {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    if (encoding === undefined && (length === '0' || Number(length) > MAX_DISCARDED_BYTES)) {
      done();
      return;
    }
    let bytes = 0;
    const take = (chunk: Buffer): BodyRefusal | undefined => {
      bytes += chunk.length;
      return bytes > MAX_DISCARDED_BYTES ? 413 : undefined;
    };
    this.#receive(request, take, (end) => {
      if (end !== 'gone') done();
    });
  }

  /** Hands `take` the pieces until it refuses one, then tells how it ended, once. */
  #receive(
    request: IncomingMessage,
    take: (chunk: Buffer) => BodyRefusal | undefined,
    ended: (end: 'whole' | 'gone' | BodyRefusal) => void,
  ): void {
    const finish = (end: 'whole' | 'gone' | BodyRefusal): void => {
      cancel();
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      if (typeof end === 'number') request.pause();
      ended(end);
    };
    const onData = (chunk: Buffer): void => {
      const refusal = take(chunk);
      if (refusal !== undefined) finish(refusal);
    };
    const onEnd = (): void => finish('whole');
    const onClose = (): void => finish('gone');
    const cancel = this.#callAfter(READ_MS, () => finish(408));
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  }
}

/**
 * Bytes that come piece by piece. Pieces are not kept: a body may come in chunks of one byte, and a Buffer of one
 * byte takes a hundred.
 */
class Gathered {
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  add(piece: Buffer): void {
    if (this.#length === 0) {
      this.#buffer = piece; // most bodies are one piece
    } else {
      const length = this.#length + piece.length;
      if (length > this.#buffer.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#length));
        this.#buffer.copy(larger, 0, 0, this.#length);
        this.#buffer = larger;
      }
      piece.copy(this.#buffer, this.#length);
    }
    this.#length += piece.length;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

function lengthRefusal(request: IncomingMessage, maxBytes: number): BodyRefusal | undefined {
  const length = request.headers['content-length'];
  if (length !== undefined) return Number(length) > maxBytes ? 413 : undefined;
  return request.headers['transfer-encoding'] === undefined ? 411 : undefined;
}
