/**
 * `watch_config`: when one of the files that were read changes, or one comes that an `[include]` means, they are read
 * again and what they say is made so, as `update` does. Files that cannot be used change nothing, and the log says why
 * in a line; the next change is another try.
 */
import { formatProblems } from '../config/problems.ts';
import type { Event } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';
import type { loadPart } from '../part-loader.ts';
import type { watchFiles } from '../parts/watch.ts';
import { Burst, changedText } from './burst.ts';

const DELAY_MS = 500;

export class ConfigWatch {
  readonly #context: HandlerContext;
  readonly #load: typeof loadPart;
  readonly #burst: Burst;
  #watchFiles: typeof watchFiles | undefined;
  #watched = '';
  #watching: { close(): void } | undefined;
  #isClosed = false;
  #isBusy = false;
  #missed: readonly string[] = [];

  constructor(context: HandlerContext, load: typeof loadPart) {
    this.#context = context;
    this.#load = load;
    this.#burst = new Burst(context.os, DELAY_MS, (paths) => this.#changed(paths));
    load('watch').then(
      (part) => {
        this.#watchFiles = part.watchFiles;
        this.#watch();
      },
      (error: unknown) => context.log.critical(`Cannot watch the configuration: ${String(error)}`),
    );
  }

  happened(event: Event): void {
    if (event.type === 'supervisorState' && event.state === 'STOPPING') this.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#burst.close();
    this.#watching?.close();
  }

  /** Which files there are may be another thing after each reading. */
  #watch(): void {
    const { log, loaded } = this.#context;
    const { files, includes = [] } = loaded();
    const watched = JSON.stringify([files, includes]);
    if (this.#isClosed || watched === this.#watched) return;
    this.#watched = watched;
    this.#watching?.close();
    this.#watching = this.#watchFiles?.({
      directory: '/',
      files,
      patterns: includes,
      ignore: [],
      onChange: (path) => this.#burst.add(path),
      onReady: () => log.debug('the configuration is watched'),
      onTrouble: (text) => log.error(`Cannot watch all files of the configuration: ${text}; some changes are not seen`),
    });
  }

  #changed(paths: readonly string[]): void {
    if (this.#isBusy) {
      this.#missed = [...this.#missed, ...paths];
      return;
    }
    this.#isBusy = true;
    this.#update(paths)
      .catch((error: unknown) => this.#context.log.error(`Cannot update: ${String(error)}`))
      .finally(() => {
        this.#isBusy = false;
        const missed = this.#missed;
        this.#missed = [];
        if (missed.length > 0 && !this.#isClosed) this.#changed(missed);
      });
  }

  async #update(paths: readonly string[]): Promise<void> {
    const context = this.#context;
    const { log, jobs } = context;
    const what = changedText(paths);
    const result = context.readAgain();
    if (!result.ok) {
      const [first, ...more] = result.problems;
      const problem = formatProblems(first === undefined ? [] : [first]).replaceAll(/\n\s*/g, '; ');
      const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
      log.error(`${what}, which cannot be used, and nothing is updated: ${problem}${others}`);
      return;
    }
    this.#watch();
    const { beginUpdate } = await this.#load('changes');
    const begun = await beginUpdate(context, []);
    if (typeof begun !== 'string') {
      log.error(`${what}, and cannot be made so: ${begun.text ?? begun.fault}`);
      return;
    }
    const job = jobs.get(begun);
    if (job === undefined) {
      log.info(`${what}: nothing to update`);
      return;
    }
    log.info(`${what}: ${job.what}`);
    for (let view = job.view(); ; view = await job.next(view.cursor)) {
      for (const { text } of view.lines) log.info(`update: ${text}`);
      if (view.state !== 'running') return;
    }
  }
}
