/** `reload NAME`: programs take in what has changed for them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ours } from '../../support/daemon.ts';
import { infoOf, program, script, textOf, untilState, withDaemon } from './support.ts';

const numbered = 'process_name=%(program_name)s_%(process_num)d';

withDaemon(
  'reload of tssupervisord',
  () => ({
    kind: ours,
    config: [
      script(
        'hup',
        "trap 'echo got HUP >> hup.out' HUP; echo up > hup.up; while :; do sleep 0.1; done",
        'reload=signal HUP',
      ),
      program(
        'asked',
        'sleep 600',
        'startsecs=0',
        `reload=command sh -c 'echo "$MAINPID $WHO $PWD" > asked.out; test ! -e broken || { echo no luck; exit 3; }'`,
        'environment=WHO="me"',
      ),
      program('rolled', 'sleep 600', 'startsecs=0', numbered, 'numprocs=2', 'reload=roll'),
      program('single', 'sleep 600', 'startsecs=0', 'reload=roll'),
      program('mute', 'sleep 600', 'startsecs=0'),
      program('off', 'sleep 600', 'autostart=false', 'reload=signal HUP'),
    ]
      .join('')
      .replaceAll('\n\n', '\ndirectory=%(here)s\n\n'),
  }),
  (daemon) => {
    const reload = async (...names: string[]) => {
      const { stdout, stderr, code } = await daemon().ctl('reload', ...names);
      return [`${stdout}${stderr}`.trimEnd().split('\n'), code];
    };
    const pidOf = async (name: string) => (await untilState(daemon(), name, 'RUNNING')).pid;

    test('signal, command and roll: each in the way that its file says', async () => {
      const [hup, asked, first] = [await pidOf('hup'), await pidOf('asked'), await pidOf('rolled:rolled_0')];
      await daemon().until('it takes signals', () => textOf(join(daemon().dir, 'hup.up')) !== '');
      expect(await reload('hup', 'asked', 'rolled:*')).toEqual([
        [
          'hup: sent SIGHUP',
          'asked: reloaded',
          'rolling 2 of rolled, 1 at a time',
          ...[0, 1].flatMap((number) =>
            ['stopping', 'starting', 'done'].map((phase) => `rolled:rolled_${number}: ${phase}`),
          ),
          'done: all 2 run anew',
        ],
        0,
      ]);
      await daemon().until('it got the signal', () => textOf(join(daemon().dir, 'hup.out')) === 'got HUP\n');
      expect([await pidOf('hup'), await pidOf('asked')]).toEqual([hup, asked]);
      expect(await pidOf('rolled:rolled_0')).not.toBe(first);
    });

    test('a command runs as its program does and knows its pid, and its failure is told', async () => {
      const pid = await pidOf('asked');
      expect(textOf(join(daemon().dir, 'asked.out'))).toBe(`${pid} me ${daemon().dir}\n`);
      writeFileSync(join(daemon().dir, 'broken'), '');
      const [lines, code] = (await reload('asked')) as [string[], number];
      expect(lines[0]).toMatch(/^asked: ERROR \(sh -c .* exited with status 3: "no luck"\)$/);
      expect(code).toBe(1);
    });

    test("an unknown name is Supervisor's mistake, and nothing is reloaded", async () => {
      const before = daemon().log();
      const [lines, code] = (await reload('hup', 'nobody')) as [string[], number];
      expect([lines[0], code]).toEqual(['Error: reload accepts no arguments', 1]);
      expect(daemon().log()).toBe(before);
    });

    test.each([
      ['off', 'off: ERROR (not running)'],
      [
        'mute',
        'mute: ERROR (nothing says how to reload it: write reload=signal HUP, reload=command ... or reload=roll into [program:mute])',
      ],
      ['single', 'single: ERROR (only one process runs: while it restarts nobody answers; roll --force does it)'],
    ])('reload %s says why not', async (name, line) => {
      expect(await reload(name)).toEqual([[line], 1]);
    });

    test('another way to reload restarts nothing', async () => {
      const pid = await pidOf('mute');
      daemon().writeConfig(program('mute', 'sleep 600', 'startsecs=0', 'directory=%(here)s', 'reload=signal USR1'));
      await daemon().ctl('update', 'mute');
      expect((await infoOf(daemon(), 'mute')).pid).toBe(pid);
      expect(await reload('mute')).toEqual([['mute: sent SIGUSR1'], 0]);
    });
  },
);
