/** What `schedule` makes of a program: other defaults, and no start but the schedule's. */
import type { Cron } from '../schedules/cron.ts';
import type { ProcessConfig } from './model.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';
import { scheduleOptions } from './schedule-options.ts';

export interface ScheduleConfig {
  readonly cron: Cron;
  /** Undefined is the machine's. */
  readonly zone: string | undefined;
}

type Scheduled = Pick<ProcessConfig, 'autostart' | 'autorestart' | 'startsecs' | 'schedule'>;

/** What is other than `read`; nothing without a schedule. What cannot be is reported. */
export function readSchedule(
  reading: Reading,
  section: string,
  scope: Scope,
  read: Pick<Scheduled, 'autorestart' | 'startsecs'>,
): Partial<Scheduled> {
  const reader = new SectionReader(reading, scheduleOptions, section);
  const isWritten = (key: string): boolean => reading.ini.get(section, key) !== undefined;
  const cron = reader.read('schedule', scope);
  const zone = reader.read('schedule_tz', scope);
  if (cron === undefined) return {};
  const isRestarted = isWritten('autorestart') && read.autorestart === true;
  if (isRestarted) {
    reader.problemAt('autorestart', 'Cannot restart for ever what has a schedule', {
      expected: 'autorestart=false, or autorestart=unexpected for what has failed',
      got: 'true',
    });
  }
  return {
    autostart: false,
    autorestart: isWritten('autorestart') ? read.autorestart : false,
    startsecs: isWritten('startsecs') ? read.startsecs : 0,
    schedule: { cron, zone },
  };
}
