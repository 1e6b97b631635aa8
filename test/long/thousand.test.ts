/** The daemon with a thousand programs, through starts, two thousand crashes and the end. */
import { expect, test } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { seededRandom } from '../support/random.ts';

interface Info {
  readonly name: string;
  readonly pid: number;
  readonly statename: string;
}

test('a thousand programs start, come back from two thousand kills, and leave nothing behind', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`SEED=${seed}\n`);
  const random = seededRandom(seed);
  await using daemon = await startDaemon({
    config: `
[supervisord]
logfile=%(here)s/supervisord.log
pidfile=%(here)s/supervisord.pid
childlogdir=%(here)s
minfds=4096
[program:many]
command=sleep 100000
process_name=%(program_name)s_%(process_num)04d
numprocs=1000
startsecs=0
autorestart=true
stdout_logfile=NONE
stderr_logfile=NONE
`,
  });
  const all = async (): Promise<readonly Info[]> =>
    (await daemon.rpc('supervisor.getAllProcessInfo')) as unknown as readonly Info[];
  const allRun = async (): Promise<readonly Info[] | undefined> => {
    const infos = await all();
    return infos.length === 1000 && infos.every(({ statename, pid }) => statename === 'RUNNING' && pid > 0)
      ? infos
      : undefined;
  };
  let running = await daemon.until('a thousand programs run', allRun);
  let restarts = 0;
  for (let round = 0; round < 20; round++) {
    const victims = [...running].sort(() => random() - 0.5).slice(0, 100);
    for (const { pid } of victims) process.kill(pid, 'SIGKILL');
    const gone = new Set(victims.map(({ pid }) => pid));
    running = await daemon.until('the killed ones are back', async () => {
      const infos = await allRun();
      return infos?.some(({ pid }) => gone.has(pid)) === true ? undefined : infos;
    });
    restarts += victims.length;
  }
  expect(restarts).toBe(2000);
  expect(new Set(running.map(({ pid }) => pid)).size).toBe(1000);
  expect(daemon.log().match(/terminated by SIGKILL; not expected/g)).toHaveLength(2000);
  expect(await daemon.stop()).toBe(0);
});
