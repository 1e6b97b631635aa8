/** The colours of what is printed line by line; the dashboard has its own (dashboard/theme.ts). The only import of picocolors. */
import picocolors from 'picocolors';
import type { Line, Role } from './dashboard/row.ts';
import { stateRole } from './dashboard/views/words.ts';

/** Makes text look like what it means. */
export type Paint = (text: string, role: Role) => string;

/**
 * Whether there may be colours: at a terminal that has them, unless NO_COLOR says otherwise (https://no-color.org: any
 * value that is not empty); FORCE_COLOR is stronger than all of that, and `0` there is none.
 */
export function hasColours(environment: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const { FORCE_COLOR = '', NO_COLOR = '', TERM = 'dumb' } = environment;
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  return isTerminal && NO_COLOR === '' && TERM !== 'dumb' && TERM !== '';
}

export function paintOf(isColoured: boolean): Paint {
  const { bold, dim, cyan, green, yellow, red, inverse, black, bgYellow, magenta } =
    picocolors.createColors(isColoured);
  const styles: Readonly<Record<Role, (text: string) => string>> = {
    plain: (text) => text,
    title: bold,
    dim,
    accent: cyan,
    good: green,
    busy: yellow,
    bad: (text) => bold(red(text)),
    warning: yellow,
    selected: inverse,
    match: (text) => bgYellow(black(text)),
    stderr: magenta,
  };
  return (text, role) => (text === '' ? '' : styles[role](text));
}

export function lineText(line: Line, paint: Paint): string {
  return line.map(({ text, role = 'plain' }) => paint(text, role)).join('');
}

/** For the beginnings of lines of several programs: each has a colour of its own, as far as there are colours. */
export function namePaints(isColoured: boolean): readonly ((text: string) => string)[] {
  const { cyan, yellow, green, magenta, blueBright, cyanBright, yellowBright, greenBright } =
    picocolors.createColors(isColoured);
  return [cyan, yellow, green, magenta, blueBright, cyanBright, yellowBright, greenBright];
}

/** A line of `status` with its state in its colour. */
export function colouredStatus(line: string, paint: Paint): string {
  return line.replace(/(?<=^\S+ +)[A-Z]+(?= |$)/, (state) => paint(state, stateRole(state)));
}
