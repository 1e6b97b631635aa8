/**
 * `GET /logs`: what programs write, line by line, as server-sent events; of one program or of many, of both streams.
 *
 *     /logs?name=web:*&name=redis&channel=stderr&lines=50
 *
 *     event: log
 *     data: {"group":"web","name":"web_00","channel":"stdout","text":"GET / 200"}
 *
 * The last `lines` lines of each stream come first (10 if not said, at most 10,000), or with `since` what was written
 * since then. The files are the memory: to a
 * reader that is slow nothing is written until it has read, and then it goes on where it was. A line longer than
 * MAX_LINE_BYTES comes in pieces.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { momentOf } from '../config/since.ts';
import { sendError, sendHead } from './http-replies.ts';

export interface LogFollower {
  stop(): void;
  pause(): void;
  resume(): void;
}

/** One log that can be followed. */
export interface FollowedLog {
  readonly group: string;
  readonly name: string;
  readonly channel: 'stdout' | 'stderr';
  /** Data comes later, never during the call; first what is in the file from `begin` on. */
  /** Where to begin to have all that was written at `at` (milliseconds since the epoch) or later. */
  since(at: number): { readonly offset: number; readonly isCut: boolean };
  follow(begin: LogBegin, onData: (chunk: Buffer) => void, onEnd: () => void): LogFollower;
}

/** The last bytes of the file, or all from an offset on. */
export type LogBegin = { readonly headBytes: number } | { readonly offset: number };

export interface LogSource {
  /** Undefined if there is no process of that name. */
  logsOf(name: string): readonly FollowedLog[] | undefined;
}

const DEFAULT_LINES = 10;
const MAX_LINES = 10_000;
const MAX_LINE_BYTES = 64 * 1024;
/** Where the last lines are looked for: so far back and no farther. */
const HEAD_BYTES_PER_LINE = 256;
const MIN_HEAD_BYTES = 16 * 1024;
const MAX_UNREAD_BYTES = 256 * 1024;

/** Answers `GET /logs`: 404 for a name that means nothing, 400 for a request that cannot be understood. */
export function serveLogs(source: LogSource, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const names = url.searchParams.getAll('name');
  const channels = url.searchParams.getAll('channel');
  const lines = Number(url.searchParams.get('lines') ?? DEFAULT_LINES);
  const wanted = url.searchParams.get('since');
  const since = wanted === null ? undefined : momentOf(wanted, Date.now());
  const isKnown = channels.every((channel) => channel === 'stdout' || channel === 'stderr');
  if (
    request.method !== 'GET' ||
    names.length === 0 ||
    !isKnown ||
    !Number.isInteger(lines) ||
    lines < 0 ||
    (wanted !== null && since === undefined)
  ) {
    sendError(request, response, 400);
    return;
  }
  const found = names.map((name) => source.logsOf(name));
  if (found.includes(undefined)) {
    sendError(request, response, 404);
    return;
  }
  // A process that two of the names mean is followed once.
  const logs = new Map(
    found.flatMap((some) => (some ?? []).map((log) => [`${log.group}:${log.name} ${log.channel}`, log])),
  );
  sendHead(request, response, 200, [
    'Content-Type',
    'text/event-stream;charset=utf-8',
    'Cache-Control',
    'no-store',
    'X-Accel-Buffering',
    'no',
  ]);
  response.flushHeaders();
  const followers = [...logs.values()]
    .filter(({ channel }) => channels.length === 0 || channels.includes(channel))
    .map((log) => startOf(log, since === undefined ? Math.min(lines, MAX_LINES) : { since }, response));
  response.on('drain', () => {
    for (const follower of followers) follower.resume();
  });
  response.on('close', () => {
    for (const follower of followers) follower.stop();
  });
}

function startOf(log: FollowedLog, wanted: number | { readonly since: number }, response: ServerResponse): LogFollower {
  const { group, name, channel } = log;
  const lines = typeof wanted === 'number' ? wanted : 0;
  const splitter = new LineSplitter();
  let isHead = lines > 0;
  const follower = log.follow(
    typeof wanted === 'number' ? { headBytes: headBytesOf(wanted) } : offsetSince(log, wanted.since, response),
    (chunk) => {
      let found = splitter.take(chunk);
      // What was there before comes in one piece; its first line may be cut.
      if (isHead) found = found.slice(-lines);
      isHead = false;
      let text = '';
      for (const line of found) text += `event: log\ndata: ${JSON.stringify({ group, name, channel, text: line })}\n\n`;
      if (text !== '') response.write(text);
      if (response.writableLength > MAX_UNREAD_BYTES) follower.pause();
    },
    () => undefined,
  );
  return follower;
}

function headBytesOf(lines: number): number {
  return lines === 0 ? 0 : Math.max(MIN_HEAD_BYTES, lines * HEAD_BYTES_PER_LINE);
}

/** What has been rotated away is not read, and that is said. */
function offsetSince(log: FollowedLog, at: number, response: ServerResponse): { readonly offset: number } {
  const { group, name, channel } = log;
  const { offset, isCut } = log.since(at);
  const reason = 'Older lines are in a file that has been rotated away';
  if (isCut) response.write(`event: gap\ndata: ${JSON.stringify({ group, name, channel, reason })}\n\n`);
  return { offset };
}

/** Bytes become lines; characters are never cut, and what is no UTF-8 becomes U+FFFD. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): string[] {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: string[] = [];
    for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a)) {
      lines.push(data.toString('utf8', 0, end).replace(/\r$/, ''));
      data = data.subarray(end + 1);
    }
    if (data.length > MAX_LINE_BYTES) {
      lines.push(data.toString());
      data = data.subarray(data.length);
    }
    this.#rest = Buffer.from(data);
    return lines;
  }
}
