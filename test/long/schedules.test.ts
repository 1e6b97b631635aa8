import { expect, test } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';

test('schedule: every minute it is started, unless it still runs', async () => {
  const program = (name: string, command: string) =>
    `[program:${name}]\ncommand=${command}\nschedule=* * * * *\nschedule_tz=UTC\n`;
  await using daemon = await startDaemon({ config: program('quick', 'true') + program('slow', 'sleep 600') });
  const count = (text: string): number => daemon.log().split(text).length - 1;
  await until('three minutes have come', () => count('quick is started') === 3, {
    deadlineMs: 240_000,
    evidence: () => daemon.log(),
  });
  expect(count('exited: quick (exit status 0; expected)')).toBeGreaterThanOrEqual(2);
  await daemon.until('the skipped runs are told', () => count('is skipped, the one before still runs') === 2);
  expect(count('slow is started')).toBe(1);
  for (const line of daemon
    .log()
    .split('\n')
    .filter((text) => text.includes('is started'))) {
    // Not before the minute has begun, and soon after.
    expect(line).toMatch(/:0\d,\d{3} INFO (quick|slow) is started: it is due at \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  }
});
