/** `update`, process by process: what need not stop goes on. */
import { readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ours, type TestDaemon } from '../../support/daemon.ts';
import { infoOf, program, textOf, untilState, withDaemon } from './support.ts';

const cat = (name: string, ...settings: string[]) => program(name, 'cat', 'startsecs=0', ...settings);
const many = (count: number, ...settings: string[]) => [
  'process_name=%(program_name)s_%(process_num)d',
  `numprocs=${count}`,
  ...settings,
];

async function runs(daemon: TestDaemon): Promise<Record<string, number>> {
  const all = (await daemon.rpc('supervisor.getAllProcessInfo')) as unknown as { name: string; pid: number }[];
  return Object.fromEntries(all.map(({ name, pid }) => [name, pid]));
}

/** Waits until all of these run, and answers the pids of all there are. */
async function running(daemon: TestDaemon, ...names: string[]): Promise<Record<string, number>> {
  for (const name of names) await untilState(daemon, name, 'RUNNING');
  return runs(daemon);
}

/** Whose pid is the same in both, though it runs. */
function unchanged(before: Record<string, number>, after: Record<string, number>): string[] {
  return Object.keys(after).filter((name) => after[name] !== 0 && after[name] === before[name]);
}

const rows = (text: string): string[][] =>
  text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim().split(/ {2,}/));

withDaemon(
  'update of tssupervisord',
  () => ({
    kind: ours,
    config: [
      cat('web', ...many(3, 'environment=OF="%(numprocs)d"')),
      cat('left'),
      cat('right', 'autostart=false'),
      cat('off', 'autostart=false'),
      '[group:trio]\nprograms=left,right,off\npriority=30\n',
      cat('alone'),
    ].join(''),
  }),
  (daemon) => {
    const web = (count: number, ...settings: string[]) =>
      cat('web', ...many(count, 'environment=OF="%(numprocs)d"', ...settings));
    const trio = (priority: number, left: string, right: string, off: string) =>
      [left, right, off, `[group:trio]\nprograms=left,right,off\npriority=${priority}\n`].join('');
    const plainTrio = trio(30, cat('left'), cat('right', 'autostart=false'), cat('off', 'autostart=false'));
    const own = async (command: string, ...more: string[]) => {
      const { stdout, code } = await daemon().ctl(command, ...more);
      return [stdout, code];
    };
    let pids: Record<string, number> = {};

    test('a higher numprocs adds processes and leaves the others alone, though %(numprocs)d is another', async () => {
      pids = await running(daemon(), 'web:web_0', 'web:web_1', 'web:web_2', 'trio:left', 'alone');
      daemon().writeConfig(web(4) + plainTrio + cat('alone'));
      const { stdout, code } = await daemon().ctl('update', '--dry-run');
      expect(code).toBe(1);
      expect(rows(stdout)).toEqual([
        ['alone', 'keep'],
        ['trio:left', 'keep'],
        ['trio:off', 'keep'],
        ['trio:right', 'keep'],
        ['web:web_0', 'keep'],
        ['web:web_1', 'keep'],
        ['web:web_2', 'keep'],
        ['web:web_3', 'add'],
      ]);
      expect(await runs(daemon())).toEqual(pids);
      expect(await own('avail')).toEqual([expect.not.stringContaining('web_3'), 0]);
      expect(await own('update')).toEqual(['web: stopped\nweb: updated process group\n', 0]);
      const after = await running(daemon(), 'web:web_3');
      expect(Object.keys(after)).toEqual(['alone', 'left', 'off', 'right', 'web_0', 'web_1', 'web_2', 'web_3']);
      expect(unchanged(pids, after)).toEqual(['alone', 'left', 'web_0', 'web_1', 'web_2']);
      expect(await own('update', '--dry-run')).toEqual([expect.stringContaining('No config updates to processes'), 0]);
      expect(await own('update')).toEqual(['', 0]);
      pids = after;
    });

    test('those that are there have the new number from their next start on', async () => {
      const numberOf = async (pid: number) => /(?:^|\0)OF=(\d+)/.exec(textOf(`/proc/${pid}/environ`))?.[1];
      expect([await numberOf(pids['web_0'] ?? 0), await numberOf(pids['web_3'] ?? 0)]).toEqual(['3', '4']);
      await daemon().ctl('restart', 'web:web_0');
      pids = await running(daemon(), 'web:web_0');
      expect(await numberOf(pids['web_0'] ?? 0)).toBe('4');
    });

    test('a lower numprocs ends the highest ones', async () => {
      daemon().writeConfig(web(2) + plainTrio + cat('alone'));
      expect(await own('update', 'web')).toEqual(['web: stopped\nweb: updated process group\n', 0]);
      const after = await runs(daemon());
      expect(Object.keys(after)).toEqual(['alone', 'left', 'off', 'right', 'web_0', 'web_1']);
      expect(unchanged(pids, after)).toEqual(['alone', 'left', 'web_0', 'web_1']);
      await expect(infoOf(daemon(), 'web:web_3')).rejects.toThrow('BAD_NAME');
      pids = after;
    });

    test('a changed process starts again if it ran, and one that did not stays stopped', async () => {
      await daemon().ctl('start', 'trio:right');
      pids = await running(daemon(), 'trio:right');
      const changed = trio(
        30,
        cat('left'),
        cat('right', 'autostart=false', 'environment=A="1"'),
        cat('off', 'autostart=false', 'umask=077'),
      );
      daemon().writeConfig(web(2) + changed + cat('alone'));
      const { stdout } = await daemon().ctl('update', '--dry-run', 'trio');
      expect(rows(stdout)).toEqual([
        ['trio:left', 'keep'],
        ['trio:off', 'restart', 'umask'],
        ['trio:right', 'restart', 'environment'],
      ]);
      expect(await own('update')).toEqual(['trio: stopped\ntrio: updated process group\n', 0]);
      const after = await running(daemon(), 'trio:right');
      expect((await infoOf(daemon(), 'trio:off')).statename).toBe('STOPPED');
      expect(unchanged(pids, after)).toEqual(['alone', 'left', 'web_0', 'web_1']);
      expect(daemon().log()).toContain('INFO updated group trio: 1 go on, 2 start anew, 0 added, 0 removed\n');
      pids = after;
    });

    test('another priority of the group restarts nothing', async () => {
      daemon().writeConfig(web(2) + plainTrio.replace('priority=30', 'priority=3000') + cat('alone'));
      expect(await own('update')).toEqual(['trio: stopped\ntrio: updated process group\n', 0]);
      const after = await running(daemon(), 'trio:left');
      expect(unchanged(pids, after)).toContain('left');
      expect((await daemon().ctl('avail')).stdout).toMatch(/^trio:left +in use +auto +3000:999$/m);
      pids = after;
    });

    test('a probe is taken over as the process goes on', async () => {
      const probed = web(2, 'ready=exec:true') + plainTrio.replace('priority=30', 'priority=3000');
      daemon().writeConfig(probed + cat('alone'));
      const { stdout, code } = await daemon().ctl('update', '--dry-run', 'web');
      expect([rows(stdout), code]).toEqual([
        [
          ['web:web_0', 'keep', 'ready'],
          ['web:web_1', 'keep', 'ready'],
        ],
        1,
      ]);
      expect(await own('update')).toEqual(['web: updated process group\n', 0]);
      expect(unchanged(pids, await runs(daemon()))).toEqual(Object.keys(pids).filter((name) => pids[name] !== 0));
      expect(await own('update')).toEqual(['', 0]);
    });

    test('with nobody to go on it is all as under Supervisor, and one that ran starts again though it does not autostart', async () => {
      await daemon().ctl('stop', 'alone');
      daemon().writeConfig(web(2) + cat('alone', 'autostart=false'));
      expect(await own('update', 'alone')).toEqual(['alone: stopped\nalone: updated process group\n', 0]);
      expect((await infoOf(daemon(), 'alone')).statename).toBe('STOPPED');
      await daemon().ctl('start', 'alone');
      pids = await running(daemon(), 'alone');
      daemon().writeConfig(web(2) + cat('alone', 'autostart=false', 'umask=077'));
      expect(await own('update', 'alone', 'nobody')).toEqual([
        'ERROR: no such group: nobody\nalone: stopped\nalone: updated process group\n',
        1,
      ]);
      expect((await running(daemon(), 'alone'))['alone']).not.toBe(pids['alone']);
      pids = await runs(daemon());
    });

    test('a dry run with a bad file ends with 2 and says where it is bad', async () => {
      daemon().writeConfig(`${web(2)}[program:alone]\ncommand=cat\nstopsignal=NOPE\n`);
      const { stdout, code } = await daemon().ctl('update', '--dry-run');
      expect(code).toBe(2);
      expect(stdout).toMatch(/supervisord\.conf:\d+.*NOPE/s);
      expect(await runs(daemon())).toEqual(pids);
    });
  },
);

describe('update of what shares something', () => {
  const listener = (count: number, ...settings: string[]) =>
    [
      '[eventlistener:ears]',
      `command=sh -c "while :; do echo READY; read header || exit 0; done"`,
      'events=TICK_3600',
      ...many(count, 'startsecs=0', ...settings),
      '',
      '',
    ].join('\n');
  const fcgi = (count: number) =>
    [
      '[fcgi-program:gate]',
      'command=sleep 600',
      'socket=unix://%(here)s/gate.sock',
      ...many(count, 'startsecs=0'),
      '',
      '',
    ].join('\n');
  const held = (count: number) =>
    program('held', 'sleep 600', 'listen=unix://%(here)s/held_%(process_num)d.sock', ...many(count, 'startsecs=0'));

  withDaemon(
    'under tssupervisord',
    () => ({ kind: ours, config: listener(1) + fcgi(1) + held(2) }),
    (daemon) => {
      const accepts = (path: string) =>
        new Promise<boolean>((settle) => {
          const socket = connect(`${daemon().dir}/${path}`, () => settle(true));
          socket.on('error', () => settle(false));
          socket.on('close', () => undefined);
          socket.unref();
          setImmediate(() => socket.end());
        });

      test('a pool and a FastCGI program get more processes, and held sockets go with theirs', async () => {
        const before = await running(daemon(), 'ears:ears_0', 'gate:gate_0', 'held:held_0', 'held:held_1');
        expect(await accepts('held_1.sock')).toBe(true);
        daemon().writeConfig(listener(2) + fcgi(2) + held(1));
        expect((await daemon().ctl('update')).code).toBe(0);
        const after = await running(daemon(), 'ears:ears_1', 'gate:gate_1');
        expect(unchanged(before, after)).toEqual(['ears_0', 'gate_0', 'held_0']);
        const stdinOf = (name: string) => readlinkSync(`/proc/${after[name]}/fd/0`);
        expect(stdinOf('gate_1')).toBe(stdinOf('gate_0'));
        expect([await accepts('held_0.sock'), await accepts('held_1.sock')]).toEqual([true, false]);
        await daemon().until('both listeners are ready', async () => {
          const pools = (await daemon().rpc('tssupervisor.getListenerPools')) as unknown as {
            listeners: { state: string }[];
          }[];
          return pools[0]?.listeners.filter(({ state }) => state === 'READY').length === 2;
        });
      });

      test('a setting of the pool is one of all its processes', async () => {
        const before = await runs(daemon());
        daemon().writeConfig(listener(2, 'buffer_size=7') + fcgi(2) + held(1));
        const { stdout } = await daemon().ctl('update', '--dry-run', 'ears');
        expect(rows(stdout).map(([, ...words]) => words)).toEqual([
          ['restart', 'buffer_size'],
          ['restart', 'buffer_size'],
        ]);
        await daemon().ctl('update');
        const after = await running(daemon(), 'ears:ears_0', 'ears:ears_1');
        expect(unchanged(before, after)).toEqual(['gate_0', 'gate_1', 'held_0']);
      });
    },
  );
});

withDaemon(
  'update of what depends on each other',
  () => ({ kind: ours, config: chain('') }),
  (daemon) => {
    test('what depends on another stops before it, also inside one group, and starts behind it', async () => {
      const before = await running(daemon(), 'pair:app', 'pair:zdb', 'pair:stays');
      daemon().writeConfig(chain('umask=077'));
      expect((await daemon().ctl('update')).stdout).toBe('pair: stopped\npair: updated process group\n');
      const after = await running(daemon(), 'pair:app', 'pair:zdb');
      expect(unchanged(before, after)).toEqual(['stays']);
      const told = [
        ...daemon()
          .log()
          .matchAll(/(stopped|spawned): '?(app|zdb)\b/g),
      ]
        .slice(2)
        .map(([, what, name]) => `${name} ${what}`);
      expect(told).toEqual(['app stopped', 'zdb stopped', 'zdb spawned', 'app spawned']);
    });
  },
);

function chain(...settings: string[]): string {
  return [
    cat('app', 'depends_on=zdb', ...settings),
    cat('zdb', ...settings),
    cat('stays'),
    '[group:pair]\nprograms=app,zdb,stays\n',
  ].join('');
}
