import { expect, test } from 'vitest';
import { startDaemon } from '../../support/daemon.ts';
import { infoOf, script, untilState } from './support.ts';

interface Detail {
  readonly name: string;
  readonly why: string;
  readonly nextrun: number;
  readonly skippedruns: number;
}

// That the time really comes is in test/long: it takes a minute.
test('a program with a schedule waits for its time, and can be started by hand', async () => {
  const backup = (...keys: string[]) => script('backup', 'exit 0', 'exitcodes=0', ...keys);
  const first = backup('schedule=30 4 29 2 *', 'schedule_tz=Asia/Tokyo');
  await using daemon = await startDaemon({ config: first + script('plain', 'exec sleep 600') });
  const status = async (): Promise<string> => (await daemon.ctl('status', 'backup')).stdout;
  const isNext = (day: string) => async () => (await status()).includes(`Next run ${day}`);
  await daemon.until('it says when', isNext('2028-02-29 04:30 Asia/Tokyo'));
  expect(await status()).toMatch(/^backup +STOPPED +Next run 2028-02-29 04:30 Asia\/Tokyo\n$/);
  expect(daemon.log()).not.toContain("spawned: 'backup'");

  const details = (await daemon.rpc('tssupervisor.getProcesses')) as unknown as readonly Detail[];
  const nextrun = Date.UTC(2028, 1, 28, 19, 30) / 1000;
  expect(details.find(({ name }) => name === 'backup')).toMatchObject({ nextrun, skippedruns: 0 });
  expect(details.find(({ name }) => name === 'plain')).toMatchObject({ nextrun: 0, skippedruns: 0 });

  await daemon.rpc('supervisor.startProcess', 'backup');
  expect(await untilState(daemon, 'backup', 'EXITED')).toMatchObject({ exitstatus: 0 });
  expect(await status()).toMatch(/^backup +EXITED +Next run 2028/);

  const { pid } = await infoOf(daemon, 'plain');
  daemon.writeConfig(backup('schedule=@yearly', 'schedule_tz=UTC') + script('plain', 'exec sleep 600'));
  await daemon.ctl('update');
  await daemon.until('the new time counts', isNext(`${new Date().getUTCFullYear() + 1}-01-01 00:00 UTC`));
  expect((await infoOf(daemon, 'plain')).pid).toBe(pid);
});
