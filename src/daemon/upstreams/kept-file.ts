/** A file that others read at any moment: it is there whole, old or new, and stays as it is where nothing changes. */
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

const NEW_MODE = 0o644;

/** Undefined if there is none. @throws what open(2) says of one that cannot be read. */
export function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Replaces the file, keeping its mode and, where we may, its owner; behind a symbolic link that of the target.
 * @throws what the system says; then the old one is there as it was.
 */
export function replaceFile(path: string, text: string): void {
  const target = resolved(path);
  const temporary = `${target}.${process.pid}.new`;
  try {
    // One that is left of a crash is in the way; a link that somebody else has put there is not followed.
    rmSync(temporary, { force: true });
    const fd = openSync(temporary, 'wx', NEW_MODE);
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    adopt(temporary, target);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function adopt(temporary: string, target: string): void {
  try {
    const { mode, uid, gid } = statSync(target);
    chmodSync(temporary, mode & 0o7777);
    chownSync(temporary, uid, gid);
  } catch {
    // there is none yet, or it belongs to somebody else: then the new one is ours
  }
}
