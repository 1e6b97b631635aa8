/** Looks, now and then, which of the programs with `idle_stop` have had no connection for so long. */
import type { ProcessConfig } from '../config/model.ts';
import { secondsText } from '../core/restart.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import type { Cancel, Os } from '../os/os.ts';
import type { Posix } from '../os/posix.ts';
import { lastUses, type TableEntry, tableEntry } from './connections.ts';

export interface IdleWatchParts {
  readonly os: Pick<Os, 'now' | 'callAt'>;
  readonly posix: Pick<Posix, 'getSocketName'>;
  /** `lastUses`, if not given. */
  uses?(entries: readonly TableEntry[]): Promise<readonly (number | undefined)[]>;
}

interface Watched {
  readonly idleMs: number;
  /** The daemon itself connects to it. */
  readonly isProbed: boolean;
  readonly tables: readonly TableEntry[];
  usedAt: number;
}

const MIN_LOOK_MS = 1000;
/** Longer than a probe's connection, unless what it asks hangs. */
const CONFIRM_MS = 500;

export class IdleWatch {
  readonly #parts: IdleWatchParts;
  readonly #onIdle: (id: ProcessId, why: string) => void;
  readonly #watched = new Map<ProcessId, Watched>();
  #cancel: Cancel | undefined;
  #isLooking = false;

  constructor(parts: IdleWatchParts, onIdle: (id: ProcessId, why: string) => void) {
    this.#parts = parts;
    this.#onIdle = onIdle;
  }

  /** It has just begun to run. `fds` are those of its sockets. */
  add(id: ProcessId, config: ProcessConfig, idleMs: number, fds: readonly number[]): void {
    const tables = fds.flatMap((fd, index) => {
      const name = new Uint8Array(128);
      const address = config.listen?.sockets[index]?.address;
      this.#parts.posix.getSocketName(fd, name);
      return tableEntry(name, address?.family === 'unix' ? address.path : undefined) ?? [];
    });
    this.#watched.set(id, { idleMs, isProbed: isProbed(config), tables, usedAt: this.#parts.os.now() });
    this.#lookLater();
  }

  delete(id: ProcessId): void {
    this.#watched.delete(id);
    if (this.#watched.size === 0) this.close();
  }

  close(): void {
    this.#watched.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #lookLater(): void {
    if (this.#isLooking || this.#watched.size === 0) return;
    const { os } = this.#parts;
    const everyMs = Math.min(...[...this.#watched.values()].map(({ idleMs }) => Math.max(MIN_LOOK_MS, idleMs / 4)));
    this.#cancel?.();
    this.#cancel = os.callAt(os.now() + everyMs, () => {
      this.#cancel = undefined;
      this.#isLooking = true;
      void this.#look().finally(() => {
        this.#isLooking = false;
        this.#lookLater();
      });
    });
  }

  async #look(): Promise<void> {
    const { os } = this.#parts;
    const first = await this.#seen();
    const isDoubtful = [...first].some(([one, ago]) => one.isProbed && ago === 0);
    if (isDoubtful) await new Promise<void>((resolve) => os.callAt(os.now() + CONFIRM_MS, resolve));
    const second = isDoubtful ? await this.#seen() : first;
    const now = os.now();
    for (const [one, ago] of first) {
      const isUsed = one.isProbed ? ago === 0 && second.get(one) === 0 : ago !== undefined;
      if (isUsed) one.usedAt = Math.max(one.usedAt, now - (ago ?? 0));
    }
    for (const [id, one] of [...this.#watched]) {
      if (!first.has(one) || now - one.usedAt < one.idleMs) continue;
      this.delete(id);
      this.#onIdle(id, `no connection for ${secondsText(one.idleMs)}`);
    }
  }

  /** How many milliseconds ago each was used last, as far as anything tells. */
  async #seen(): Promise<Map<Watched, number | undefined>> {
    const { uses = lastUses } = this.#parts;
    const watched = [...this.#watched.values()];
    const ages = await uses(watched.flatMap(({ tables }) => tables));
    let at = 0;
    return new Map(
      watched.map((one) => {
        const own = ages.slice(at, at + one.tables.length).filter((age) => age !== undefined);
        at += one.tables.length;
        return [one, own.length === 0 ? undefined : Math.min(...own)];
      }),
    );
  }
}

/** What is asked for once is no matter; what is heard and not asked neither. */
function isProbed({ live, ready }: ProcessConfig): boolean {
  const isAsked = live !== undefined && live.probe.kind !== 'notify';
  return isAsked || (ready !== undefined && ready.rhythm.intervalMs > 0 && ready.probe.kind !== 'notify');
}
