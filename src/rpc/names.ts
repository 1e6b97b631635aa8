/** `web` is process `web` of group `web`; `g:p` is one process; `g:*` and `g:` are the whole group. */
export interface Namespec {
  readonly group: string;
  /** Undefined means every process of the group. */
  readonly process: string | undefined;
}

/** Reads a namespec; only the first `:` splits (supervisor.options.split_namespec). */
export function readNamespec(text: string): Namespec {
  const colon = text.indexOf(':');
  if (colon < 0) return { group: text, process: text };
  const process = text.slice(colon + 1);
  return { group: text.slice(0, colon), process: process === '' || process === '*' ? undefined : process };
}

/** The short form people see: `p` when group and process are named alike, else `g:p`. */
export function namespec(group: string, process: string): string {
  return group === process ? process : `${group}:${process}`;
}
