import { existsSync, renameSync } from 'node:fs';
import { errnoCode } from './errno.ts';

/**
 * Supervisor's rotation: `.N` (N = backups) goes, each `.i` becomes `.i+1`. The log itself is not touched: once this has
 * been done, `.1` is free for it. A backup that is missing, or vanishes meanwhile, is no error; others are thrown.
 */
export function shiftBackups(path: string, backups: number): void {
  for (let number = backups - 1; number >= 1; number -= 1) {
    const from = `${path}.${number}`;
    if (existsSync(from)) renameUnlessMissing(from, `${path}.${number + 1}`);
  }
}

/** rename(2), which replaces what is there; whether there was something to rename. Throws all but ENOENT. */
export function renameUnlessMissing(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return false;
    throw error;
  }
}
