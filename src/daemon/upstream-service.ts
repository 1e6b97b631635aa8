/**
 * The daemon's side of `[upstream:x]`. What does the work (upstreams/manager.ts) is loaded when the files have such a
 * section for the first time; until then nothing of this costs anything.
 */
import type { LoadedConfig } from './config/model.ts';
import type { Event, ProcessId } from './core/supervisor-messages.ts';
import { loadPart } from './part-loader.ts';
import type { StopStep } from './stop-preparation.ts';
import type { UpstreamManager, UpstreamManagerParts } from './upstreams/manager.ts';
import type { UpstreamView } from './upstreams/upstream.ts';

export class UpstreamService implements StopStep {
  readonly #parts: UpstreamManagerParts;
  #manager: UpstreamManager | undefined;
  #isClosed = false;

  constructor(parts: UpstreamManagerParts) {
    this.#parts = parts;
  }

  /** Takes over the upstreams of a configuration, and resolves when their proxies know. Never rejects. */
  async configure(config: Pick<LoadedConfig, 'upstreams'>): Promise<void> {
    if (this.#manager === undefined && config.upstreams === undefined) return;
    try {
      const { makeUpstreams } = await loadPart('upstreams');
      if (this.#isClosed) return;
      this.#manager ??= makeUpstreams(this.#parts);
      await this.#manager.configure(config);
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#parts.log.error(`Cannot tell the proxies of the configuration: ${why}`);
    }
  }

  happened(event: Event): void {
    this.#manager?.happened(event);
  }

  async prepare(id: ProcessId): Promise<void> {
    await this.#manager?.prepare(id);
  }

  concerns(id: ProcessId): boolean {
    return this.#manager?.concerns(id) === true;
  }

  async joined(id: ProcessId): Promise<void> {
    await this.#manager?.joined(id);
  }

  /** What a process waits for on its way into an upstream, or out of it. */
  reason(id: ProcessId): string | undefined {
    return this.#manager?.reason(id);
  }

  views(): readonly UpstreamView[] {
    return this.#manager?.views() ?? [];
  }

  close(): void {
    this.#isClosed = true;
    this.#manager?.close();
  }
}
