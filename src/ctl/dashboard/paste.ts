/**
 * Takes what was pasted out of what is typed (bracketed paste, xterm's control sequences: `ESC [ 200 ~ … ESC [ 201 ~`),
 * so that no pasted letter is ever a key. A sequence may be cut anywhere between two reads.
 */
const BEGIN = '\u001b[200~';
const END = '\u001b[201~';
/** Of one paste so much is kept; the rest is passed over. */
const MAX_PASTE = 64 * 1024;

export class PasteFilter {
  /** The beginning of a sequence, perhaps. */
  #held = '';
  #pasting: string | undefined;

  /** Bytes as characters, so that no UTF-8 is cut here. */
  take(bytes: Buffer): { readonly keys: Buffer; readonly pasted: readonly string[] } {
    let text = this.#held + bytes.toString('latin1');
    this.#held = '';
    let keys = '';
    const pasted: string[] = [];
    for (;;) {
      const marker = this.#pasting === undefined ? BEGIN : END;
      const at = text.indexOf(marker);
      const end = at < 0 ? text.length - heldLength(text, marker) : at;
      if (this.#pasting === undefined) keys += text.slice(0, end);
      else if (this.#pasting.length < MAX_PASTE) this.#pasting += text.slice(0, end);
      if (at < 0) {
        this.#held = text.slice(end);
        break;
      }
      if (this.#pasting === undefined) this.#pasting = '';
      else {
        pasted.push(Buffer.from(this.#pasting, 'latin1').toString('utf8'));
        this.#pasting = undefined;
      }
      text = text.slice(at + marker.length);
    }
    return { keys: Buffer.from(keys, 'latin1'), pasted };
  }
}

/** How much of the end of `text` may be the beginning of `marker`. One Escape alone is a key. */
function heldLength(text: string, marker: string): number {
  for (let length = Math.min(marker.length - 1, text.length); length > 1; length -= 1) {
    if (marker.startsWith(text.slice(-length))) return length;
  }
  return 0;
}

/**
 * Escape and the key behind it, where both came at once: to blessed they are one key with Alt, of which we have none. Of
 * sequences (`ESC [`, `ESC O`) it makes keys.
 */
export function apart(keys: Buffer): readonly Buffer[] {
  const pieces = keys.toString('latin1').match(/\u001b(?![[O])|(?:\u001b[[O]|[^\u001b])+/g) ?? [];
  return pieces.map((piece) => Buffer.from(piece, 'latin1'));
}
