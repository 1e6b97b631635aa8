/**
 * A log from one place in it to its end, a piece at a time: one of any size goes through a memory of one piece. The
 * daemon tells text for bytes; where they are no UTF-8, and a character that a piece cuts is none, it says U+FFFD. So a
 * piece ends behind its last whole line, which is counted in bytes, unless that cannot be counted.
 */

/** The text of these bytes; '' behind the end. */
export type ReadBytes = (offset: number, length: number) => Promise<string>;

/** Whole lines without their ends, many at a time; of what is written meanwhile too. */
export async function* linesFrom(read: ReadBytes, begin: number, length: number): AsyncGenerator<readonly string[]> {
  let offset = begin;
  let rest = '';
  for (;;) {
    const text = await read(offset, length);
    if (text === '') break;
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const isCounted = whole !== '' && !whole.includes('\ufffd');
    offset += isCounted ? Buffer.byteLength(whole) : length;
    const lines = `${rest}${isCounted ? whole : text}`.split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
    // What ends without a line feed is the end of the file, if the piece had room for more.
    if (isCounted && Buffer.byteLength(text) < length) {
      rest = text.slice(whole.length);
      break;
    }
  }
  if (rest !== '') yield [rest];
}
