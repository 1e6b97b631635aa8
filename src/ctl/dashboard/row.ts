/**
 * What every view of the dashboard is made of: rows of text in pieces, each with a role. A role is what the piece means,
 * never a colour: the theme of the moment gives it one, or none (NO_COLOR), and the words say the same without.
 */

/** `plain` stands for text without a role. */
export type Role =
  | 'plain'
  | 'title'
  | 'dim'
  | 'accent'
  | 'good'
  | 'busy'
  | 'bad'
  | 'warning'
  | 'selected'
  | 'match'
  | 'stderr';

export interface Piece {
  /** Printable text of one line: foreign text has been through `clean` (text.ts). */
  readonly text: string;
  readonly role?: Role;
}

export type Line = readonly Piece[];

/** One entry of a list that the cursor moves over. */
export interface Row {
  /** The same for the same thing when the list is made anew: the cursor stays with it. */
  readonly key: string;
  readonly line: Line;
  /** The process or group that a key like `r` acts upon, as `group:process` or `group:*`. */
  readonly target?: string;
  /** Headings and the like, which the cursor passes over. */
  readonly isFixed?: boolean;
}

/** A row whose line is made when it is looked at: of a thousand rows only those on the screen are. */
export class LazyRow implements Row {
  readonly key: string;
  readonly target: string;
  readonly #make: () => Line;
  #line: Line | undefined;

  constructor(key: string, target: string, make: () => Line) {
    this.key = key;
    this.target = target;
    this.#make = make;
  }

  get line(): Line {
    this.#line ??= this.#make();
    return this.#line;
  }
}

export interface Size {
  readonly width: number;
  readonly height: number;
}
