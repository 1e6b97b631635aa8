/**
 * What roles look like, as cells of blessed have it: flags, foreground and background in one number. Of sixteen colours
 * but for one grey, so that every terminal has them in its own tones; no dark blue and no bright black, which are hard
 * to read on black. Nothing is told by bold or colour alone.
 */
import type { Role } from './row.ts';

export type Theme = Readonly<Record<Role, number>>;

const BOLD = 1;
const INVERSE = 8;
/** The terminal's own. */
const DEFAULT = 0x1ff;
const [BLACK, RED, GREEN, YELLOW, MAGENTA, CYAN, GREY] = [0, 1, 2, 3, 5, 6, 245];

function look(foreground: number, flags = 0, background = DEFAULT): number {
  return (flags << 18) | (foreground << 9) | background;
}

export const colours: Theme = {
  plain: look(DEFAULT),
  title: look(DEFAULT, BOLD),
  dim: look(GREY),
  accent: look(CYAN),
  good: look(GREEN),
  busy: look(YELLOW),
  bad: look(RED, BOLD),
  warning: look(YELLOW),
  selected: look(DEFAULT, INVERSE),
  match: look(BLACK, 0, YELLOW),
  stderr: look(MAGENTA),
};

/** NO_COLOR, or a terminal without colours. */
export const monochrome: Theme = {
  plain: look(DEFAULT),
  title: look(DEFAULT, BOLD),
  dim: look(DEFAULT),
  accent: look(DEFAULT),
  good: look(DEFAULT),
  busy: look(DEFAULT),
  bad: look(DEFAULT, BOLD),
  warning: look(DEFAULT),
  selected: look(DEFAULT, INVERSE),
  match: look(DEFAULT, INVERSE),
  stderr: look(DEFAULT),
};
