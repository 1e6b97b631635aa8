/**
 * The five fields of a crontab line, and which days and minutes they mean.
 *
 *     minute 0-59   hour 0-23   day of the month 1-31   month 1-12 or JAN   day of the week 0-7 or SUN (0 and 7)
 *
 * Each is a star (all of them), a number, a range `1-5`, a range or a star with a step (`0-30/10`), or several of these
 * with commas. As in cron a day has to fit both fields for days if one of them begins with a star, and otherwise either
 * of them: `0 0 13 * 5` is every 13th and every Friday. (The source is crontab(5) of Vixie's cron; `@daily` and the like
 * are its short forms.)
 *
 * Everything here is about the clock on the wall; which moment that is in a time zone is zone.ts's business.
 */
import { Refusal } from '../../config/values.ts';

/** What is written, as sorted numbers. Plain data. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** One of the two fields for days is enough. */
  readonly isEitherDay: boolean;
}

interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly words: readonly string[];
}

const minute: Field = { name: 'minute', low: 0, high: 59, words: [] };
const hour: Field = { name: 'hour', low: 0, high: 23, words: [] };
const day: Field = { name: 'day of the month', low: 1, high: 31, words: [] };
const month: Field = {
  name: 'month',
  low: 1,
  high: 12,
  words: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const weekday: Field = {
  name: 'day of the week',
  low: 0,
  high: 7,
  words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
};

const shortForms: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** @throws Refusal that names the field and what is wrong with it, also for a day that never comes (`0 0 30 2 *`). */
export function readCron(text: string): Cron {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === '@reboot') throw new Refusal('A schedule has no @reboot: write autostart=true and no schedule');
  const fields = (shortForms.get(trimmed) ?? trimmed).split(/\s+/);
  const [minutes = '', hours = '', days = '', months = '', weekdays = ''] = fields;
  if (fields.length !== 5) {
    const count = trimmed === '' ? 0 : fields.length;
    throw new Refusal(`A schedule has five fields (minute, hour, day, month, day of the week), this has ${count}`);
  }
  const cron: Cron = {
    minutes: numbersOf(minutes, minute),
    hours: numbersOf(hours, hour),
    days: numbersOf(days, day),
    months: numbersOf(months, month),
    weekdays: sorted(numbersOf(weekdays, weekday).map((number) => number % 7)),
    isEitherDay: !days.startsWith('*') && !weekdays.startsWith('*'),
  };
  // 2000 was a leap year, and so no day is missing in it.
  const isPossible = cron.months.some((number) => cron.days.some((one) => one <= daysIn(2000, number)));
  if (!isPossible && !cron.isEitherDay) throw new Refusal(`The day of this schedule never comes`);
  return cron;
}

/** How many days a month has; 1 is January. */
export function daysIn(year: number, number: number): number {
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

/** Whether it is due on that day; 1 is January. */
export function isDue(cron: Cron, year: number, number: number, date: number): boolean {
  if (!cron.months.includes(number)) return false;
  const isDay = cron.days.includes(date);
  const isWeekday = cron.weekdays.includes(new Date(Date.UTC(year, number - 1, date)).getUTCDay());
  return cron.isEitherDay ? isDay || isWeekday : isDay && isWeekday;
}

function numbersOf(text: string, field: Field): number[] {
  return sorted(text.split(',').flatMap((part) => partOf(part, field)));
}

function partOf(part: string, field: Field): number[] {
  const [, range, step] = /^([^/]*)(?:\/(.*))?$/.exec(part) ?? [];
  const [from, to, ...more] = range === '*' ? [String(field.low), String(field.high)] : (range ?? '').split('-');
  const first = numberOf(from, field);
  const last = to === undefined ? first : numberOf(to, field);
  if (more.length > 0) throw new Refusal(`Cannot read ${JSON.stringify(part)} as the ${field.name}`);
  if (last < first) throw new Refusal(`Cannot use ${JSON.stringify(part)} as the ${field.name}: it runs backwards`);
  if (step === undefined) return counted(first, last, 1);
  if (to === undefined) {
    const better = `${from}-${field.high}/${step}`;
    throw new Refusal(`Cannot use a step behind one number: write ${JSON.stringify(better)} for the ${field.name}`);
  }
  if (!/^\d{1,2}$/.test(step) || Number(step) === 0) {
    throw new Refusal(`Cannot use ${JSON.stringify(step)} as a step of the ${field.name}`);
  }
  return counted(first, last, Number(step));
}

function numberOf(text: string | undefined, field: Field): number {
  const word = text === undefined || text === '' ? -1 : field.words.indexOf(text);
  if (word >= 0) return word;
  const number = /^\d{1,2}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (number >= field.low && number <= field.high) return number;
  const words = field.words.filter((one) => one !== '').join(', ');
  const expected = `${field.low} to ${field.high}${words === '' ? '' : `, or ${words}`}`;
  throw new Refusal(`Cannot read ${JSON.stringify(text ?? '')} as the ${field.name} (${expected})`);
}

function counted(first: number, last: number, step: number): number[] {
  const numbers: number[] = [];
  for (let number = first; number <= last; number += step) numbers.push(number);
  return numbers;
}

function sorted(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
