import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import type { MainLog } from './logs/main-log.ts';

/**
 * Writes `<pid>\n` and says in the log that the daemon has started, as Supervisor does: only if the file could be
 * written. A stale pidfile is overwritten: the servers' addresses are what keeps two daemons apart. Answers how to
 * remove it, which removes only the one that was written here.
 */
export function writePidfile(path: string, pid: number, log: Pick<MainLog, 'critical' | 'info'>): () => void {
  const text = `${pid}\n`;
  try {
    writeFileSync(path, text);
  } catch {
    log.critical(`could not write pidfile ${path}`);
    return () => undefined;
  }
  log.info(`supervisord started with pid ${pid}`);
  return () => {
    try {
      // By its text: a file that was made anew may well have the number (inode) of the one that was removed.
      if (readFileSync(path, 'latin1') === text) unlinkSync(path);
    } catch {
      // It is gone, or whoever may write to the directory has changed; a stale pidfile hurts nobody.
    }
  };
}
