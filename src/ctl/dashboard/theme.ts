/** What roles look like: SGR sequences of ECMA-48, sixteen colours, so that every terminal has them in its own tones. */
import type { Line, Role } from './row.ts';

export type Theme = Readonly<Record<Role, string>>;

/** No dark blue and no bright black, which are hard to read on black; nothing is told by bold or colour alone. */
export const colours: Theme = {
  plain: '',
  title: '1',
  dim: '2',
  accent: '36',
  good: '32',
  busy: '33',
  bad: '1;31',
  warning: '33',
  selected: '7',
  match: '30;43',
  stderr: '35',
};

/** NO_COLOR, or a terminal without colours. */
export const monochrome: Theme = {
  ...colours,
  dim: '',
  accent: '',
  good: '',
  busy: '',
  bad: '1',
  warning: '',
  match: '7',
  stderr: '',
};

/** The line with its roles as sequences; `isSelected` inverts all of it. */
export function painted(line: Line, theme: Theme, isSelected = false): string {
  let text = '';
  for (const { text: piece, role = 'plain' } of line) {
    // Inverted, a colour on its own background may not be readable: the words say it.
    const codes = isSelected ? theme.selected : theme[role];
    text += codes === '' ? piece : `\u001b[${codes}m${piece}\u001b[m`;
  }
  return text;
}
