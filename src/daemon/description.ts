/** The `description` of a process as `getProcessInfo` and `status` show it (supervisor/rpcinterface.py `_interpretProcessInfo`). */
import type { ProcessRecord } from './core/process-record.ts';
import { pidOf } from './core/process-record.ts';

/** `0:03:12`, `1 day, 0:00:01`: Python's timedelta. */
function uptimeText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${Math.floor((whole % 86_400) / 3600)}:${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  if (days === 0) return clock;
  return `${days} day${days === 1 ? '' : 's'}, ${clock}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov 22 02:54 PM`, local time. */
function deathText(epoch: number): string {
  const at = new Date(epoch * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hour = at.getHours() % 12 === 0 ? 12 : at.getHours() % 12;
  const half = at.getHours() < 12 ? 'AM' : 'PM';
  return `${months[at.getMonth()]} ${two(at.getDate())} ${two(hour)}:${two(at.getMinutes())} ${half}`;
}

/**
 * `now` is the wall clock in seconds. `reason` is asked why one that does not run does not: what waits (for a connection,
 * for another program) says so instead of when it ended. With Supervisor's own keys nothing waits.
 */
export function describe(record: ProcessRecord, name: string, now: number, reason: () => string): string {
  switch (record.state.name) {
    case 'RUNNING':
      return `pid ${pidOf(record.state)}, uptime ${uptimeText(now - record.startEpoch)}`;
    case 'FATAL':
    case 'BACKOFF':
      return record.spawnError ?? `unknown error (try "tail ${name}")`;
    case 'STOPPED':
    case 'EXITED':
      return reason() || (record.startEpoch === 0 ? 'Not started' : deathText(record.stopEpoch));
    default:
      return '';
  }
}
