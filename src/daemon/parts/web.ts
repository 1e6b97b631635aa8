import type { PageAnswer, PageDaemon, PageRequest } from '../web/model.ts';
import { answerPage } from '../web/site.ts';

/** The status page for browsers: see web/site.ts. */
export function answer(daemon: PageDaemon, request: PageRequest): Promise<PageAnswer> {
  return answerPage(daemon, request);
}
