import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TestDaemon } from '../../support/daemon.ts';
import { describeKinds, infoOf, logLines, program, textOf, untilState, withDaemon } from './support.ts';

const cat = (name: string, ...settings: string[]) => program(name, 'cat', 'startsecs=0', ...settings);
const before = [cat('stays'), cat('changes'), cat('goes'), cat('z-goes')].join('');
const after = [cat('a-comes'), cat('stays'), cat('changes', 'priority=5'), cat('comes', 'autostart=false')].join('');
const bad = `${after}[program:bad]\nstartsecs=1.5\n[program:worse]\ncommand=cat\nstopsignal=NOPE\n`;

const reread = (daemon: TestDaemon) => daemon.rpc('supervisor.reloadConfig');

async function runs(daemon: TestDaemon): Promise<Record<string, number>> {
  const all = (await daemon.rpc('supervisor.getAllProcessInfo')) as unknown as { name: string; pid: number }[];
  return Object.fromEntries(all.map(({ name, pid }) => [name, pid]));
}

describeKinds('a changed file and {kind}', (kind) => {
  withDaemon(
    'that was started on another',
    () => ({ kind, config: before }),
    (daemon) => {
      let pids: Record<string, number> = {};

      test('reread says what was added, changed and removed, and touches nothing', async () => {
        for (const name of ['stays', 'changes', 'goes', 'z-goes']) await untilState(daemon(), name, 'RUNNING');
        pids = await runs(daemon());
        daemon().writeConfig(after);
        const answer = (await reread(daemon())) as unknown as string[][][];
        expect(answer).toEqual([[['a-comes', 'comes'], ['changes'], ['goes', 'z-goes']]]);
        expect(await runs(daemon())).toEqual(pids);
        const { stdout, code } = await daemon().ctl('reread');
        expect([stdout, code]).toEqual([
          'a-comes: available\nchanges: changed\ncomes: available\ngoes: disappeared\nz-goes: disappeared\n',
          0,
        ]);
      });

      test('what was read but not added is no process yet; it is in getAllConfigInfo', async () => {
        await expect(infoOf(daemon(), 'comes')).rejects.toThrow('BAD_NAME: comes');
        const all = (await daemon().rpc('supervisor.getAllConfigInfo')) as unknown as {
          name: string;
          inuse: boolean;
          process_prio: number;
        }[];
        expect(all.map(({ name, inuse, process_prio }) => [name, inuse, process_prio])).toEqual([
          ['a-comes', false, 999],
          ['changes', true, 5],
          ['comes', false, 999],
          ['stays', true, 999],
        ]);
      });

      test('update removes, replaces and adds, in that order, and leaves the others alone', async () => {
        const { stdout, code } = await daemon().ctl('update');
        expect([stdout.split('\n'), code]).toEqual([
          [
            'goes: stopped',
            'goes: removed process group',
            'z-goes: stopped',
            'z-goes: removed process group',
            'changes: stopped',
            'changes: updated process group',
            'a-comes: added process group',
            'comes: added process group',
            '',
          ],
          0,
        ]);
        await untilState(daemon(), 'changes', 'RUNNING');
        await untilState(daemon(), 'a-comes', 'RUNNING');
        expect((await infoOf(daemon(), 'comes')).statename).toBe('STOPPED');
        const now = await runs(daemon());
        expect(Object.keys(now)).toEqual(['a-comes', 'changes', 'comes', 'stays']);
        expect(now['stays']).toBe(pids['stays']);
        expect(now['changes']).not.toBe(pids['changes']);
      });

      test('a bad file is refused, and nothing changes', async () => {
        pids = await runs(daemon());
        daemon().writeConfig(bad);
        await expect(reread(daemon())).rejects.toThrow(/^CANT_REREAD: .*program:bad/s);
        const told = await daemon().ctl('reread');
        expect(told.stdout).toMatch(/^ERROR: .*program:bad/s);
        expect(told.code).toBe(1);
        expect((await daemon().ctl('update')).code).toBe(1);
        expect(await runs(daemon())).toEqual(pids);
        daemon().writeConfig(after);
        expect(await reread(daemon())).toEqual([[[], [], []]]);
      });

      test('reload with a good file: the same daemon, its programs anew', async () => {
        pids = await runs(daemon());
        daemon().writeConfig([cat('stays'), cat('fresh')].join(''));
        expect((await daemon().ctl('reload')).stdout).toBe('Restarted supervisord\n');
        await daemon().until('fresh runs', async () => (await infoOf(daemon(), 'fresh')).statename === 'RUNNING');
        await untilState(daemon(), 'stays', 'RUNNING');
        const now = await runs(daemon());
        expect(Object.keys(now)).toEqual(['fresh', 'stays']);
        expect(now['stays']).not.toBe(pids['stays']);
        expect(await daemon().rpc('supervisor.getPID')).toBe(daemon().pid);
        expect(daemon().descendants()).toHaveLength(2);
      });

      test('SIGHUP is the same', async () => {
        const count = () =>
          logLines(daemon()).filter(({ text }) => text === 'INFO supervisord started with pid N').length;
        const startedBefore = count();
        process.kill(daemon().pid, 'SIGHUP');
        await daemon().until('it has started again', () => count() === startedBefore + 1);
        await untilState(daemon(), 'fresh', 'RUNNING');
        expect(daemon().log()).toContain('WARN received SIGHUP indicating restart request\n');
        expect(daemon().descendants()).toHaveLength(2);
      });
    },
  );
});

describe('a bad file under tssupervisord', () => {
  withDaemon(
    'while its programs run',
    () => ({ config: before }),
    (daemon) => {
      const problems = /program:bad.*startsecs.*1\.5|startsecs.*program:bad/s;

      test.each(['reload', 'SIGHUP'])('%s says what is wrong, and ends nothing', async (how) => {
        for (const name of ['stays', 'changes', 'goes', 'z-goes']) await untilState(daemon(), name, 'RUNNING');
        const pids = await runs(daemon());
        daemon().writeConfig(bad);
        if (how === 'SIGHUP') {
          process.kill(daemon().pid, 'SIGHUP');
          await daemon().until('it has told', () => daemon().log().includes('Ignored SIGHUP'));
          expect(daemon().log()).toMatch(/ERRO Ignored SIGHUP: the configuration cannot be used\n/);
          expect(daemon().log()).toMatch(problems);
          expect(daemon().log()).toContain('NOPE');
        } else {
          await expect(daemon().rpc('supervisor.restart')).rejects.toThrow(/^CANT_REREAD: .*program:bad/s);
          const told = await daemon().ctl('reload');
          expect(`${told.stdout}${told.stderr}`).toMatch(/program:bad/);
          expect(told.code).not.toBe(0);
        }
        expect(await runs(daemon())).toEqual(pids);
        expect(await daemon().rpc('supervisor.getState')).toEqual({ statecode: 1, statename: 'RUNNING' });
      });

      test('a file that is gone is refused alike', async () => {
        const pids = await runs(daemon());
        rmSync(daemon().file);
        await expect(reread(daemon())).rejects.toThrow(/^CANT_REREAD/);
        expect(await runs(daemon())).toEqual(pids);
      });

      test('reread keeps what the daemon is: its log, its childlogdir and its name stay', async () => {
        daemon().writeConfig(
          `[supervisord]\nlogfile=%(here)s/other.log\npidfile=%(here)s/other.pid\nidentifier=other\n${before}`,
        );
        await reread(daemon());
        expect(await daemon().rpc('supervisor.readLog', 0, 10)).toMatch(/^\d{4}-/);
        expect(textOf(`${daemon().dir}/other.log`)).toBe('');
        daemon().writeConfig(before);
        await reread(daemon());
      });
    },
  );
});
