/** Lines of the logs of several programs: which are wanted, in which order, and how each is shown. Pure. */
import { namespec } from '../rpc/names.ts';
import { matching } from './dashboard/logs/pattern.ts';

export interface LogLine {
  readonly group: string;
  readonly name: string;
  readonly channel: 'stdout' | 'stderr';
  readonly text: string;
}

export interface LineFilter {
  /** As it was typed. */
  readonly grep: string | undefined;
  readonly isInverted: boolean;
}

/** An expression that takes for ever: `(a+)+$`. */
export class SlowExpression extends Error {
  override readonly name = 'SlowExpression';

  constructor(grep: string) {
    super(`The regular expression "${grep}" takes too long: write it without repetitions inside of repetitions`);
  }
}

/**
 * Which of some lines are wanted. Of a long line only the beginning is searched, and all of them together may take no
 * longer than a moment (dashboard/logs/pattern.ts). Throws a SyntaxError for what is no regular expression; what it
 * answers throws SlowExpression.
 */
export function lineFilter({ grep, isInverted }: LineFilter): (lines: readonly LogLine[]) => readonly LogLine[] {
  if (grep === undefined) return (lines) => lines;
  const pattern = { text: grep, isInverted, regex: new RegExp(grep, 'u') };
  return (lines) => {
    const texts = lines.map(({ text }) => text);
    const found = matching(pattern, texts);
    if (found === undefined) throw new SlowExpression(grep);
    return found.flatMap((at) => lines[at] ?? []);
  };
}

/** An ISO date and time near the beginning, as most loggers write it and `stdout_log_format` does. */
const stamp = /^.{0,20}?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ?(Z|[+-]\d\d:?\d\d)?/;

/** In milliseconds since the epoch; local time if the line names no zone. */
function timeIn(text: string): number | undefined {
  const found = stamp.exec(text);
  if (found === null) return undefined;
  const [, moment = '', fraction = '', zone = ''] = found;
  const at = Date.parse(`${moment.replace(' ', 'T')}${fraction === '' ? '' : `.${fraction.slice(0, 3)}`}${zone}`);
  return Number.isNaN(at) ? undefined : at;
}

/** So many lines are handed on at a time. */
const LINES_AT_ONCE = 500;

/**
 * The lines of several logs as one. Lines with a time in them are put in the order of their times; one without stays
 * behind the line before it, as the lines of a traceback do. Logs without any times come one after the other. Of each
 * log no more is read than is needed for the next line.
 */
export async function* merged(
  logs: readonly AsyncIterable<readonly LogLine[]>[],
): AsyncGenerator<readonly LogLine[], void> {
  const heads = logs.map((log) => new Head(log));
  for (const head of heads) await head.load();
  let gathered: LogLine[] = [];
  for (;;) {
    let next: Head | undefined;
    for (const head of heads) {
      if (head.line !== undefined && (next === undefined || head.at < next.at)) next = head;
    }
    if (next?.line === undefined) break;
    gathered.push(next.line);
    if (gathered.length >= LINES_AT_ONCE) {
      yield gathered;
      gathered = [];
    }
    if (!next.step()) await next.load();
  }
  if (gathered.length > 0) yield gathered;
}

/** The next line of one log, and the time that it counts as written at. */
class Head {
  readonly #pieces: AsyncIterator<readonly LogLine[]>;
  #piece: readonly LogLine[] = [];
  #index = 0;
  line: LogLine | undefined;
  at = Number.NEGATIVE_INFINITY;

  constructor(log: AsyncIterable<readonly LogLine[]>) {
    this.#pieces = log[Symbol.asyncIterator]();
  }

  /** False if what follows has not been read yet. */
  step(): boolean {
    this.#index += 1;
    return this.#show();
  }

  async load(): Promise<void> {
    do {
      const { value, done } = await this.#pieces.next();
      this.line = undefined;
      if (done === true) return;
      this.#piece = value;
      this.#index = 0;
    } while (!this.#show());
  }

  #show(): boolean {
    this.line = this.#piece[this.#index];
    if (this.line === undefined) return false;
    this.at = Math.max(this.at, timeIn(this.line.text) ?? this.at);
    return true;
  }
}

/** What of a file's last bytes is its last lines; the first one may have been cut. */
export function lastLines(text: string, isCut: boolean, count: number): string[] {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  if (isCut) all.shift();
  return count === 0 ? [] : all.slice(-count);
}

export type NamePaint = (text: string) => string;

/** Beginnings of lines: `web:web_00 | `, and `!` for stderr; all as wide as the widest, each process in its colour. */
export class Prefixes {
  readonly #width: number;
  readonly #paints = new Map<string, NamePaint>();
  readonly #palette: readonly NamePaint[];

  constructor(names: readonly string[], palette: readonly NamePaint[]) {
    this.#width = Math.max(0, ...names.map((name) => name.length));
    this.#palette = palette;
    for (const name of names) this.#paintOf(name);
  }

  of({ group, name, channel }: LogLine): string {
    const text = namespec(group, name);
    return this.#paintOf(text)(`${text.padEnd(this.#width)} ${channel === 'stderr' ? '!' : '|'} `);
  }

  #paintOf(name: string): NamePaint {
    const known = this.#paints.get(name);
    if (known !== undefined) return known;
    const paint = this.#palette[this.#paints.size % this.#palette.length] ?? ((text: string) => text);
    this.#paints.set(name, paint);
    return paint;
  }
}
