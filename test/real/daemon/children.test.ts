import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import type { TestDaemon } from '../../support/daemon.ts';
import {
  describeKinds,
  infoOf,
  linesOf,
  logLines,
  program,
  script,
  textOf,
  untilState,
  withDaemon,
} from './support.ts';

const isRoot = process.getuid?.() === 0;
const MiB = 1024 * 1024;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin', 'only-in-path'), '#!/bin/sh\necho found in PATH\nexec cat\n', { mode: 0o755 });
  return dir;
}

/** A test of what only our daemon promises. */
const onlyOf = (isOurs: boolean) => (isOurs ? test : () => undefined);

const config = (kind: string) =>
  [
    `[supervisord]\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nchildlogdir=%(here)s\n`,
    `environment=FROM_DAEMON_SECTION=section,OVERRIDDEN=section,SUPERVISOR_GROUP_NAME=renamed\n\n`,
    program('cat', 'cat', 'startsecs=0'),
    script('reopens', 'echo one > /dev/stdout; echo two > /proc/self/fd/1; echo three > /dev/stderr; exec cat'),
    script(
      'environment',
      "tr '\\\\0' '\\\\n' < /proc/self/environ; exec cat",
      `environment=OVERRIDDEN=program,PERCENT="100%%",KIND="${kind}",SUPERVISOR_PROCESS_NAME=mine`,
    ),
    program('in-path', 'only-in-path --x', 'environment=PATH="%(here)s/bin:/usr/bin:/bin"'),
    script('place', 'umask; pwd; exec cat', 'umask=027', 'directory=%(here)s/bin'),
    script('signals', 'grep Sig /proc/self/status; exec cat'),
    script('descriptors', "ls -l /proc/self/fd | grep -o '[0-9]* -> .*'; exec cat"),
    script(
      'reads-late',
      'until [ -e go ]; do sleep 0.05; done; head -c 1048576 | cksum; exec cat',
      'directory=%(here)s',
    ),
    program('never-reads', 'sleep 1000', 'startsecs=0'),
    script('closes', 'exec <&-; echo closed; exec sleep 1000', 'startsecs=0'),
    script('both', 'echo out; echo err >&2; exec cat', 'redirect_stderr=true', 'startsecs=0'),
    isRoot ? script('nobody', 'id; exec cat', 'user=nobody') : '',
    isRoot ? script('member', 'id; exec cat', 'user=games') : '',
  ].join('');

describeKinds('what a child gets from {kind}', (kind, isOurs) => {
  withDaemon(
    'its surroundings',
    () => ({
      kind,
      dir: folder(),
      config: config(kind.name),
      env: { INHERITED: '50% of %(here)s', OVERRIDDEN: 'daemon' },
    }),
    (daemon) => {
      const said = (name: string, isEnough: (text: string) => boolean, channel: 'stdout' | 'stderr' = 'stdout') =>
        daemon().until(`${name} has said enough`, async () => {
          const text = textOf((await infoOf(daemon(), name))[`${channel}_logfile`]);
          return isEnough(text) && text;
        });

      test('it is a direct child, leads its own process group and is in the session of the daemon', async () => {
        const { pid } = await untilState(daemon(), 'cat', 'RUNNING');
        const fields = (of: number) => {
          const stat = readFileSync(`/proc/${of}/stat`, 'latin1');
          const [, parent, group, session] = stat
            .slice(stat.lastIndexOf(')') + 2)
            .split(' ')
            .map(Number);
          return { parent, group, session };
        };
        const { session } = fields(daemon().pid);
        expect(fields(pid)).toEqual({ parent: daemon().pid, group: pid, session });
      });

      test('its descriptors are real pipes, and no other is open', async () => {
        const { pid } = await untilState(daemon(), 'cat', 'RUNNING');
        for (const fd of [0, 1, 2]) expect(readlinkSync(`/proc/${pid}/fd/${fd}`)).toMatch(/^pipe:/);
        expect((await runCommand(['ls', `/proc/${pid}/fd`])).stdout).toBe('0\n1\n2\n');
      });

      test('/dev/stdout, /dev/stderr and /proc/self/fd/1 can be opened again', async () => {
        expect(await said('reopens', (text) => text.includes('two'))).toBe('one\ntwo\n');
        expect(await said('reopens', (text) => text !== '', 'stderr')).toBe('three\n');
      });

      test('redirect_stderr puts stderr into the log of stdout, in order', async () => {
        expect(await said('both', (text) => text.includes('err'))).toBe('out\nerr\n');
        expect((await infoOf(daemon(), 'both')).stderr_logfile).toBe('');
      });

      test('its environment is the daemon’s, SUPERVISOR_*, [supervisord] and its own, later ones winning', async () => {
        const text = await said('environment', (all) => all.includes('PERCENT'));
        expect(text.split('\n')).toEqual(
          expect.arrayContaining([
            'INHERITED=50% of %(here)s',
            'SUPERVISOR_ENABLED=1',
            `SUPERVISOR_SERVER_URL=unix://${daemon().dir}/supervisor.sock`,
            'SUPERVISOR_PROCESS_NAME=mine',
            'SUPERVISOR_GROUP_NAME=renamed',
            'FROM_DAEMON_SECTION=section',
            'OVERRIDDEN=program',
            'PERCENT=100%',
          ]),
        );
        const names = text.split('\n').map((line) => line.split('=')[0]);
        expect(names.length).toBe(new Set(names).size);
        const marker = text.split('\n').filter((line) => line.startsWith('TSSUPERVISOR_CHILD='));
        expect(marker).toEqual(
          isOurs ? [`TSSUPERVISOR_CHILD=environment:environment@${daemon().dir}/supervisord.pid`] : [],
        );
      });

      test('its command is looked for in the PATH of its own environment', async () => {
        expect(await said('in-path', (text) => text !== '')).toBe('found in PATH\n');
        const { pid } = await infoOf(daemon(), 'in-path');
        await daemon().until(
          'it is the script or its cat',
          () => readFileSync(`/proc/${pid}/cmdline`, 'latin1') !== '',
        );
      });

      test('umask and directory are its own', async () => {
        expect(await said('place', (text) => text.split('\n').length > 2)).toBe(`0027\n${daemon().dir}/bin\n`);
      });

      test('no signal is blocked, caught or (but for two of Supervisor’s) ignored', async () => {
        const text = await said('signals', (all) => all.includes('SigCgt'));
        const mask = (name: string) => BigInt(`0x${new RegExp(`${name}:\\s*(\\S+)`).exec(text)?.[1]}`);
        expect(mask('SigBlk')).toBe(0n);
        const pipeAndFileSize = (1n << 12n) | (1n << 24n);
        expect(mask('SigIgn')).toBe(isOurs ? 0n : pipeAndFileSize);
      });

      test('what is sent to its stdin arrives, the pipe stays open, and text is UTF-8', async () => {
        await untilState(daemon(), 'cat', 'RUNNING');
        const { stdout_logfile } = await infoOf(daemon(), 'cat');
        for (const words of ['first\n', 'zweite Zeile: äöü €\n']) {
          expect(await daemon().rpc('supervisor.sendProcessStdin', 'cat', words)).toBe(true);
          await daemon().until('it comes back', () => textOf(stdout_logfile).endsWith(words));
        }
        expect(textOf(stdout_logfile)).toBe('first\nzweite Zeile: äöü €\n');
      });

      test('a stdin that the program has closed is refused', async () => {
        await said('closes', (text) => text === 'closed\n');
        // The daemon learns of it by writing.
        await daemon().until('it is refused', () =>
          daemon()
            .rpc('supervisor.sendProcessStdin', 'closes', 'x')
            .then(
              () => false,
              (error) => String(error).includes('NO_FILE: closes'),
            ),
        );
      });

      onlyOf(isOurs)('1 MB reaches a program that reads late', async () => {
        await untilState(daemon(), 'reads-late', 'RUNNING');
        const piece = 'x'.repeat(MiB / 4);
        for (let sent = 0; sent < 4; sent += 1) {
          expect(await daemon().rpc('supervisor.sendProcessStdin', 'reads-late', piece)).toBe(true);
        }
        writeFileSync(join(daemon().dir, 'go'), '');
        const expected = await runCommand(['cksum'], { input: piece.repeat(4) });
        expect(await said('reads-late', (text) => text !== '')).toBe(expected.stdout);
      });

      onlyOf(isOurs)(
        'what a program never reads is refused in the end, and only that program is concerned',
        async () => {
          const piece = 'x'.repeat(MiB - 1);
          const sent: unknown[] = [];
          for (let call = 0; call < 8; call += 1) {
            sent.push(await daemon().rpc('supervisor.sendProcessStdin', 'never-reads', piece).catch(String));
          }
          expect(sent[0]).toBe(true);
          expect(sent.at(-1)).toContain('NO_FILE: never-reads');
          expect((await infoOf(daemon(), 'never-reads')).statename).toBe('RUNNING');
          expect(await daemon().rpc('supervisor.stopProcess', 'never-reads')).toBe(true);
        },
      );

      test.runIf(isRoot)('user= gives the user, the group and the supplementary groups', async () => {
        for (const [program, user] of [
          ['nobody', 'nobody'],
          ['member', 'games'],
        ] as const) {
          const id = (await runCommand(['id', user])).stdout;
          expect(await said(program, (text) => text.endsWith('\n'))).toBe(id);
        }
      });
    },
  );
});

describe('500 processes whose parents have gone', () => {
  const orphans = script(
    'o',
    'for i in 1 2 3 4 5 6 7 8 9 10; do (sleep 0.3 &); done; exit 7',
    'startsecs=0',
    'autorestart=false',
    'numprocs=50',
    'process_name=%(program_name)s_%(process_num)02d',
    'exitcodes=7',
  );
  withDaemon(
    'under tssupervisord',
    () => ({ config: orphans }),
    (daemon) => {
      test('are reaped, and none is taken for a program', async () => {
        await daemon().until('all orphans are reaped', () => reaped(daemon()) === 500);
        for (let number = 0; number < 50; number += 1) {
          const name = `o_${String(number).padStart(2, '0')}`;
          expect(await untilState(daemon(), `o:${name}`, 'EXITED')).toMatchObject({ exitstatus: 7 });
          expect(linesOf(daemon(), name).filter((line) => line.includes('exited'))).toEqual([
            `INFO exited: ${name} (exit status 7; expected)`,
          ]);
        }
        expect(daemon().descendants()).toEqual([]);
      });
    },
  );
});

const reaped = (daemon: TestDaemon) =>
  logLines(daemon).filter(({ text }) => /^INFO reaped unknown pid N [(]exit status 0[)]$/.test(text)).length;

describe('300 programs that end at once', () => {
  const name = (number: number) => `q_${String(number).padStart(3, '0')}`;
  const quick = script(
    'q',
    'exit 5',
    'startsecs=0',
    'autorestart=false',
    'numprocs=300',
    'process_name=%(program_name)s_%(process_num)03d',
    'stdout_logfile=NONE',
    'stderr_logfile=NONE',
  );
  withDaemon(
    'under tssupervisord',
    () => ({ config: quick }),
    (daemon) => {
      test('each has one exit, with its own code, and none is left', async () => {
        const exits = () =>
          logLines(daemon()).flatMap(
            ({ text }) => /exited: (q_\d+) \(exit status 5; not expected\)/.exec(text)?.[1] ?? [],
          );
        await daemon().until('all have ended', () => exits().length >= 300);
        expect(exits().sort()).toEqual(Array.from({ length: 300 }, (_, number) => name(number)));
        // startsecs=0 counts as RUNNING at once, however short the life.
        expect(logLines(daemon()).filter(({ text }) => text.startsWith('INFO success: q_'))).toHaveLength(300);
        expect((await infoOf(daemon(), `q:${name(299)}`)).exitstatus).toBe(5);
        expect(daemon().descendants()).toEqual([]);
      });
    },
  );
});
