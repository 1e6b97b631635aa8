/**
 * `[program-default]`: what every program of the file set has, unless its own section says otherwise.
 *
 * An event listener is a program too, but one with a purpose of its own: what makes several of a program, where it
 * listens, when it is ready or that a file makes it restart is not meant for it, and `redirect_stderr` would be an
 * error. It takes what says how it is run and logged, when it is started again, and what it may use.
 */
import type { OptionTable } from '../../config/option.ts';
import { logOptions } from './log-options.ts';
import { programOptions } from './program-options.ts';
import { restartOptions } from './restart-options.ts';

export const defaultSection = 'program-default';

const notForListeners: ReadonlySet<string> = new Set([
  'command',
  'process_name',
  'numprocs',
  'numprocs_start',
  'priority',
  'redirect_stderr',
  'stdout_capture_maxbytes',
  'stdout_events_enabled',
]);

function isForListeners(key: string): boolean {
  const table: OptionTable = programOptions;
  if (key in restartOptions || key in logOptions) return true;
  return table[key] !== undefined && table[key].ours !== true && !notForListeners.has(key);
}

/** Whether a section takes this key from `[program-default]`. */
export function inheritsDefault(section: string, key: string): boolean {
  if (section.startsWith('program:') || section.startsWith('fcgi-program:')) return true;
  return section.startsWith('eventlistener:') && isForListeners(key);
}
