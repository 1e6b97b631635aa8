/** `waiting for a, b to die`: who keeps the daemon from going down, at once and every three seconds. */
import type { Supervisor } from './core/supervisor.ts';
import type { MainLog } from './logs/main-log.ts';
import type { Cancel, Os } from './os/os.ts';

const EVERY_MS = 3000;

export class WaitingReport {
  readonly #os: Pick<Os, 'now' | 'callAt'>;
  readonly #log: Pick<MainLog, 'info' | 'blather'>;
  #cancel: Cancel | undefined;

  constructor(os: Pick<Os, 'now' | 'callAt'>, log: Pick<MainLog, 'info' | 'blather'>) {
    this.#os = os;
    this.#log = log;
  }

  /** Only the first wish to go down begins it. */
  begin(supervisor: Supervisor): void {
    if (this.#cancel === undefined) this.#tell(supervisor);
  }

  close(): void {
    this.#cancel?.();
  }

  #tell(supervisor: Supervisor): void {
    const unstopped = supervisor.unstopped();
    const nameOf = (id: string): string => supervisor.spec(id)?.name ?? id;
    if (unstopped.length > 0) this.#log.info(`waiting for ${unstopped.map(nameOf).join(', ')} to die`);
    for (const id of unstopped) this.#log.blather(`${nameOf(id)} state: ${supervisor.record(id)?.state.name}`);
    this.#cancel = this.#os.callAt(this.#os.now() + EVERY_MS, () => this.#tell(supervisor));
  }
}
