/**
 * What docs/compatibility.md says of one thing that Supervisor has, and the test that shows it. The tables of verdicts
 * are typed by the tables of the program: a new setting, method or command does not compile without a verdict.
 */

/** A test: the title in its file is literally `name`; of a table-driven one `name` is the template or the describe. */
export interface Evidence {
  readonly file: string;
  readonly name: string;
  /** The line of the test's table that is meant; it stands literally in `file`, or in the table of scenes. */
  readonly step?: string;
}

/** At least one: a verdict without a test is an opinion. */
type Shown = readonly [Evidence, ...Evidence[]];

export type Verdict =
  | { readonly is: 'same'; readonly note?: string; readonly shown: Shown }
  | { readonly is: 'better'; readonly note: string; readonly shown: Shown }
  /** Supervisor has nothing like it. */
  | { readonly is: 'added'; readonly note: string; readonly shown: Shown }
  /** `note` is the reason and what to do instead. */
  | { readonly is: 'not supported'; readonly note: string; readonly shown: Shown };

export const same = (...shown: Shown): Verdict => ({ is: 'same', shown });

/** The same in what matters, with a remark. */
export const sameBut = (note: string, ...shown: Shown): Verdict => ({ is: 'same', note, shown });

export const better = (note: string, ...shown: Shown): Verdict => ({ is: 'better', note, shown });

export const added = (note: string, ...shown: Shown): Verdict => ({ is: 'added', note, shown });

export const unsupported = (note: string, ...shown: Shown): Verdict => ({ is: 'not supported', note, shown });

export interface Row {
  readonly name: string;
  readonly verdict: Verdict;
}

export interface Area {
  readonly title: string;
  readonly intro?: string;
  /** What the rows are: the head of their column. */
  readonly head: string;
  readonly rows: readonly Row[];
}

/** Rows in the order of the table of verdicts, with names as one would type them. */
export function rowsOf(verdicts: Readonly<Record<string, Verdict>>, shown = (name: string) => `\`${name}\``): Row[] {
  return Object.entries(verdicts).map(([name, verdict]) => ({ name: shown(name), verdict }));
}
