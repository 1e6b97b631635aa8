/**
 * What has happened, kept up with: each time only what is new is asked for, as after the first time a thousand events
 * would come for one. It is one daemon's; views see the same answer as if all had been asked for.
 */
import type { Timeline } from '../../rpc/insight.ts';
import type { Call } from './actions.ts';

export const timelineMethod = 'tssupervisor.getTimeline';

/** As many as the daemon remembers, and gives at once. */
const MOST_ITEMS = 1000;

export class TimelineCursor {
  #known: Timeline | undefined;

  /** What to ask now. */
  get call(): Call {
    return { method: timelineMethod, params: [this.#known?.cursor ?? 0, MOST_ITEMS] };
  }

  /**
   * What the daemon said to `call`, made whole. `isWhole`: nothing more is to be asked; else `call` is to be asked at
   * once, as the daemon has begun a new life, in which a cursor of the old one says nothing, or has more to tell.
   */
  take(answer: unknown): { readonly answer: unknown; readonly isWhole: boolean } {
    if (!isTimeline(answer)) return { answer, isWhole: true };
    const page = answer;
    const before = this.#known;
    if (before !== undefined && before.life !== page.life) {
      this.#known = undefined;
      return { answer: before, isWhole: false };
    }
    const isWhole = page.items.length < MOST_ITEMS;
    if (before !== undefined && page.items.length === 0 && page.missed === 0) return { answer: before, isWhole };
    // Whatever was before a gap does not belong to what is after it.
    const items = [...(page.missed > 0 ? [] : (before?.items ?? [])), ...page.items].slice(-MOST_ITEMS);
    // Serials count from 1, without a gap.
    const missed = (items[0]?.serial ?? 1) - 1;
    this.#known = { life: page.life, cursor: page.cursor, missed, items };
    return { answer: this.#known, isWhole };
  }
}

/** Else it is a refusal. */
function isTimeline(answer: unknown): answer is Timeline {
  return typeof answer === 'object' && answer !== null && 'items' in answer;
}
