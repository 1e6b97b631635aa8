/** Paths as Python's posixpath computes them. They are texts: nothing here looks at the disk. */

export interface Homes {
  /** Where relative paths start. */
  readonly cwd: string;
  /** The home of a user, or of whoever runs this if no name is given; undefined if there is none. */
  homeOf(user: string | undefined): string | undefined;
}

/** `~/x` and `~user/x` with the home directory in place; the path as it is if there is no such home. */
export function expandUser(path: string, homes: Homes): string {
  if (!path.startsWith('~')) return path;
  const slash = path.indexOf('/');
  const end = slash < 0 ? path.length : slash;
  const home = homes.homeOf(end === 1 ? undefined : path.slice(1, end));
  if (home === undefined) return path;
  return home.replace(/\/+$/, '') + path.slice(end) || '/';
}

/** `os.path.join` of two: an absolute second path stands alone. */
export function joinPath(base: string, path: string): string {
  if (path.startsWith('/')) return path;
  return base === '' || base.endsWith('/') ? base + path : `${base}/${path}`;
}

/** `os.path.split`: what stands before the last slash (without its own trailing slashes), and what after. */
export function splitPath(path: string): [directory: string, name: string] {
  const slash = path.lastIndexOf('/') + 1;
  const head = path.slice(0, slash);
  return [/[^/]/.test(head) ? head.replace(/\/+$/, '') : head, path.slice(slash)];
}

/** `os.path.dirname`. */
export function parentOf(path: string): string {
  return splitPath(path)[0];
}

/** `os.path.abspath`: without `.`, `..` and double slashes, except that exactly two at the start stay. */
export function absolutePath(path: string, cwd: string): string {
  const full = joinPath(cwd, path);
  const root = full.startsWith('//') && !full.startsWith('///') ? '//' : '/';
  const parts: string[] = [];
  for (const part of full.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return root + parts.join('/');
}

/** Supervisor's own normalisation: `~`, then absolute. */
export function normalPath(path: string, homes: Homes): string {
  return absolutePath(expandUser(path, homes), homes.cwd);
}
