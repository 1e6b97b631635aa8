/**
 * The lines of a log view: the last 50,000, or fewer when they are long. Each has a serial that it keeps while it is
 * here, so that whoever looks at a line goes on looking at it while others come and go.
 *
 * A value like any other: adding makes a new ring out of the old one's chunks, and copies only the last of them.
 */

export interface LogLine {
  /** Who wrote it, as the view calls it; '' for a line of our own. */
  readonly name: string;
  readonly isError: boolean;
  /** As it was written, control sequences and all; of a very long line its beginning. */
  readonly text: string;
  /** When it came, in milliseconds since the epoch; 0 if that says nothing of when it was written. */
  readonly at: number;
}

export interface Chunk {
  readonly lines: readonly LogLine[];
  /** Characters of all of them. */
  readonly length: number;
}

export interface Ring {
  /** All but the last hold CHUNK_LINES. */
  readonly chunks: readonly Chunk[];
  /** The serial of the first line that is here; a multiple of CHUNK_LINES. */
  readonly start: number;
  /** The serial of the next line that comes. */
  readonly end: number;
  readonly length: number;
  /** How many lines have left it. */
  readonly dropped: number;
}

export const CHUNK_LINES = 512;
export const MAX_LINES = 50_000;
/** 16 million characters: 16 MB of Latin letters, 32 of others. */
export const MAX_LENGTH = 16 * 1024 * 1024;
/** Of a line; what is longer is a file on one line. */
const MAX_LINE_LENGTH = 8_000;

export const emptyRing: Ring = { chunks: [], start: 0, end: 0, length: 0, dropped: 0 };

/** The ring with these lines at its end; the oldest chunks go when there are too many lines or characters. */
export function appended(ring: Ring, lines: readonly LogLine[]): Ring {
  if (lines.length === 0) return ring;
  const chunks = [...ring.chunks];
  let { start, length, dropped } = ring;
  for (let at = 0; at < lines.length; ) {
    const last = chunks.at(-1);
    const isOpen = last !== undefined && last.lines.length < CHUNK_LINES;
    const room = isOpen ? CHUNK_LINES - last.lines.length : CHUNK_LINES;
    const some = lines.slice(at, at + room);
    const added = some.reduce((sum, { text }) => sum + text.length, 0);
    if (isOpen) chunks[chunks.length - 1] = { lines: [...last.lines, ...some], length: last.length + added };
    else chunks.push({ lines: some, length: added });
    at += some.length;
    length += added;
  }
  const end = ring.end + lines.length;
  let gone = 0;
  while (chunks.length - gone > 1 && (end - start > MAX_LINES || length > MAX_LENGTH)) {
    const first = chunks[gone];
    gone += 1;
    start += CHUNK_LINES;
    length -= first?.length ?? 0;
    dropped += CHUNK_LINES;
  }
  return { chunks: gone === 0 ? chunks : chunks.slice(gone), start, end, length, dropped };
}

/** Without its lines. Serials go on, so that none means two lines. */
export function cleared({ end }: Ring): Ring {
  const next = Math.ceil(end / CHUNK_LINES) * CHUNK_LINES;
  return { ...emptyRing, start: next, end: next };
}

export function lineAt({ chunks, start, end }: Ring, serial: number): LogLine | undefined {
  if (serial < start || serial >= end) return undefined;
  return chunks[Math.floor((serial - start) / CHUNK_LINES)]?.lines[serial % CHUNK_LINES];
}

/** What is kept of a line: its beginning, in memory of its own. */
export function bounded(text: string): string {
  if (text.length <= MAX_LINE_LENGTH) return text;
  return `${Buffer.from(text.slice(0, MAX_LINE_LENGTH), 'utf16le').toString('utf16le')}…`;
}
