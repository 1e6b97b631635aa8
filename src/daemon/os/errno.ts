import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

// The first name of a number wins: EAGAIN before EWOULDBLOCK. Node has no name for this one, which exec can answer.
const entries = [...Object.entries(constants.errno), ['ELIBBAD', 80] as const];
const names = new Map(entries.map(([name, errno]) => [errno, name] as const).reverse());

/** The name of a (positive) errno: 2 is `ENOENT`. A number without a name is `errno 199`. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}

/** Where libuv's words are not the C library's. */
const texts: Readonly<Record<number, string>> = {
  [constants.errno.ENAMETOOLONG]: 'File name too long',
  [constants.errno.ELOOP]: 'Too many levels of symbolic links',
  [constants.errno.EADDRNOTAVAIL]: 'Cannot assign requested address',
};

/** strerror(3) of a (positive) errno with its number, as Python shows an OSError: `[Errno 2] No such file or directory`. */
export function errnoText(errno: number): string {
  const text = texts[errno] ?? getSystemErrorMap().get(-errno)?.[1] ?? 'Unknown error';
  return `[Errno ${errno}] ${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
