import type { ProcessRecord } from './process.ts';
import type { ProcessSpec } from './spec.ts';

/**
 * Whether a process that has just ended on its own is started again (Supervisor's `autorestart`): at once, without
 * a delay and without a limit. Death by a signal has the status -1, which `exitcodes` cannot list.
 */
export function wantsRestart(record: ProcessRecord, spec: ProcessSpec): boolean {
  if (record.state.name !== 'EXITED') return false;
  if (spec.autorestart === 'unexpected') return !spec.exitCodes.includes(record.exitStatus ?? 0);
  return spec.autorestart;
}

/** Whether it starts with the daemon: only one that was never started, so that an admin's stop is respected. */
export function wantsAutostart(record: ProcessRecord, spec: ProcessSpec): boolean {
  return spec.autostart && record.state.name === 'STOPPED' && record.startEpoch === 0;
}
