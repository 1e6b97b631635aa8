import { getSystemErrorName } from 'node:util';

/** `EPERM` for 1; texts of Supervisor name an error this way. */
export function errnoText(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `errno ${errno}`;
  }
}
