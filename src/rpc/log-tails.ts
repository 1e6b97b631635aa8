/** `GET /logtail/<namespec>[/<channel>]` and `GET /mainlogtail`: what is written to a log, for as long as one listens. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError, sendHead } from './http-replies.ts';

export type TailTarget =
  | { readonly log: 'main' }
  /** `channel` is what the client wrote: anything but `stdout` and `stderr` has no log. */
  | { readonly log: 'process'; readonly namespec: string; readonly channel: string };

/** A log that can be followed. */
export interface LogTail {
  readonly modifiedAt: Date;
  /**
   * Calls `onData` with the log's last 1024 bytes, then with what is added; `onEnd` if there will never be more.
   * Neither is called during this call.
   */
  start(onData: (bytes: Buffer) => void, onEnd: () => void): LogReading;
}

/** A log that is being followed. */
export interface LogReading {
  /** Called at most once, and also after `onEnd`. */
  stop(): void;
  /** No more data until `resume`: the reader is slower than the log grows, and what it has not read is the log's. */
  pause(): void;
  resume(): void;
}

/** Where logs are found: the daemon plugs it in. 404 is what Supervisor answers when there is nothing to follow. */
export interface LogTailSource {
  open(target: TailTarget): LogTail | 404;
}

/** What a path that starts with /logtail asks for; undefined if it names no process (Supervisor answers 500). */
export function readTailPath(url: string): TailTarget | undefined {
  if (url.startsWith('/mainlogtail')) return { log: 'main' };
  const [path = ''] = url.split(/[;?#]/, 1);
  const [, namespec, ...channel] = unquote(path).replace(/^\/+/, '').split('/');
  if (namespec === undefined) return undefined;
  return { log: 'process', namespec, channel: channel.length === 0 ? 'stdout' : channel.join('/') };
}

/** Percent-decoding that leaves alone what is none, and makes U+FFFD of what is no UTF-8. */
function unquote(path: string): string {
  return path.replace(/(?:%[0-9A-Fa-f]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** Answers whether the log is followed now, which may go on for ever; else the answer was an error. */
export function serveTail(source: LogTailSource, request: IncomingMessage, response: ServerResponse): boolean {
  const opened = openTail(source, request);
  if (typeof opened === 'number') {
    sendError(request, response, opened);
    return false;
  }
  const { target, tail } = opened;
  const headers = ['Last-Modified', tail.modifiedAt.toUTCString(), 'Content-Type', 'text/plain;charset=utf-8'];
  // nginx in front of us must not wait for a full buffer
  if (target.log === 'process') headers.push('X-Accel-Buffering', 'no');
  sendHead(request, response, 200, headers);
  response.flushHeaders();
  follow(tail, response);
  return true;
}

function openTail(
  source: LogTailSource,
  request: IncomingMessage,
): { readonly target: TailTarget; readonly tail: LogTail } | 400 | 404 | 500 {
  if (request.method !== 'GET') return 400;
  const target = readTailPath(request.url ?? '');
  if (target === undefined) return 500;
  const tail = source.open(target);
  return tail === 404 ? 404 : { target, tail };
}

// A client that reads slower than the log grows gets it later: it waits in the file, not in our memory.
function follow(tail: LogTail, response: ServerResponse): void {
  const reading = tail.start(
    (bytes) => {
      if (!response.destroyed && bytes.length > 0 && !response.write(bytes)) reading.pause();
    },
    () => response.end(),
  );
  response.on('drain', () => reading.resume());
  response.once('close', () => reading.stop());
}
