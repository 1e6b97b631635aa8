/**
 * Puts a key's sequence together again that came in two reads, as it does over a slow line: `ESC`, then `[6~`. An Escape
 * that nothing follows within a moment is the key; the moment is the caller's.
 */
const BEGUN = /\u001b(?:\[[\d;<]{0,16}|O)?$/;

export class SequenceJoiner {
  #held = '';

  /** What can be passed on now. */
  take(bytes: Buffer): Buffer {
    const text = this.#held + bytes.toString('latin1');
    this.#held = BEGUN.exec(text)?.[0] ?? '';
    return Buffer.from(text.slice(0, text.length - this.#held.length), 'latin1');
  }

  get isHolding(): boolean {
    return this.#held !== '';
  }

  /** What is held, as it is: nothing has followed. */
  rest(): Buffer {
    const rest = Buffer.from(this.#held, 'latin1');
    this.#held = '';
    return rest;
  }
}
