/**
 * When a program that grows, or grows old, is to be restarted, and who may be at the moment. Pure.
 *
 * Of a program with several processes one is recycled at a time, and only while another one serves, so that caring for
 * them costs no request; whoever has to wait is looked at again when something has changed.
 */
import { chance } from './restart.ts';

export interface MaxAge {
  readonly ms: number;
  /** By how much of itself the age of each process may be shorter: 0.1 is 10 %. */
  readonly spread: number;
}

/** So many looks in a row above the limit: a peak is no leak. */
const looksAbove = 2;

/** The looks in a row so far, and whether it is time. */
export function lookedAt(
  above: number,
  bytes: number,
  limit: number,
): { readonly above: number; readonly isDue: boolean } {
  const next = bytes > limit ? above + 1 : 0;
  return { above: next, isDue: next >= looksAbove };
}

/** How old the process may become, in milliseconds: the same for the same process and start, another for its neighbour. */
export function ageOf({ ms, spread }: MaxAge, who: string, startedAt: number): number {
  return Math.round(ms * (1 - spread * chance(`${who}@${startedAt}`)));
}

export interface Neighbour {
  readonly id: string;
  readonly isServing: boolean;
  /** It is on its way down and up again. */
  readonly isRecycled: boolean;
}

/** Whether `id` may be recycled now, among all the processes of its program. One that is alone has nobody to wait for. */
export function mayRecycle(id: string, program: readonly Neighbour[]): boolean {
  const others = program.filter((one) => one.id !== id);
  if (others.length === 0) return true;
  return !others.some(({ isRecycled }) => isRecycled) && others.some(({ isServing }) => isServing);
}
