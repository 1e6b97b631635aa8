/** The sockets of programs whose probes are `notify`: made before a start, gone after the end. */
import { chmodSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessConfig } from './config/model.ts';
import type { ProcessId } from './core/supervisor-messages.ts';
import type { Account } from './os/accounts.ts';
import type { Posix } from './os/posix.ts';
import { NotifySocket } from './probes/notify.ts';
import type { NotifyMessage } from './probes/notify-message.ts';

export interface NotifySocketsParts {
  readonly posix: Posix;
  /** Made when it is needed, open to all to pass through: each socket is its program's alone. */
  readonly folder: string;
  accountOf(uid: number): Account | undefined;
  onMessage(id: ProcessId, message: NotifyMessage): void;
}

export class NotifySockets {
  readonly #parts: NotifySocketsParts;
  readonly #sockets = new Map<ProcessId, NotifySocket>();
  readonly #numbers = new Map<ProcessId, number>();
  #isMade = false;

  constructor(parts: NotifySocketsParts) {
    this.#parts = parts;
  }

  /** The path for NOTIFY_SOCKET, or why there is none. */
  open(id: ProcessId, { uid }: ProcessConfig): { readonly path: string } | { readonly why: string } {
    const { posix, folder, accountOf, onMessage } = this.#parts;
    this.close(id);
    const number = this.#numbers.get(id) ?? this.#numbers.size;
    this.#numbers.set(id, number);
    const path = join(folder, `${number}.sock`);
    try {
      this.#makeFolder();
      const account = uid === undefined ? undefined : accountOf(uid);
      const owner = account && { uid: account.uid, gid: account.gid };
      this.#sockets.set(id, new NotifySocket({ posix, path, owner, onMessage: (message) => onMessage(id, message) }));
      return { path };
    } catch (error) {
      return { why: error instanceof Error ? error.message : String(error) };
    }
  }

  close(id: ProcessId): void {
    this.#sockets.get(id)?.[Symbol.dispose]();
    this.#sockets.delete(id);
  }

  end(): void {
    for (const id of [...this.#sockets.keys()]) this.close(id);
    if (!this.#isMade) return;
    try {
      rmdirSync(this.#parts.folder);
    } catch {
      // Somebody else has put something there.
    }
  }

  #makeFolder(): void {
    if (this.#isMade) return;
    mkdirSync(this.#parts.folder, { recursive: true, mode: 0o711 });
    chmodSync(this.#parts.folder, 0o711);
    this.#isMade = true;
  }
}
