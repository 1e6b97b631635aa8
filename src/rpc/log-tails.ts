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
   * Answers with a function that stops it; that is called at most once, and also after `onEnd`.
   */
  start(onData: (bytes: Buffer) => void, onEnd: () => void): () => void;
}

/** Where logs are found: the daemon plugs it in. 404 is what Supervisor answers when there is nothing to follow. */
export interface LogTailSource {
  open(target: TailTarget): LogTail | 404;
}

// A client that reads slower than the log grows gets gaps, for the memory is ours.
const MAX_WAITING_BYTES = 1024 * 1024;

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

export function serveTail(source: LogTailSource, request: IncomingMessage, response: ServerResponse): void {
  const opened = openTail(source, request);
  if (typeof opened === 'number') {
    sendError(request, response, opened);
    return;
  }
  const { target, tail } = opened;
  const headers = ['Last-Modified', tail.modifiedAt.toUTCString(), 'Content-Type', 'text/plain;charset=utf-8'];
  // nginx in front of us must not wait for a full buffer
  if (target.log === 'process') headers.push('X-Accel-Buffering', 'no');
  sendHead(request, response, 200, headers);
  response.flushHeaders();
  follow(tail, response);
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

function follow(tail: LogTail, response: ServerResponse): void {
  let leftOut = 0;
  const stop = tail.start(
    (bytes) => {
      if (leftOut > 0 || response.writableLength > MAX_WAITING_BYTES) leftOut += bytes.length;
      else if (!response.destroyed && bytes.length > 0) response.write(bytes);
    },
    () => response.end(),
  );
  response.on('drain', () => {
    if (leftOut === 0) return;
    const notice = `\n==> ${leftOut} bytes left out, they came faster than they were read <==\n`;
    leftOut = 0;
    response.write(notice);
  });
  response.once('close', stop);
}
