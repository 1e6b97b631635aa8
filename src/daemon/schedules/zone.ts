/**
 * Time zones: what the clock on the wall shows at a moment, and at which moment it first shows something.
 *
 * A wall time is written as the milliseconds that it would be if it were UTC, so that one counts with it as with any
 * other. Twice a year not every wall time is one moment: what is skipped in spring is the first moment after the gap,
 * what is there twice in autumn is the first of the two. Only Intl knows the rules; a look costs some microseconds.
 */

const MINUTE = 60_000;
const DAY = 86_400_000;

export interface Zone {
  /** `Europe/Berlin`. */
  readonly name: string;
  /** What the clock on the wall shows at a moment. */
  wallAt(moment: number): number;
  /** The first moment at which the clock shows that, or would have shown it. */
  momentOf(wall: number): number;
}

/** The zone of the machine if none is named. @throws RangeError for a name that nobody knows. */
export function zoneOf(name: string | undefined): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    ...(name !== undefined && { timeZone: name }),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const wallAt = (moment: number): number => {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(moment)) part[type] = Number(value);
    const { year = 0, month = 1, day, hour, minute, second } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) + (moment - Math.floor(moment / 1000) * 1000);
  };
  const offsetAt = (moment: number): number => wallAt(moment) - moment;
  const momentOf = (wall: number): number => {
    // No zone changes its clock twice within two days.
    const before = offsetAt(wall - DAY);
    const after = offsetAt(wall + DAY);
    if (before === after || offsetAt(wall - before) === before) return wall - before;
    if (offsetAt(wall - after) === after) return wall - after;
    return changeBetween(wall - DAY, wall + DAY, (moment) => offsetAt(moment) !== before);
  };
  return { name: format.resolvedOptions().timeZone, wallAt, momentOf };
}

/** The first whole minute at which it has happened; `from` is a moment when it has not, `to` one when it has. */
function changeBetween(from: number, to: number, hasHappened: (moment: number) => boolean): number {
  let low = Math.floor(from / MINUTE);
  let high = Math.ceil(to / MINUTE);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (hasHappened(middle * MINUTE)) high = middle;
    else low = middle;
  }
  return high * MINUTE;
}
