/**
 * Which automatic port belongs to which process: `port=auto`. A port once given stays with its process for the
 * daemon's life, through every restart and every reading of the files; one whose process is gone is given to another
 * only when the range has no other left.
 */
import type { PortRange } from './port-options.ts';

export class PortLedger {
  readonly #given = new Map<string, number>();
  /** Processes in the order in which they were last heard of, for whose port is free again. */
  #current = new Set<string>();

  /** A reading of the files begins: who does not ask again is gone. */
  begin(): void {
    this.#current = new Set();
  }

  /** The port of `slot`, which names a process and one of its ports; undefined if the range is used up. */
  assign(slot: string, range: PortRange, isTaken: (port: number) => boolean): number | undefined {
    this.#current.add(slot);
    const known = this.#given.get(slot);
    if (known !== undefined && known >= range.first && known <= range.last && !isTaken(known)) return known;
    const port = this.#free(range, isTaken, new Set(this.#given.values())) ?? this.#free(range, isTaken, this.#live());
    if (port === undefined) return undefined;
    for (const [other, others] of this.#given) if (others === port) this.#given.delete(other);
    this.#given.set(slot, port);
    return port;
  }

  #live(): Set<number> {
    return new Set([...this.#given].filter(([slot]) => this.#current.has(slot)).map(([, port]) => port));
  }

  #free({ first, last }: PortRange, isTaken: (port: number) => boolean, given: Set<number>): number | undefined {
    for (let port = first; port <= last; port += 1) if (!given.has(port) && !isTaken(port)) return port;
    return undefined;
  }
}
