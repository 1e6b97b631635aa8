import { readDuration } from './duration.ts';
import { Refusal } from './values.ts';

/** Seconds before that are taken for a moment, not for a while. */
const FIRST_MOMENT = 1_000_000_000;

/**
 * A moment in the past, in milliseconds since the epoch: `10m` and `90` are so long before `now`, `2026-11-22T03:00:00Z`
 * (without a zone: local time) and `1763780400` (seconds since the epoch) are themselves. Undefined for anything else.
 */
export function momentOf(text: string, now: number): number | undefined {
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= FIRST_MOMENT) return seconds * 1000;
  try {
    return now - readDuration(text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  if (!/^\s*\d{4}-\d\d-\d\d/.test(text)) return undefined;
  const at = Date.parse(text.trim());
  return Number.isNaN(at) ? undefined : at;
}
