/**
 * The probe that looks at what a program says: good as soon as a line of its output has the expression in it. One for
 * each stream, fed with whatever pieces come. Of a line the first 4 KiB are looked at; and a line counts when it is
 * complete, when that much of it is there, or when the stream ends.
 *
 * A carriage return at the end of a line is not part of it. Lines are UTF-8; other bytes are seen as U+FFFD.
 */
import type { LinePattern } from './line-pattern.ts';

const maxLineBytes = 4096;
const LF = 10;
const CR = 13;
const nothing = Buffer.alloc(0);

export class LogProbe {
  readonly #pattern: LinePattern;
  /** The line so far; once it is as long as it may be and was looked at, the rest of it is passed over. */
  #line: Buffer = nothing;
  #isPassedOver = false;
  #isGood = false;

  constructor(pattern: LinePattern) {
    this.#pattern = pattern;
  }

  /** Takes a piece, whose memory may be used again afterwards; true from the first line on that has the expression. */
  take(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length && !this.#isGood; ) {
      const newline = chunk.indexOf(LF, at);
      const end = newline === -1 ? chunk.length : newline;
      this.#add(chunk.subarray(at, end));
      if (newline === -1) break;
      this.#look();
      this.#isPassedOver = false;
      at = newline + 1;
    }
    return this.#isGood;
  }

  /** The stream has ended: a last line without its end counts, too. */
  end(): boolean {
    this.#look();
    return this.#isGood;
  }

  #add(part: Buffer): void {
    if (this.#isPassedOver || part.length === 0) return;
    this.#line = Buffer.concat([this.#line, part.subarray(0, maxLineBytes - this.#line.length)]);
    if (this.#line.length < maxLineBytes) return;
    this.#look();
    this.#isPassedOver = true;
  }

  #look(): void {
    if (!this.#isPassedOver && !this.#isGood) {
      const end = this.#line.length - (this.#line.at(-1) === CR ? 1 : 0);
      this.#isGood = this.#pattern.isIn(this.#line.toString('utf8', 0, end));
    }
    this.#line = nothing;
  }
}
