/** More and fewer processes of a program while it runs. */
import { createServer } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { ours, type TestDaemon } from '../../support/daemon.ts';
import { freePortHundred } from '../../support/ports.ts';
import { program, untilState, withDaemon } from './support.ts';

const numbered = 'process_name=%(program_name)s_%(process_num)d';

let base = 0;
beforeAll(async () => {
  base = (await freePortHundred(20)) * 100;
});

const config = (...settings: string[]) =>
  [
    program('web', 'cat', 'startsecs=0', numbered, 'numprocs=2', `port=${base}`, ...settings),
    program('other', 'cat', 'startsecs=0', `port=${base + 7}`),
    program('plain', 'cat', 'startsecs=0', 'autostart=false'),
    program('odd', 'sh -c "test %(process_num)d = 0 && exec sleep 600"', 'startretries=0', numbered),
    program('held', 'sleep 600', 'startsecs=0', numbered, 'listen=unix://%(here)s/held_%(process_num)d.sock'),
  ].join('');

async function runs(daemon: TestDaemon): Promise<Record<string, number>> {
  const all = (await daemon.rpc('supervisor.getAllProcessInfo')) as unknown as { name: string; pid: number }[];
  return Object.fromEntries(all.filter(({ pid }) => pid !== 0).map(({ name, pid }) => [name, pid]));
}

withDaemon(
  'scale',
  () => ({ kind: ours, config: config() }),
  (daemon) => {
    const scale = async (...words: string[]) => {
      const { stdout, code } = await daemon().ctl('scale', ...words);
      return [stdout.trimEnd().split('\n'), code];
    };
    let pids: Record<string, number> = {};

    test('web=4 adds two, each on a port of its own, and leaves the others alone', async () => {
      for (const name of ['web:web_0', 'web:web_1', 'other']) await untilState(daemon(), name, 'RUNNING');
      pids = await runs(daemon());
      expect(await scale('web=4')).toEqual([
        ['scaling web from 2 to 4', 'web:web_2: RUNNING', 'web:web_3: RUNNING', 'done: web has 4 of web'],
        0,
      ]);
      const after = await runs(daemon());
      expect(after).toMatchObject(pids);
      expect(Object.keys(after).filter((name) => !(name in pids))).toEqual(['web_2', 'web_3']);
      expect((await daemon().ctl('ports')).stdout).toMatch(new RegExp(`^${base + 3} .* web:web_3 `, 'm'));
      pids = after;
    });

    test('it holds through reread, update and reload', async () => {
      expect((await daemon().ctl('reread')).stdout).toBe('No config updates to processes\n');
      expect((await daemon().ctl('update')).stdout).toBe('');
      expect(await runs(daemon())).toEqual(pids);
      await daemon().ctl('reload');
      await daemon().until('all four run again', async () => {
        const now = await runs(daemon()).catch(() => ({}) as Record<string, number>);
        return (
          Object.keys(now).filter((name) => name.startsWith('web_')).length === 4 && now['web_3'] !== pids['web_3']
        );
      });
      pids = await runs(daemon());
    });

    test('web=-2 ends the highest, and +1 is one more than there are', async () => {
      expect(await scale('web=-2')).toEqual([
        [
          'scaling web from 4 to 2',
          'web:web_3: stopped and removed',
          'web:web_2: stopped and removed',
          'done: web has 2 of web',
        ],
        0,
      ]);
      const { web_2: _, web_3: __, ...rest } = pids;
      expect(await runs(daemon())).toEqual(rest);
      expect((await scale('web=+1'))[1]).toBe(0);
      expect(await runs(daemon())).toMatchObject(rest);
      expect(await scale('web=3')).toEqual([['web: has as many already'], 0]);
    });

    test("into another's port it is refused, naming it, and nothing begins", async () => {
      pids = await runs(daemon());
      const [[line], code] = (await scale('web=9')) as [string[], number];
      expect(line).toMatch(
        new RegExp(
          `^web: ERROR \\(Port ${base + 7} of other:other is that of web:web_7|Port ${base + 7} of web:web_7 is that of other:other`,
        ),
      );
      expect(code).toBe(1);
      const stranger = createServer().listen(base + 3, '127.0.0.1');
      const [[told]] = (await scale('web=4')) as [string[], number];
      stranger.close();
      expect(told).toMatch(new RegExp(`^web: ERROR \\(port ${base + 3} is held by pid ${process.pid} `));
      expect(await runs(daemon())).toEqual(pids);
      expect((await daemon().ctl('reread')).stdout).toBe('No config updates to processes\n');
    });

    test.each([
      ['web=0', 'web: ERROR (web cannot have less than one process; to stop it: stop web)'],
      ['web=-9', 'web: ERROR (web cannot have less than one process; to stop it: stop web)'],
      ['nobody=2', 'nobody: ERROR (no such program)'],
      [
        'plain=2',
        'plain: ERROR (the processes of plain have no numbers in their names: write process_name=%(program_name)s_%(process_num)02d into [program:plain])',
      ],
      ['web', 'Error: scale takes programs with a number each, such as web=6'],
    ])('%s is refused with what to do instead', async (wish, line) => {
      const [lines, code] = (await scale(wish)) as [string[], number];
      expect([lines[0], code]).toEqual([line, 1]);
    });

    test('the socket of one that is gone is closed', async () => {
      expect((await scale('held=2'))[1]).toBe(0);
      expect(daemon().log()).toContain(`Creating socket unix://${daemon().dir}/held_1.sock`);
      expect((await scale('held=1'))[1]).toBe(0);
      expect(daemon().log()).toContain(`Closing socket unix://${daemon().dir}/held_1.sock`);
    });

    test('one that does not get there is told, stays, and it ends with 1', async () => {
      expect(await scale('odd=2')).toEqual([
        [
          'scaling odd from 1 to 2',
          'odd:odd_1: FATAL (Exited too quickly (process log may have details))',
          'failed: odd has 2 of odd',
        ],
        1,
      ]);
      expect((await scale('odd=1'))[1]).toBe(0);
    });

    test('what the files say differently by now is to be updated first', async () => {
      daemon().writeConfig(config('umask=077'));
      expect(await scale('web=4')).toEqual([
        ['web: ERROR (the files say something else of web by now: update it first)'],
        1,
      ]);
    });

    test('another numprocs in the file takes its place', async () => {
      daemon().writeConfig(config().replace('numprocs=2', 'numprocs=1'));
      expect((await daemon().ctl('update')).stdout).toBe('web: stopped\nweb: updated process group\n');
      expect(await runs(daemon())).toMatchObject({ web_0: pids['web_0'] });
      expect(Object.keys(await runs(daemon())).filter((name) => name.startsWith('web_'))).toEqual(['web_0']);
      daemon().writeConfig(config());
      await daemon().ctl('update');
      expect(Object.keys(await runs(daemon())).filter((name) => name.startsWith('web_'))).toEqual(['web_0', 'web_1']);
    });
  },
);
