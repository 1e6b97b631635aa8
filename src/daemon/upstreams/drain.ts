/** Waits for the end of a server's connections. While several wait, /proc is read once for all of them. */
import type { Os } from '../os/os.ts';
import type { SocketAddress } from '../os/sockaddr.ts';
import { type ConnectionTables, connectionsTo, readConnectionTables } from './connections.ts';

const LOOK_MS = 20;
/** Whoever has not ended by then takes its time, and so do we. */
const SLOW_LOOK_MS = 200;
const SLOW_AFTER_MS = 1000;
/** A look takes long where there are very many connections; it is to take a tenth of the time at most. */
const PAUSE_FACTOR = 9;

type ReadTables = (addresses: readonly SocketAddress[]) => Promise<ConnectionTables> | ConnectionTables;

interface Waiting {
  readonly address: SocketAddress;
  readonly since: number;
  readonly until: number;
  /** How many of them do not count; undefined: some of its requests are under way. */
  readonly idle: () => Promise<number | undefined>;
  readonly resolve: (isDrained: boolean) => void;
}

export class Drain {
  readonly #os: Pick<Os, 'now' | 'callAt'>;
  readonly #read: ReadTables;
  #waiting: Waiting[] = [];
  #isLooking = false;
  /** Ends the pause between two looks. */
  #wake = (): void => {};

  constructor(os: Pick<Os, 'now' | 'callAt'>, read: ReadTables = readConnectionTables) {
    this.#os = os;
    this.#read = read;
  }

  /** Resolves with true when it has none left, with false at `until`, however long a look takes. */
  done(address: SocketAddress, until: number, idle: Waiting['idle']): Promise<boolean> {
    return new Promise((settle) => {
      const cancel = this.#os.callAt(until, () => this.#end(one, false));
      const resolve = (isDrained: boolean): void => {
        cancel();
        settle(isDrained);
      };
      const one: Waiting = { address, since: this.#os.now(), until, idle, resolve };
      this.#waiting.push(one);
      if (!this.#isLooking) void this.#look();
    });
  }

  #end(one: Waiting, isDrained: boolean): void {
    this.#waiting = this.#waiting.filter((other) => other !== one);
    one.resolve(isDrained);
    if (this.#waiting.length === 0) this.#wake();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#waiting.length > 0) {
      const looked = [...this.#waiting];
      const idle = await Promise.all(looked.map((one) => one.idle()));
      const began = this.#os.now();
      const tables = await this.#read(looked.map(({ address }) => address));
      const now = this.#os.now();
      const took = now - began;
      looked.forEach((one, index) => {
        const kept = idle[index];
        if (kept !== undefined && connectionsTo(one.address, tables) <= kept) this.#end(one, true);
      });
      if (this.#waiting.length === 0) break;
      const isFresh = this.#waiting.some(({ since }) => now - since < SLOW_AFTER_MS);
      const pause = Math.max(isFresh ? LOOK_MS : SLOW_LOOK_MS, PAUSE_FACTOR * took);
      // The last one in time for its end, if the next one would be later.
      const last = this.#waiting.map(({ until }) => until - 2 * took).filter((at) => at > now);
      await this.#pause(Math.min(now + pause, ...last));
    }
    this.#isLooking = false;
  }

  #pause(until: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#os.callAt(until, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
