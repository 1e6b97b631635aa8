/** The first line of an answer, for protocols whose answers begin with one. */

/** Longer than any answer that these protocols give to what is asked. */
const maxLineBytes = 8 * 1024;

export type FirstLine =
  | { readonly line: string /** Where the next line begins. */; readonly next: number }
  | 'more'
  /** There is no such line, and there will be none. */
  | 'none';

/** The line that begins at `from`, without its CR and LF. */
export function lineAt(received: Buffer, from: number, isEnd: boolean): FirstLine {
  const end = received.indexOf(10, from);
  if (end === -1) return isEnd || received.length - from > maxLineBytes ? 'none' : 'more';
  if (end - from > maxLineBytes) return 'none';
  const isCrLf = end > from && received[end - 1] === 13;
  return { line: received.toString('latin1', from, isCrLf ? end - 1 : end), next: end + 1 };
}

/** Whether `received` could still become, or is, an answer that begins with one of `starts`. */
export function mayBegin(received: Buffer, starts: readonly string[]): boolean {
  return starts.some((start) => {
    const length = Math.min(start.length, received.length);
    return received.toString('latin1', 0, length) === start.slice(0, length);
  });
}
