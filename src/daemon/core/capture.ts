/**
 * Marked output (PROCESS_COMMUNICATION): what a program writes between two tokens is not logged but sent as an event.
 *
 *     log log <!--XSUPERVISOR:BEGIN-->captured<!--XSUPERVISOR:END--> log
 *
 * A stream of chunks goes in, pieces come out in the order written. The rules are Supervisor's: a chunk is examined
 * only once there are more bytes than the awaited token has, a token may be split over chunks, and of captured bytes
 * the newest `maxBytes` or so are kept. Unlike there, what is still held back when the stream ends is not lost:
 * call `endCapture`. Bytes between a BEGIN and a missing END belong to no event and to no log, as with Supervisor.
 *
 * The bytes of a piece may be a view of the chunk given in: use them before the chunk's memory is used again.
 */

const beginToken = Buffer.from('<!--XSUPERVISOR:BEGIN-->');
const endToken = Buffer.from('<!--XSUPERVISOR:END-->');
const nothing = Buffer.alloc(0);

export interface CaptureState {
  readonly isCapturing: boolean;
  /** Seen, but not yet judged: it may be the start of a token. */
  readonly held: Buffer;
  /** What was written since BEGIN, bounded. */
  readonly captured: Buffer;
}

export type CapturePiece =
  /** Output; `isCaptured` says that it lies between the tokens and is kept out of the log. */
  | { readonly type: 'output'; readonly bytes: Buffer; readonly isCaptured: boolean }
  /** A pair of tokens is complete: the event's payload. */
  | { readonly type: 'communication'; readonly bytes: Buffer };

export interface CaptureStep {
  readonly state: CaptureState;
  readonly pieces: readonly CapturePiece[];
}

export const initialCapture: CaptureState = { isCapturing: false, held: nothing, captured: nothing };

/** Takes one chunk. `maxBytes` is `*_capture_maxbytes` and is above zero. */
export function capture(state: CaptureState, chunk: Buffer, maxBytes: number): CaptureStep {
  return scan(state, chunk, maxBytes, false);
}

/** The stream has ended: judges what was held back. */
export function endCapture(state: CaptureState, maxBytes: number): CaptureStep {
  const { state: last, pieces } = scan(state, nothing, maxBytes, true);
  if (last.held.length === 0) return { state: initialCapture, pieces };
  return {
    state: initialCapture,
    pieces: [...pieces, { type: 'output', bytes: last.held, isCaptured: last.isCapturing }],
  };
}

function scan(state: CaptureState, chunk: Buffer, maxBytes: number, isLast: boolean): CaptureStep {
  const pieces: CapturePiece[] = [];
  let { isCapturing, captured } = state;
  let data = state.held.length === 0 ? chunk : Buffer.concat([state.held, chunk]);

  const emit = (bytes: Buffer) => {
    if (bytes.length === 0) return;
    pieces.push({ type: 'output', bytes, isCaptured: isCapturing });
    if (isCapturing) captured = boundedAppend(captured, bytes, maxBytes);
  };

  for (;;) {
    const token = isCapturing ? endToken : beginToken;
    if (data.length <= token.length && !(isLast && data.equals(token))) break;
    const at = data.indexOf(token);
    if (at < 0) {
      const kept = prefixAtEnd(data, token);
      emit(data.subarray(0, data.length - kept));
      data = data.subarray(data.length - kept);
      break;
    }
    emit(data.subarray(0, at));
    if (isCapturing) {
      pieces.push({ type: 'communication', bytes: captured });
      captured = nothing;
    }
    isCapturing = !isCapturing;
    data = data.subarray(at + token.length);
  }
  return { state: { isCapturing, held: data.length === 0 ? nothing : Buffer.from(data), captured }, pieces };
}

/** Supervisor's bound: before a chunk that would overflow, as many of the oldest bytes go as the chunk has. */
function boundedAppend(kept: Buffer, chunk: Buffer, maxBytes: number): Buffer {
  const from = kept.length + chunk.length > maxBytes ? Math.min(chunk.length, kept.length) : 0;
  return Buffer.concat([kept.subarray(from), chunk]);
}

/** How many bytes at the end of `data` are a beginning of `token`. */
function prefixAtEnd(data: Buffer, token: Buffer): number {
  for (let length = Math.min(token.length - 1, data.length); length > 0; length -= 1) {
    if (data.subarray(data.length - length).equals(token.subarray(0, length))) return length;
  }
  return 0;
}
