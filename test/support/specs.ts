import type { GroupSpec, ProcessSpec, RestartSpec } from '../../src/daemon/core/spec.ts';

/** A process as an empty `[program:web]` makes it. */
export function processSpec(change: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'web',
    group: 'web',
    priority: 999,
    autostart: true,
    autorestart: 'unexpected',
    startMs: 1000,
    startRetries: 3,
    exitCodes: [0],
    stopSignal: 15,
    stopWaitMs: 10_000,
    stopAsGroup: false,
    killAsGroup: false,
    ...change,
  };
}

export function groupSpec(name: string, priority: number, processes: readonly Partial<ProcessSpec>[]): GroupSpec {
  return { name, priority, processes: processes.map((change) => processSpec({ group: name, ...change })) };
}

/** Keys for restarts as they are when they are not written. */
export function restartSpec(change: Partial<RestartSpec> = {}): RestartSpec {
  return {
    backoff: 'supervisor',
    initialMs: 1000,
    factor: 2,
    maxMs: 60_000,
    jitter: 0,
    afterExit: false,
    resetMs: 60_000,
    limit: undefined,
    fatalRetryMs: 0,
    exitDaemon: undefined,
    ...change,
  };
}
