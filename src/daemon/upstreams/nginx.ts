/**
 * An upstream of nginx: its file, written only when it changes; what nginx thinks of it; and the reload.
 *
 *     write ──► test ──refuses──► the file as it was, and an error ──► (tried again later)
 *                 └──accepts──► reload ──► new workers run
 */
import type { UpstreamConfig, UpstreamDriver } from '../config/model.ts';
import type { CommandEnd } from './command.ts';
import type { Applied, Driver, DriverLog } from './driver.ts';
import { contentOf, replaceFile } from './kept-file.ts';
import { nginxFile } from './nginx-file.ts';
import type { NginxReload } from './nginx-reload.ts';
import type { WishedServer } from './servers.ts';

export interface NginxParts {
  readonly log: DriverLog;
  readonly reload: Pick<NginxReload, 'request'>;
  run(argv: readonly string[]): Promise<CommandEnd>;
}

export class Nginx implements Driver {
  readonly #parts: NginxParts;
  readonly #config: UpstreamConfig;
  readonly #driver: Extract<UpstreamDriver, { type: 'nginx' }>;
  /** The file is right, and nginx may not know it yet. */
  #isUntold = false;

  constructor(parts: NginxParts, config: UpstreamConfig, driver: Extract<UpstreamDriver, { type: 'nginx' }>) {
    this.#parts = parts;
    this.#config = config;
    this.#driver = driver;
  }

  async apply(servers: readonly WishedServer[]): Promise<Applied> {
    const { name, options } = this.#config;
    const { file } = this.#driver;
    const text = nginxFile(name, options, servers);
    let old: string | undefined;
    try {
      old = contentOf(file);
      if (old !== text) replaceFile(file, text);
    } catch (error) {
      return { ok: false, why: `Cannot write ${file}: ${error instanceof Error ? error.message : String(error)}` };
    }
    if (old !== text) {
      // The first one is not asked about: what else nginx includes (the files of other upstreams) need not be there yet,
      // and nothing serves by an older one.
      const refusal = old === undefined ? undefined : await this.#refusal(old);
      if (refusal !== undefined) return { ok: false, why: refusal };
      this.#parts.log.info(`upstream ${name}: wrote ${file} (${summary(servers)})`);
      this.#isUntold = true;
    }
    if (!this.#isUntold) return { ok: true };
    const told = await this.#parts.reload.request();
    this.#isUntold = !told.ok;
    return told;
  }

  async idleConnections(): Promise<number> {
    // What nginx keeps open for later its old workers have closed.
    return 0;
  }

  close(): void {}

  /** What nginx has against the file that has just been written; then `old` is back. */
  async #refusal(old: string): Promise<string | undefined> {
    const { test, file } = this.#driver;
    if (test === undefined) return undefined;
    const end = await this.#parts.run(test);
    if (end.ok) return undefined;
    try {
      replaceFile(file, old);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return `The new ${file} was refused, and the old one cannot be put back (${why}): ${end.why}`;
    }
    return `The new ${file} was refused, the old one is back and serving goes on: ${end.why}`;
  }
}

function summary(servers: readonly WishedServer[]): string {
  const count = servers.filter(({ state }) => state === 'in').length;
  return `${count} of ${servers.length} in`;
}
