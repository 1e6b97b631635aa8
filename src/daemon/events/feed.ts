/**
 * The public news of this daemon, numbered, with a memory of the last ones: whoever was away for a moment takes up
 * where it stopped, and is told when something is missing.
 *
 *     publish ──► ring of the last `capacity` items ──► each reader, from its own cursor
 *
 * A reader has no queue: it is a cursor into the ring, so a hundred slow ones cost no more memory than one. One that
 * falls further behind than the ring reaches has a gap, and is told how many items it missed.
 */

export interface FeedItem {
  /** Counts from 1 in each life of the daemon, without a gap. */
  readonly serial: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly name: string;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

export interface FeedPage {
  readonly items: readonly FeedItem[];
  /** How many between the cursor and the first item are no longer known. */
  readonly missed: number;
  /** Where to go on: the serial of the last item that has been told. */
  readonly cursor: number;
}

export class Feed {
  /** Names this life of the daemon: serials of another one mean nothing here. */
  readonly life: string;
  readonly #capacity: number;
  readonly #ring: FeedItem[] = [];
  readonly #readers = new Set<() => void>();
  #last = 0;

  constructor(life: string, capacity = 1000) {
    this.life = life;
    this.#capacity = capacity;
  }

  /** The serial of the newest item; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  publish(name: string, data: FeedItem['data'], at: number): void {
    this.#last += 1;
    const item = { serial: this.#last, at, name, data };
    this.#ring[(this.#last - 1) % this.#capacity] = item;
    for (const wake of [...this.#readers]) wake();
  }

  /** At most `limit` items after `cursor`, oldest first. */
  after(cursor: number, limit: number): FeedPage {
    const oldest = Math.max(1, this.#last - this.#capacity + 1);
    // A cursor from the future is one of somebody who made it up.
    const from = Math.min(Math.max(cursor + 1, oldest), this.#last + 1);
    const items: FeedItem[] = [];
    for (let serial = from; serial <= this.#last && items.length < limit; serial += 1) {
      const item = this.#ring[(serial - 1) % this.#capacity];
      if (item !== undefined) items.push(item);
    }
    return { items, missed: Math.max(0, from - cursor - 1), cursor: items.at(-1)?.serial ?? from - 1 };
  }

  /** Calls back at every new item; answers how to stop that. */
  watch(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => this.#readers.delete(wake);
  }
}
