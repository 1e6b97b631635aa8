/**
 * Becoming a daemon. Node cannot fork, so the command starts a copy of itself in a session of its own, and stays until
 * the copy says that it is up, or why not: whoever typed the command sees the error and the exit status, as with
 * Supervisor's fork.
 *
 *   supervisord ── spawn ──► copy (setsid, 0-2 on /dev/null)
 *        │                     │ log, groups, servers
 *        │ ◄── "ready" ────────┤ chdir, umask
 *      exit 0                  ▼ pidfile, programs
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import type { DaemonConfig } from './config/model.ts';
import { errnoCode } from './logs/errno.ts';
import type { MainLog } from './logs/main-log.ts';
import { pythonRepr } from './logs/python-repr.ts';
import { LinuxOs } from './os/linux.ts';
import { loadPosix } from './os/posix.ts';

const VARIABLE = 'TSSUPERVISORD_REPORT_FD';
const REPORT_FD = 3;

/** How the copy speaks to the command that waits for it. */
export interface Reporter {
  ready(): void;
  /** `text` is shown on the waiting command's stderr, which exits with `code`. */
  failed(text: string, code: number): void;
}

/** Defined in the copy only. The variable is taken away, so that programs do not inherit it. */
export function reporterOfCopy(): Reporter | undefined {
  if (process.env[VARIABLE] === undefined) return undefined;
  delete process.env[VARIABLE];
  const report = (message: object): void => {
    try {
      writeSync(REPORT_FD, JSON.stringify(message));
      closeSync(REPORT_FD);
    } catch {
      // Nobody waits any more.
    }
  };
  return { ready: () => report({ code: 0, text: '' }), failed: (text, code) => report({ code, text }) };
}

/** Starts the copy, with `more` in its environment, waits for its report and exits as it says. */
export function startCopy(
  argv: readonly string[],
  more: Readonly<Record<string, string>>,
  showError: (text: string) => void,
): never {
  const posix = loadPosix();
  using os = new LinuxOs(posix);
  const nothing = openSync('/dev/null', 'r+');
  const { read, write } = os.pipe();
  posix.setNonBlocking(read, false);
  const environment = Object.entries({ ...process.env, ...more, [VARIABLE]: String(REPORT_FD) });
  const result = os.spawn({
    file: process.execPath,
    argv: [process.execPath, ...process.execArgv, ...argv.slice(1)],
    env: environment.map(([key, value]) => `${key}=${value}`),
    fds: [nothing, nothing, nothing, write],
    group: 'session',
  });
  os.close(write);
  if ('stage' in result) {
    showError(`Error: Cannot start the daemon: ${result.stage} failed with ${result.code}\n`);
    process.exit(1);
  }
  const report = readReport(read);
  if (report === undefined) showError('Error: The daemon ended before it was up\n');
  else if (report.text !== '') showError(report.text);
  process.exit(report?.code ?? 1);
}

function readReport(fd: number): { readonly code: number; readonly text: string } | undefined {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(65_536);
    const count = readSync(fd, piece);
    if (count === 0) break;
    pieces.push(piece.subarray(0, count));
  }
  const text = Buffer.concat(pieces).toString();
  return text === '' ? undefined : (JSON.parse(text) as { code: number; text: string });
}

/** What only a daemon does, once its log and servers are open: `directory` and `umask` (Supervisor's order). */
export function becomeDaemon({ directory, umask }: DaemonConfig, log: MainLog): void {
  log.blather('supervisord forked; parent exiting');
  log.info('daemonizing the supervisord process');
  if (directory !== undefined) {
    try {
      process.chdir(directory);
      log.info(`set current directory: ${pythonRepr(directory)}`);
    } catch (error) {
      log.critical(`can't chdir into ${pythonRepr(directory)}: ${chdirError(error, directory)}`);
    }
  }
  process.umask(umask);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ENOTDIR: 'Not a directory',
};

/** As Python shows an OSError. */
function chdirError(error: unknown, directory: string): string {
  const code = errnoCode(error);
  const errno = (constants.errno as Readonly<Record<string, number>>)[code] ?? 0;
  return `[Errno ${errno}] ${reasons[code] ?? code}: ${pythonRepr(directory)}`;
}
