import { errnoName } from '../os/errno.ts';

/** The name of an error, `ENOENT`: of what node:fs threw, or of the negative number that the addon answered. */
export function errnoCode(error: unknown): string {
  if (typeof error === 'number') return errnoName(-error);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'UNKNOWN';
}
