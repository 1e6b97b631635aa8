/**
 * `[include]` patterns as Python's glob module matches them: `*`, `?` and `[...]`, each within one name; a leading
 * dot only by a dot; no `~`, and `**` is nothing special.
 */
import { joinPath, splitPath } from '../../config/paths.ts';
import { sortedText } from '../../config/python-text.ts';

export interface GlobHost {
  /** The names in a directory; undefined if it cannot be listed. */
  listDirectory(path: string): readonly string[] | undefined;
  isDirectory(path: string): boolean;
  /** Whether there is something of that name, be it a dangling link. */
  exists(path: string): boolean;
}

/** The paths that match, sorted by their bytes. A pattern without wildcards matches the file of its name. */
export function glob(pattern: string, host: GlobHost): string[] {
  return sortedText(matches(pattern, host, false));
}

function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text);
}

function matches(pattern: string, host: GlobHost, directoriesOnly: boolean): string[] {
  const [directory, name] = splitPath(pattern);
  if (!hasWildcard(pattern)) {
    const found = name === '' ? host.isDirectory(directory) : host.exists(pattern);
    return found ? [pattern] : [];
  }
  const parents = directory !== pattern && hasWildcard(directory) ? matches(directory, host, true) : [directory];
  return parents.flatMap((parent) => {
    if (!hasWildcard(name)) {
      const found = name === '' ? host.isDirectory(parent) : host.exists(joinPath(parent, name));
      return found ? [joinPath(parent, name)] : [];
    }
    const fits = nameMatcher(name);
    return (host.listDirectory(parent) ?? [])
      .filter((entry) => entry.startsWith('.') === false || name.startsWith('.'))
      .filter((entry) => fits(entry))
      .map((entry) => joinPath(parent, entry))
      .filter((path) => !directoriesOnly || host.isDirectory(path));
  });
}

type Part = { readonly type: 'any' } | { readonly type: 'one'; fits(character: string): boolean };

/** Whether a name matches a pattern; takes time proportional to the product of their lengths at worst. */
function nameMatcher(pattern: string): (name: string) => boolean {
  const parts = partsOf(Array.from(pattern));
  return (name) => {
    const characters = Array.from(name);
    let at = 0;
    let part = 0;
    let star: { part: number; at: number } | undefined;
    while (at < characters.length) {
      const current = parts[part];
      if (current?.type === 'any') star = { part: part++, at };
      else if (current?.fits(characters[at] ?? '') === true) {
        part++;
        at++;
      } else if (star !== undefined) {
        part = star.part + 1;
        at = ++star.at;
      } else return false;
    }
    while (parts[part]?.type === 'any') part++;
    return part === parts.length;
  };
}

function partsOf(pattern: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    if (character === '*') parts.push({ type: 'any' });
    else if (character === '?') parts.push({ type: 'one', fits: () => true });
    else {
      // `]` right after `[` or `[!` is one of the characters; a `[` that is never closed is itself.
      const first = pattern[at + 1] === '!' ? at + 2 : at + 1;
      const close = character === '[' ? pattern.indexOf(']', first + 1) : -1;
      if (close < 0) parts.push({ type: 'one', fits: (candidate) => candidate === character });
      else {
        parts.push({ type: 'one', fits: setOf(pattern.slice(first, close), first > at + 1) });
        at = close;
      }
    }
  }
  return parts;
}

function setOf(content: readonly string[], negated: boolean): (character: string) => boolean {
  const ranges: [from: string, to: string][] = [];
  for (let at = 0; at < content.length; at++) {
    const from = content[at] ?? '';
    const to = content[at + 1] === '-' ? content[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  const code = (character: string) => character.codePointAt(0) ?? 0;
  return (character) => {
    const inside = ranges.some(([from, to]) => code(from) <= code(character) && code(character) <= code(to));
    return inside !== negated;
  };
}
