import type { ProcessConfig } from './config/model.ts';
import type { SpawnResult } from './os/os.ts';

/**
 * What a child says on its stderr when it cannot become the program, before it ends with status 127: Supervisor's
 * forked child says it itself, for ours the launcher does. `uid` is the daemon's own.
 */
export function lastWords(
  config: ProcessConfig,
  argv: readonly string[],
  failure: Extract<SpawnResult, { stage: unknown }>,
  uid: number,
): string {
  return `supervisor: ${whatFailed(config, argv, failure, uid)}\nsupervisor: child process was not spawned\n`;
}

function whatFailed(
  config: ProcessConfig,
  argv: readonly string[],
  { stage, code }: Extract<SpawnResult, { stage: unknown }>,
  uid: number,
): string {
  switch (stage) {
    case 'groups':
    case 'setgid':
    case 'setuid': {
      const reason = uid === 0 ? 'Could not set groups of effective user' : "Can't drop privilege as nonroot user";
      return `couldn't setuid to ${config.uid}: ${reason}`;
    }
    case 'rlimit':
      return `couldn't set the limits of rlimit_nofile, rlimit_core or rlimit_as: ${code}`;
    case 'nice':
      return `couldn't set nice=${config.nice}: ${code}`;
    case 'chdir':
      return `couldn't chdir to ${config.directory}: ${code}`;
    case 'exec':
      return `couldn't exec ${argv[0]}: ${code}`;
    default:
      return `couldn't set up the process (${stage}): ${code}`;
  }
}
