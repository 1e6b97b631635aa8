/** What a drill was asked to do, out of its words. Everything has a limit: it is to shake a service, not to flood it. */
import { parseArgs } from 'node:util';
import { readDuration } from '../../config/duration.ts';

export const actionKinds = ['roll', 'kill', 'scale'] as const;

export type ActionKind = (typeof actionKinds)[number];

export interface Plan {
  /** As in `status`: `web:*`, `web`, `web:web_0`. */
  readonly name: string;
  readonly url: URL;
  /** One after the other, and round again until the time is up; none: only load. */
  readonly actions: readonly ActionKind[];
  readonly forMs: number;
  /** Requests a second, in all. */
  readonly rate: number;
  /** Requests under way at the same time, at most. */
  readonly concurrency: number;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** From the end of one action to the beginning of the next. */
  readonly pauseMs: number;
  readonly yes: boolean;
}

interface Limits {
  readonly least: number;
  readonly most: number;
}

const limits = {
  forMs: { least: 100, most: 3_600_000 },
  rate: { least: 1, most: 1_000 },
  concurrency: { least: 1, most: 256 },
  timeoutMs: { least: 10, most: 300_000 },
  pauseMs: { least: 0, most: 600_000 },
} as const satisfies Record<string, Limits>;

/** The plan, or what is wrong with the words, as a sentence without its full stop. */
export function readPlan(given: readonly string[]): Plan | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        do: { type: 'string', default: 'roll,kill' },
        for: { type: 'string', default: '30s' },
        rate: { type: 'string', default: '50' },
        concurrency: { type: 'string', default: '8' },
        timeout: { type: 'string', default: '10s' },
        pause: { type: 'string', default: '2s' },
        yes: { type: 'boolean', default: false },
      },
    });
    const [name, url, ...others] = positionals;
    if (name === undefined || url === undefined || others.length > 0) return 'drill takes a name and a URL';
    return {
      name,
      url: frontUrl(url),
      actions: actionsOf(values.do),
      forMs: time('--for', values.for, limits.forMs),
      rate: count('--rate', values.rate, limits.rate),
      concurrency: count('--concurrency', values.concurrency, limits.concurrency),
      timeoutMs: time('--timeout', values.timeout, limits.timeoutMs),
      pauseMs: time('--pause', values.pause, limits.pauseMs),
      yes: values.yes,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function frontUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') {
    throw new Error(`Expected a URL such as http://127.0.0.1:8080/, got ${JSON.stringify(text)}`);
  }
  return url;
}

function actionsOf(text: string): ActionKind[] {
  const names = text.split(',').map((word) => word.trim());
  if (names.length === 1 && names[0] === 'nothing') return [];
  return names.map((name) => {
    const kind = actionKinds.find((one) => one === name);
    if (kind !== undefined) return kind;
    throw new Error(`Expected --do ${actionKinds.join(',')}, some of them, or nothing, got ${JSON.stringify(text)}`);
  });
}

function time(option: string, text: string, { least, most }: Limits): number {
  const range = `from ${least / 1_000} to ${most / 1_000} s`;
  try {
    const ms = readDuration(text);
    if (ms >= least && ms <= most) return ms;
  } catch {
    // it is said below, with the range
  }
  throw new Error(`Expected ${option} ${range} (30, 500ms, 2m), got ${JSON.stringify(text)}`);
}

function count(option: string, text: string, { least, most }: Limits): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`Expected ${option} from ${least} to ${most}, got ${JSON.stringify(text)}`);
}
