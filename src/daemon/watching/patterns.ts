/**
 * Which paths a list of patterns means, and which directories must be looked into to see them: so that nothing else is
 * read, and no directory is listed in vain.
 *
 *     src/*.py        the `.py` in /app/src; with two stars and a slash more those of all directories below it whose
 *                     names have no dot before them
 *     conf/app.yaml   that file, seen by way of its directory
 *     templates       if it is a directory, all that is in it
 */
import { basename, dirname, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';

export interface Patterns {
  /** Absolute: where relative patterns begin. */
  readonly directory: string;
  readonly patterns: readonly string[];
  readonly ignore: readonly string[];
  /** Files by their names, in which nothing is special. */
  readonly files?: readonly string[];
}

/** One pattern: the directory that it begins in, and what it means of the paths below that. */
interface Reach {
  readonly root: string;
  readonly isFile: (below: string) => boolean;
  /** Whether something below that directory, which is below the root, may be meant. */
  readonly isOnTheWay: (below: string) => boolean;
}

export class PathFilter {
  readonly #reaches: readonly Reach[];
  readonly #isIgnored: (path: string) => boolean;

  /** `isDirectory` says of a path without a pattern what it is now. */
  constructor({ directory, patterns, ignore, files = [] }: Patterns, isDirectory: (path: string) => boolean) {
    const plain = (path: string) => (isDirectory(path) ? wholeDirectory(path) : singleFile(path));
    this.#reaches = [
      ...files.map(singleFile),
      ...patterns.map((pattern) => {
        const { base, glob } = picomatch.scan(pattern);
        return glob === '' ? plain(resolve(directory, base)) : globbed(resolve(directory, base), glob);
      }),
    ];
    const names = ignore.filter((one) => !one.includes('/'));
    const paths = ignore.filter((one) => one.includes('/')).map((one) => one.replace(/\/+$/, ''));
    const isName = matcher(names);
    const isPath = matcher(paths);
    this.#isIgnored = (path) => isName(basename(path)) || isPath(path) || isPath(relative(directory, path));
  }

  /** The directories to watch, those that are there or not. */
  roots(): string[] {
    return [...new Set(this.#reaches.map(({ root }) => root))];
  }

  /** Whether a change of this file is one. */
  isMeant(path: string): boolean {
    return this.#some(path, ({ isFile }, below) => isFile(below)) && !this.#isIgnored(path);
  }

  /** Whether this directory may hold files that are meant, however deep. */
  isOnTheWay(path: string): boolean {
    return (
      this.#some(path, ({ isOnTheWay }, below) => below === '' || isOnTheWay(below)) &&
      (this.roots().includes(path) || !this.#isIgnored(path))
    );
  }

  #some(path: string, test: (reach: Reach, below: string) => boolean): boolean {
    return this.#reaches.some((reach) => {
      const below = relative(reach.root, path);
      return below !== '..' && !below.startsWith(`..${sep}`) && test(reach, below);
    });
  }
}

const isHidden = (below: string): boolean => below.split(sep).some((name) => name.startsWith('.'));

function matcher(patterns: readonly string[]): (text: string) => boolean {
  return patterns.length === 0 ? () => false : picomatch([...patterns], { dot: true });
}

function singleFile(path: string): Reach {
  const name = basename(path);
  return { root: dirname(path), isFile: (below) => below === name, isOnTheWay: () => false };
}

function wholeDirectory(root: string): Reach {
  return { root, isFile: (below) => below !== '' && !isHidden(below), isOnTheWay: (below) => !isHidden(below) };
}

function globbed(root: string, glob: string): Reach {
  const isMatch = picomatch(glob);
  const segments = glob.split('/');
  // What comes before a `**` is as deep as it says; behind it anything may come.
  const fixed = segments.findIndex((segment) => segment.includes('**') || /[{(]/.test(segment));
  const depth = fixed < 0 ? segments.length - 1 : Number.POSITIVE_INFINITY;
  const heads = segments.slice(0, fixed < 0 ? -1 : fixed).map((segment) => picomatch(segment));
  const mayHide = /(^|\/|[{(,|])\\?\./.test(glob);
  return {
    root,
    isFile: (below) => isMatch(below),
    isOnTheWay(below) {
      const names = below.split(sep);
      if (names.length > depth || (!mayHide && isHidden(below))) return false;
      return names.every((name, index) => heads[index]?.(name) ?? true);
    },
  };
}
