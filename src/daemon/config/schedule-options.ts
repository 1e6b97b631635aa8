/** Keys about programs that run at set times; Supervisor passes them over, and starts them with the daemon. */
import type { OptionTable } from '../../config/option.ts';
import { Refusal, type ValueType } from '../../config/values.ts';
import { type Cron, readCron } from '../schedules/cron.ts';
import { zoneOf } from '../schedules/zone.ts';

const cron: ValueType<Cron> = {
  name: 'schedule',
  expected: 'minute, hour, day of the month, month and day of the week such as `0 3 * * *`, or a word such as @daily',
  parse: (value) => readCron(value),
};

const zone: ValueType<string> = {
  name: 'time zone',
  expected: 'a name such as Europe/Berlin or UTC',
  parse(value) {
    try {
      return zoneOf(value.trim()).name;
    } catch {
      throw new Refusal(`Cannot find the time zone ${JSON.stringify(value)}`);
    }
  },
};

export const scheduleOptions = {
  schedule: {
    type: cron,
    names: 'program',
    ours: true,
    doc:
      'When it is started: minute, hour, day of the month, month, day of the week as in a crontab (`0 3 * * *`, `*/5 * * * MON-FRI`), ' +
      'or @hourly, @daily, @weekly, @monthly, @yearly. `autostart` means nothing then, `startsecs` is 0 and `autorestart` false if ' +
      'they are not written. A run is skipped while the one before goes on, and what was missed is not made up for. A stop ends one run, not the schedule.',
  },
  schedule_tz: {
    type: zone,
    initially: "the machine's own",
    names: 'program',
    ours: true,
    doc: 'The time zone of `schedule`, such as Europe/Berlin. A time that spring skips is due in the next minute, one that autumn has twice once.',
  },
} as const satisfies OptionTable;
