import { lstatSync, unlinkSync, writeFileSync } from 'node:fs';
import { errnoCode } from './logs/errno.ts';

/**
 * Writes `<pid>\n`. A stale pidfile is overwritten: the servers' addresses are what keeps two daemons apart.
 * Answers how to remove it (only the one that was written here), or the code of the failure.
 */
export function writePidfile(path: string, pid: number): { readonly remove: () => void } | { readonly code: string } {
  try {
    writeFileSync(path, `${pid}\n`);
    const { dev, ino } = lstatSync(path);
    const remove = (): void => {
      const now = lstatSync(path, { throwIfNoEntry: false });
      if (now === undefined || now.dev !== dev || now.ino !== ino) return;
      try {
        unlinkSync(path);
      } catch {
        // Whoever may write to the directory has changed since; a stale pidfile hurts nobody.
      }
    };
    return { remove };
  } catch (error) {
    return { code: errnoCode(error) };
  }
}
