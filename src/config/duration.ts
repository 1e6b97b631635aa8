/** Times in settings of ours; Supervisor's own settings are whole seconds and stay so. */
import { Refusal, type ValueType } from './values.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Longer ones are taken for a slip of the finger: ten years. */
const maxMs = 3650 * 86_400_000;

/** In milliseconds. */
export const duration: ValueType<number> = {
  name: 'duration',
  expected: 'a number of seconds such as 5 or 0.5, or one with a unit such as 500ms, 30s, 2m, 24h or 7d',
  parse: readDuration,
};

/** In milliseconds. @throws Refusal */
export function readDuration(value: string): number {
  const [, digits, unit = 's'] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)?\s*$/i.exec(value) ?? [];
  const ms = Number(digits) * (unitMs[unit.toLowerCase()] ?? Number.NaN);
  if (!(ms <= maxMs)) throw new Refusal(`Cannot use ${JSON.stringify(value)} as a duration`);
  return ms;
}
