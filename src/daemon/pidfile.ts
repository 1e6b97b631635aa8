import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { errnoCode } from './logs/errno.ts';

/**
 * Writes `<pid>\n`. A stale pidfile is overwritten: the servers' addresses are what keeps two daemons apart.
 * Answers how to remove it (only the one that was written here), or the code of the failure.
 */
export function writePidfile(path: string, pid: number): { readonly remove: () => void } | { readonly code: string } {
  try {
    const text = `${pid}\n`;
    writeFileSync(path, text);
    const remove = (): void => {
      try {
        // By its text: a file that was made anew may well have the number (inode) of the one that was removed.
        if (readFileSync(path, 'latin1') === text) unlinkSync(path);
      } catch {
        // It is gone, or whoever may write to the directory has changed; a stale pidfile hurts nobody.
      }
    };
    return { remove };
  } catch (error) {
    return { code: errnoCode(error) };
  }
}
