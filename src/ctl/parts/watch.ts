/** `status` at a terminal, and `status --watch`. */
import { colouredStatus, hasColours, paintOf } from '../colours.ts';

export { watchDaemons, watchStatus } from '../watch.ts';

/** The lines of `status` for a terminal. */
export function coloured(lines: readonly string[]): readonly string[] {
  const paint = paintOf(hasColours(process.env, true));
  return lines.map((line) => colouredStatus(line, paint));
}
