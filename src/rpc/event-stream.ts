/**
 * Server-sent events (WHATWG HTML, "Server-sent events"): one answer that never ends, of frames
 *
 *     id: life-serial
 *     event: PROCESS_STATE_RUNNING
 *     data: {"at":1700000000123,...}
 *
 * A reader that comes back says in `Last-Event-ID` (or `?since=`) what it saw last, and gets what came after it. What
 * is no longer there is announced by a frame `gap`, never passed over in silence. To a reader that is slower than the
 * news nothing is written until it has read what is on its way: it misses what leaves the memory meanwhile, and is
 * told how much.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError, sendHead } from './http-replies.ts';

export interface StreamItem {
  readonly serial: number;
  readonly at: number;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Where the items come from; `Feed` of the daemon. */
export interface StreamSource {
  readonly life: string;
  readonly last: number;
  after(
    cursor: number,
    limit: number,
  ): { readonly items: readonly StreamItem[]; readonly missed: number; readonly cursor: number };
  watch(wake: () => void): () => void;
}

/** More than this on its way, and the reader counts as slow. */
const MAX_UNREAD_BYTES = 256 * 1024;
const ITEMS_AT_ONCE = 200;

/** Answers `GET /events`. `?name=PROCESS_STATE` (may be repeated) tells only names that begin so. */
export function serveEvents(source: StreamSource, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET') {
    sendError(request, response, 400);
    return;
  }
  const url = new URL(request.url ?? '/', 'http://localhost');
  const wanted = url.searchParams.getAll('name');
  const isWanted = (name: string) => wanted.length === 0 || wanted.some((start) => name.startsWith(start));
  const told = request.headers['last-event-id'] ?? url.searchParams.get('since') ?? undefined;
  const start = startOf(source, Array.isArray(told) ? told[0] : told);
  sendHead(request, response, 200, [
    'Content-Type',
    'text/event-stream;charset=utf-8',
    'Cache-Control',
    'no-store',
    'X-Accel-Buffering',
    'no',
  ]);
  let { cursor } = start;
  const id = () => `${source.life}-${cursor}`;
  response.write(frame(id(), 'hello', { life: source.life, serial: cursor }));
  if (start.gap !== undefined) response.write(frame(id(), 'gap', start.gap));

  const pump = (): void => {
    while (cursor < source.last && response.writableLength < MAX_UNREAD_BYTES) {
      const page = source.after(cursor, ITEMS_AT_ONCE);
      let text = page.missed > 0 ? frame(`${source.life}-${cursor + page.missed}`, 'gap', { missed: page.missed }) : '';
      for (const { serial, at, name, data } of page.items) {
        if (isWanted(name)) text += frame(`${source.life}-${serial}`, name, { at, ...data });
      }
      cursor = page.cursor;
      if (text !== '') response.write(text);
    }
  };
  const unwatch = source.watch(pump);
  response.on('drain', pump);
  response.on('close', unwatch);
  pump();
}

/** The cursor to begin at: the newest item, unless the reader says what it saw last. */
function startOf(
  source: StreamSource,
  told: string | undefined,
): { readonly cursor: number; readonly gap?: Readonly<Record<string, unknown>> } {
  if (told === undefined || told === '') return { cursor: source.last };
  const at = told.lastIndexOf('-');
  const serial = Number(told.slice(at + 1));
  const isNumber = /^\d{1,15}$/.test(told.slice(at + 1));
  // What this daemon still knows is told, and that it is not all.
  if (!isNumber || told.slice(0, at) !== source.life || serial > source.last) {
    return { cursor: 0, gap: { reason: 'The daemon has started anew since then' } };
  }
  return { cursor: serial };
}

function frame(id: string, event: string, data: Readonly<Record<string, unknown>>): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
