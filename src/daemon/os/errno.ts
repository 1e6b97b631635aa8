import { constants } from 'node:os';

// The first name of a number wins: EAGAIN before EWOULDBLOCK. Node has no name for this one, which exec can answer.
const entries = [...Object.entries(constants.errno), ['ELIBBAD', 80] as const];
const names = new Map(entries.map(([name, errno]) => [errno, name] as const).reverse());

/** The name of a (positive) errno: 2 is `ENOENT`. A number without a name is `errno 199`. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}
