/**
 * When a schedule is due next. Two rules, because the two kinds of schedules want something else when clocks change:
 *
 * - One with times of day (`30 2 * * *`) is due once for each of them: what spring skips is due in the first minute
 *   after the gap, what autumn has twice is due the first time.
 * - One for every hour (`*` or all of them: every 5 minutes) has no times of day: it goes on as the clock shows them.
 *   Otherwise it would rest for an hour in autumn.
 */
import { type Cron, daysIn, isDue } from './cron.ts';
import type { Zone } from './zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The longest that a possible day is away is 40 years: a 29th of February that is a Sunday, across 2100. */
const YEARS = 41;

/** Whether it is for every hour, and so has no times of day. */
export function isHourly({ hours }: Cron): boolean {
  return hours.length === 24;
}

/** The first moment after `after` at which it is due, in milliseconds since the epoch; undefined if that never comes. */
export function nextRun(cron: Cron, zone: Zone, after: number): number | undefined {
  const wall = zone.wallAt(after);
  for (const day of daysFrom(cron, Math.floor(wall / DAY) * DAY)) {
    const found = isHourly(cron) ? hourlyIn(cron, zone, day, after) : timeOfDayIn(cron, zone, day, wall, after);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The days on which it is due, each as the wall time of its beginning; `first` is the first that may be one. */
function* daysFrom(cron: Cron, first: number): Generator<number> {
  const begin = new Date(first);
  const last = begin.getUTCFullYear() + YEARS;
  let from = begin.getUTCDate();
  for (let year = begin.getUTCFullYear(), month = begin.getUTCMonth() + 1; year <= last; ) {
    const count = cron.months.includes(month) ? daysIn(year, month) : 0;
    for (let date = from; date <= count; date++) {
      if (isDue(cron, year, month, date)) yield Date.UTC(year, month - 1, date);
    }
    from = 1;
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
  }
}

/** Wall times up to `wall` have been there by `after`, so only later ones are looked at. */
function timeOfDayIn(
  { hours, minutes }: Cron,
  zone: Zone,
  day: number,
  wall: number,
  after: number,
): number | undefined {
  for (const hour of hours) {
    for (const minute of minutes) {
      const time = day + hour * HOUR + minute * MINUTE;
      if (time <= wall) continue;
      const moment = zone.momentOf(time);
      if (moment > after) return moment;
    }
  }
  return undefined;
}

function hourlyIn({ minutes }: Cron, zone: Zone, day: number, after: number): number | undefined {
  const begin = Math.max(zone.momentOf(day), (Math.floor(after / MINUTE) + 1) * MINUTE);
  // Less than two hours, whatever the clock does meanwhile.
  for (let moment = begin; moment < begin + 2 * HOUR; moment += MINUTE) {
    const wall = zone.wallAt(moment);
    if (Math.floor(wall / DAY) * DAY !== day) return undefined;
    if (minutes.includes(new Date(wall).getUTCMinutes())) return moment;
  }
  return undefined;
}
