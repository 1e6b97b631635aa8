import { Timetable, type TimetableParts } from '../schedules/timetable.ts';

/** Programs that run at set times: see schedules/timetable.ts. */
export function timetable(parts: TimetableParts): Timetable {
  return new Timetable(parts);
}
