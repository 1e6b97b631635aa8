/** Reads the keys of restart-options.ts: to what the core decides by, and to limits as the system takes them. */
import type { RestartSpec } from '../core/spec.ts';
import { RLIMIT_AS, RLIMIT_CORE, RLIMIT_NOFILE, type Rlimit } from '../limits.ts';
import type { ProcessConfig } from './model.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';
import { type EnvFile, type LimitPair, restartOptions } from './restart-options.ts';

export type RestartSettings = Pick<ProcessConfig, 'restart' | 'rlimits' | 'nice'>;

export function readRestarts(reading: Reading, section: string, scope: Scope): RestartSettings {
  const reader = new SectionReader(reading, restartOptions, section);
  const backoff = reader.read('backoff', scope);
  const restart: RestartSpec = {
    backoff,
    initialMs: reader.read('backoff_initial', scope),
    factor: reader.read('backoff_factor', scope),
    maxMs: reader.read('backoff_max', scope),
    jitter: reader.read('backoff_jitter', scope),
    afterExit: reader.read('backoff_after_exit', scope),
    resetMs: reader.read('backoff_reset', scope),
    limit: reader.read('restart_limit', scope),
    fatalRetryMs: reader.read('fatal_retry', scope),
    exitDaemon: reader.read('exit_daemon', scope),
  };
  const isChanged =
    backoff !== 'supervisor' ||
    restart.jitter > 0 ||
    restart.afterExit ||
    restart.limit !== undefined ||
    restart.fatalRetryMs > 0 ||
    restart.exitDaemon !== undefined;
  const limits: readonly (readonly [number, LimitPair | undefined])[] = [
    [RLIMIT_NOFILE, reader.read('rlimit_nofile', scope)],
    [RLIMIT_CORE, reader.read('rlimit_core', scope)],
    [RLIMIT_AS, reader.read('rlimit_as', scope)],
  ];
  return {
    // What changes nothing is not there: then the core does as Supervisor does, and says what Supervisor says.
    restart: isChanged ? restart : undefined,
    rlimits: limits.flatMap(([resource, pair]): Rlimit[] => (pair === undefined ? [] : [[resource, ...pair]])),
    nice: reader.read('nice', scope),
  };
}

/** The files of variables of one process. */
export function readEnvFiles(reading: Reading, section: string, scope: Scope): readonly EnvFile[] {
  return new SectionReader(reading, restartOptions, section).read('env_file', scope) ?? [];
}
