import type { Timeline } from '../../rpc/insight.ts';
import type { HandlerContext } from '../handlers/context.ts';

/** The feed remembers a thousand. */
const MAX_ITEMS = 1000;

export function timeline({ news }: Pick<HandlerContext, 'news'>, cursor: number, limit: number): Timeline {
  const { feed } = news;
  const page = feed.after(Math.max(0, cursor), Math.min(Math.max(0, limit), MAX_ITEMS));
  return { life: feed.life, cursor: page.cursor, missed: page.missed, items: page.items };
}
