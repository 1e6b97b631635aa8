/** Lines of the logs of several programs: which are wanted, in which order, and how each is shown. Pure. */
import { namespec } from '../rpc/names.ts';

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

/** Of a line that is longer only so much is searched: an expression that is slow is slow by the length of the line. */
const SEARCHED_LENGTH = 4096;

/** Throws a SyntaxError for what is no regular expression. */
export function lineFilter({ grep, isInverted }: LineFilter): (text: string) => boolean {
  if (grep === undefined) return () => true;
  const pattern = new RegExp(grep, 'u');
  return (text) => pattern.test(text.slice(0, SEARCHED_LENGTH)) !== isInverted;
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

/**
 * The lines of several logs as one list. Lines with a time in them are put in the order of their times; one without
 * stays behind the line before it, as the lines of a traceback do. Logs without any times come one after the other.
 */
export function merged(logs: readonly (readonly LogLine[])[]): LogLine[] {
  const timed = logs.flatMap((log) => {
    let at = Number.NEGATIVE_INFINITY;
    return log.map((line) => {
      at = Math.max(at, timeIn(line.text) ?? at);
      return { line, at };
    });
  });
  return timed.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ line }) => line);
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
