import { namespec } from '../../rpc/names.ts';
import type { Awaited } from '../command.ts';
import { processesOf, type Selectable } from '../selectors.ts';

/** The texts of progress.ts: both are for people, at a terminal. */

/** States in which nothing is under way any more, by what was wanted. Other verbs wait for what is neither up nor down. */
const settled: Readonly<Record<string, ReadonlySet<string>>> = {
  start: new Set(['RUNNING', 'EXITED', 'FATAL']),
  stop: new Set(['STOPPED', 'EXITED', 'FATAL']),
};
const settledOtherwise: ReadonlySet<string> = new Set(['RUNNING', 'STOPPED', 'EXITED', 'FATAL']);

/** `start: waiting for web:web_01 (STARTING), cron (BACKOFF) and 7 more, 3 s`, shorter than the terminal is wide. */
export function progressText(what: Awaited, all: readonly Selectable[], seconds: number, columns: number): string {
  const isSettled = settled[what.verb] ?? settledOtherwise;
  const pending = new Set(
    what.asked.flatMap((word) => processesOf(word, all)).filter((each) => !isSettled.has(each.statename)),
  );
  const names = [...pending].map((each) => `${namespec(each.group, each.name)} (${each.statename})`);
  return fitting(`${what.verb}: waiting for `, names.length > 0 ? names : what.asked, `, ${seconds} s`, columns - 1);
}

/** As many names as there is room for, one at least. */
function fitting(before: string, names: readonly string[], after: string, width: number): string {
  for (let count = names.length; ; count--) {
    const rest = names.length - count;
    const text = `${before}${names.slice(0, count).join(', ')}${rest === 0 ? '' : ` and ${rest} more`}${after}`;
    if (text.length <= width) return text;
    if (count <= 1) return text.slice(0, Math.max(0, width));
  }
}

/** What is said at Ctrl-C. */
export function detachedText({ verb, asked, later, again }: Awaited): string {
  const names = new Set([...asked, ...later.flatMap((line) => line.split(' ').slice(1))]);
  const look = again ?? (names.has('all') ? 'status' : `status ${[...names].join(' ')}`);
  return [
    '',
    `No longer waiting for: ${verb} ${asked.join(' ')}`,
    ...(later.length === 0 ? [] : [`Not asked for: ${later.join('; ')}`]),
    `To look again: tssupervisorctl ${look}`,
    '',
  ].join('\n');
}
