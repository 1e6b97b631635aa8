/**
 * A listening socket in the file system, made as Supervisor makes it: bound under a temporary name, given its mode,
 * then linked to its real name. So the name appears at once with the right mode, and of two daemons that want it one
 * gets it. A name that is there already is tried: if somebody answers it is in use, else it was left behind.
 */
import { chmodSync, chownSync, existsSync, linkSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';

/** How many clients may be waiting to be accepted: Supervisor's number. A unix socket refuses the next one (EAGAIN). */
export const BACKLOG = 1024;

export interface UnixAddress {
  readonly file: string;
  /** Permission bits. */
  readonly mode?: number | undefined;
  /** -1 leaves the owner or the group. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

/** Why a server does not listen; the codes are errno's names. */
export class ListenError extends Error {
  readonly code: string;

  constructor(what: string, error: unknown) {
    const code = codeOf(error);
    super(`Cannot listen on ${what}: ${code}`, { cause: error });
    this.name = 'ListenError';
    this.code = code;
  }
}

/** The socket may not be given to that owner. */
export class ChownError extends Error {
  readonly file: string;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly code: string;

  constructor(file: string, owner: { readonly uid: number; readonly gid: number }, cause: unknown) {
    const code = codeOf(cause);
    super(`Cannot give "${file}" to ${owner.uid}:${owner.gid}: ${code}`, { cause });
    this.name = 'ChownError';
    this.file = file;
    this.owner = owner;
    this.code = code;
  }
}

export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'EIO';
}

/** Binds, or throws with errno's name as `code`. Answers with a function that removes the file if it is still ours. */
export async function listenUnix(
  server: Server,
  address: UnixAddress,
  onStale: (message: string) => void,
): Promise<() => void> {
  const { file, mode = 0o700, owner } = address;
  const temporary = `${file}.${process.pid}`;
  removeIfThere(temporary);
  try {
    await bind(server, temporary);
    chmodSync(temporary, mode);
    await linkAs(temporary, file, onStale);
    if (owner !== undefined) chownOrUnlink(file, owner);
    const { dev, ino } = lstatSync(file);
    return () => {
      const now = lstatSync(file, { throwIfNoEntry: false });
      if (now !== undefined && now.dev === dev && now.ino === ino) removeIfThere(file);
    };
  } catch (error) {
    server.close();
    throw error;
  } finally {
    removeIfThere(temporary);
  }
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(isLibuvsEacces(error, path) ? withCode('ENOENT', error) : error));
    // Node binds before listen() returns, so the mask is ours alone; nobody else may connect before the mode is set.
    const mask = process.umask(0o177);
    try {
      server.listen({ path, backlog: BACKLOG }, () => {
        server.removeAllListeners('error');
        resolve();
      });
    } finally {
      process.umask(mask);
    }
  });
}

/** libuv says EACCES when the folder is missing, as Windows does. */
function isLibuvsEacces(error: Error, path: string): boolean {
  return codeOf(error) === 'EACCES' && !existsSync(dirname(path));
}

function withCode(code: string, cause: unknown): Error {
  return Object.assign(new Error(code, { cause }), { code });
}

async function linkAs(temporary: string, file: string, onStale: (message: string) => void): Promise<void> {
  // Twice is enough but for a race with others, who then have it.
  for (let tries = 0; ; tries++) {
    try {
      linkSync(temporary, file);
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if (tries === 5 || (await isInUse(file))) {
        throw withCode('EADDRINUSE', error);
      }
      onStale(`Unlinking stale socket ${file}`);
      removeIfThere(file);
    }
  }
}

/** Only a refused connection tells that nobody is there; a full queue (EAGAIN), say, tells the opposite. */
function isInUse(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(file);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(codeOf(error))));
  });
}

function chownOrUnlink(file: string, owner: { readonly uid: number; readonly gid: number }): void {
  try {
    chownSync(file, owner.uid, owner.gid);
  } catch (error) {
    removeIfThere(file);
    throw new ChownError(file, owner, error);
  }
}

function removeIfThere(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
