/** Times in a log view: the one that a line begins with, and the ones that a person types. */
import { momentOf } from '../../../config/since.ts';

const OWN_TIME = /^[[(]?(?:\d{4}[-/]\d\d[-/]\d\d[T ])?(\d\d:\d\d:\d\d)(?=[.,\]) Z+-]|$)/;
const DAY_MS = 24 * 60 * 60 * 1000;

/** `14:05:02` if the line begins with a time of day, with or without a date. */
export function ownTimeOf(text: string): string | undefined {
  return OWN_TIME.exec(text)?.[1];
}

/** Local time of day; eight blanks where it is not known. `at` in milliseconds since the epoch, 0 for not known. */
export function timeText(at: number): string {
  return at === 0 ? ' '.repeat(8) : new Date(at).toTimeString().slice(0, 8);
}

/**
 * What `since=` of /logs takes for a moment that was typed: `10m`, `2026-11-22 03:00`, `14:05` (the last time that the
 * clock showed it). Undefined if it is no moment. `now` in milliseconds since the epoch.
 */
export function sinceOf(text: string, now: number): string | undefined {
  const clock = /^\s*([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?\s*$/.exec(text);
  if (clock === null) return momentOf(text, now) === undefined || text.trim() === '' ? undefined : text.trim();
  const at = new Date(now).setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0);
  return String(Math.floor((at > now ? at - DAY_MS : at) / 1000));
}
