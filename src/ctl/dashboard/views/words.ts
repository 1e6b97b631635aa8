/** How the views say times, sizes and states: the same everywhere, and a word beside every glyph and colour. */
import type { Role } from '../row.ts';

/** What every view is told beside its data. */
export interface ViewOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Columns of the screen: no row is wider. */
  readonly width: number;
  /** Whether the terminal has more than ASCII; it does unless this is false. */
  readonly isUnicode?: boolean;
}

const stateRoles: Readonly<Record<string, Role>> = {
  RUNNING: 'good',
  STARTING: 'busy',
  STOPPING: 'busy',
  BACKOFF: 'warning',
  FATAL: 'bad',
  UNKNOWN: 'bad',
};

export function stateRole(statename: string): Role {
  return stateRoles[statename] ?? 'dim';
}

/** `12 s`, `4 min 05 s`, `3 h 12 min`, `2 d 4 h`: the time from one moment to another, both in milliseconds. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${two(seconds % 60)} s`;
  return `${seconds} s`;
}

/** `14:05:01.123` in local time; with the date before it if that is not today's. `at` and `now` in milliseconds. */
export function clockText(at: number, now: number, hasMs = true): string {
  const [date, today] = [new Date(at), new Date(now)];
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  const time = hasMs ? `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}` : clock;
  const isToday = date.getDate() === today.getDate() && Math.abs(at - now) < 86_400_000;
  if (isToday) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** Of 1024: `812K`, `45M`, `1.2G`, `3.4T`. */
export function sizeText(bytes: number): string {
  let [size, unit] = [bytes / 1024, 0];
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 9.95 && unit > 0 ? size.toFixed(1) : Math.round(size)}${units[unit]}`;
}

const units = ['K', 'M', 'G', 'T', 'P'] as const;

/** A share from 0 to 1 as a bar of so many columns. */
export function barText(share: number, width: number, isUnicode = true): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return (isUnicode ? '█' : '#').repeat(full) + (isUnicode ? '░' : '.').repeat(width - full);
}

function two(part: number): string {
  return String(part).padStart(2, '0');
}
