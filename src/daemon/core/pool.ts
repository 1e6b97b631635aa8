/**
 * The events that wait for one pool of listeners, with the pool's own numbering: oldest first, bounded, the oldest
 * dropped when one too many comes (supervisor/process.py, EventListenerPool).
 *
 * A pool whose file writes no `buffer_size` holds more than the 10 that it reports, so that a burst (a deploy, a
 * storm of exits) is not lost to a listener that is a moment late; such a pool is bounded by bytes as well, because
 * nobody chose its size.
 */

/** An event as it is numbered for everybody: made once, shared by all pools. */
export interface NumberedEvent {
  readonly serial: number;
  readonly name: string;
  readonly payload: string;
}

/** An event with its number in one pool, which it keeps when it is sent again. */
export interface PoolEvent {
  readonly event: NumberedEvent;
  readonly poolSerial: number;
}

export interface PoolLimits {
  readonly events: number;
  /** Of payload, beyond the first ten events. */
  readonly characters: number;
}

/** What every pool holds, however long the payloads are. */
const SURE_EVENTS = 10;

export class PoolBuffer {
  readonly #limits: PoolLimits;
  readonly #waiting: PoolEvent[] = [];
  #characters = 0;
  #nextSerial = 0;
  #dropped = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** How many have been dropped since the pool was made. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A new event: it goes to the end. Answers those that were dropped for it. */
  accept(event: NumberedEvent): readonly PoolEvent[] {
    const dropped = this.#makeRoom(event.payload.length);
    this.#waiting.push({ event, poolSerial: this.#nextSerial });
    this.#nextSerial += 1;
    this.#characters += event.payload.length;
    return dropped;
  }

  /** One that a listener did not process: it goes to the head. Answers those that were dropped for it. */
  takeBack(event: PoolEvent): readonly PoolEvent[] {
    const dropped = this.#makeRoom(event.event.payload.length);
    this.#waiting.unshift(event);
    this.#characters += event.event.payload.length;
    return dropped;
  }

  first(): PoolEvent | undefined {
    return this.#waiting[0];
  }

  /** Takes the first one out. */
  shift(): PoolEvent | undefined {
    const first = this.#waiting.shift();
    if (first !== undefined) this.#characters -= first.event.payload.length;
    return first;
  }

  #makeRoom(characters: number): PoolEvent[] {
    const dropped: PoolEvent[] = [];
    const isTooMuch = (): boolean =>
      this.#waiting.length >= this.#limits.events ||
      (this.#waiting.length >= SURE_EVENTS && this.#characters + characters > this.#limits.characters);
    while (this.#waiting.length > 0 && isTooMuch()) {
      const oldest = this.shift();
      if (oldest !== undefined) dropped.push(oldest);
    }
    this.#dropped += dropped.length;
    return dropped;
  }
}
