import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeKinds, infoOf, program, script, textOf, untilState, withDaemon } from './support.ts';

const leftovers = {
  'old-stdout---supervisor-abc12345.log': false,
  'old-stderr---supervisor-abc12345.log.3': false,
  'old-stdout---other-abc12345.log': true,
  'supervisor-abc12345.log': true,
  'plain.log': true,
} as const;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  for (const name of Object.keys(leftovers)) writeFileSync(join(dir, name), 'old\n');
  return dir;
}

const supervisord =
  '[supervisord]\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nchildlogdir=%(here)s\n';

/** Says what it is told on its stdin. */
const echo = (name: string, ...settings: string[]) => program(name, 'cat', 'startsecs=0', ...settings);

const config = [
  supervisord,
  'loglevel=debug\nstrip_ansi=true\n\n',
  echo('auto'),
  echo('none', 'stdout_logfile=NONE', 'stderr_logfile=NONE'),
  echo('file', 'stdout_logfile=%(here)s/file.log'),
  echo('stopped', 'stdout_logfile=%(here)s/stopped.log', 'autostart=false'),
  script(
    'twins',
    'echo twin $SUPERVISOR_PROCESS_NAME; exec cat',
    'startsecs=0',
    'numprocs=2',
    'process_name=%(program_name)s_%(process_num)d',
    'stdout_logfile=%(here)s/twins.log',
  ),
  script(
    'device',
    'echo to the device; exec cat',
    'startsecs=0',
    'stdout_logfile=/dev/stdout',
    'stdout_logfile_maxbytes=0',
  ),
  script(
    'rotates',
    'i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; exec cat',
    'startsecs=0',
    'stdout_logfile=%(here)s/rotates.log',
    'stdout_logfile_maxbytes=10KB',
    'stdout_logfile_backups=40',
  ),
  script('colours', "printf 'a\\033[1mbold\\033[0m z\\n'; printf '\\210\\n' >&2; exec cat", 'startsecs=0'),
].join('');

describeKinds('the logs of programs under {kind}', (kind, isOurs) => {
  withDaemon(
    'while it runs',
    () => ({ kind, dir: folder(), config }),
    (daemon) => {
      const at = (name: string) => join(daemon().dir, name);
      const send = (name: string, text: string) => daemon().rpc('supervisor.sendProcessStdin', name, text);
      const untilText = (path: string, text: string) =>
        daemon().until(`${path} has ${JSON.stringify(text)}`, () => textOf(path) === text);

      test('automatic logs of an earlier life are deleted at the start, and nothing else is', () => {
        for (const [name, stays] of Object.entries(leftovers))
          expect([name, existsSync(at(name))]).toEqual([name, stays]);
      });

      test('an automatic log has Supervisor’s name, is its owner’s, and stays over a restart', async () => {
        await untilState(daemon(), 'auto', 'RUNNING');
        const { stdout_logfile, stderr_logfile } = await infoOf(daemon(), 'auto');
        expect(stdout_logfile).toMatch(/\/auto-stdout---supervisor-[A-Za-z0-9_]{8}\.log$/);
        expect(stderr_logfile).toMatch(/\/auto-stderr---supervisor-[A-Za-z0-9_]{8}\.log$/);
        expect(statSync(stdout_logfile).mode & 0o777).toBe(0o600);
        await send('auto', 'one\n');
        await untilText(stdout_logfile, 'one\n');
        await daemon().rpc('supervisor.stopProcess', 'auto');
        await daemon().rpc('supervisor.startProcess', 'auto');
        await send('auto', 'two\n');
        await untilText(stdout_logfile, 'one\ntwo\n');
        expect((await infoOf(daemon(), 'auto')).stdout_logfile).toBe(stdout_logfile);
        expect(readdirSync(daemon().dir).filter((name) => name.startsWith('auto-'))).toHaveLength(2);
      });

      test('NONE is no file', async () => {
        expect(await infoOf(daemon(), 'none')).toMatchObject({ stdout_logfile: '', stderr_logfile: '' });
        expect(readdirSync(daemon().dir).filter((name) => name.startsWith('none'))).toEqual([]);
      });

      test('two processes may have one log', async () => {
        await daemon().until('both have written', () => textOf(at('twins.log')).split('\n').length > 2);
        expect(textOf(at('twins.log')).split('\n').sort()).toEqual(['', 'twin twins_0', 'twin twins_1']);
      });

      test('/dev/stdout is the daemon’s own', async () => {
        await daemon().until('it is there', () => daemon().log().includes('\nto the device\n'));
      });

      test('rotation under load loses no line and keeps the order', async () => {
        const files = () =>
          readdirSync(daemon().dir)
            .filter((name) => /^rotates\.log(\.\d+)?$/.test(name))
            .sort((a, b) => Number(b.split('.')[2] ?? 0) - Number(a.split('.')[2] ?? 0));
        const text = () =>
          files()
            .map((name) => textOf(at(name)))
            .join('');
        const expected = Array.from({ length: 20_000 }, (_, line) => `line ${line}\n`).join('');
        await daemon().until('the last line is there', () => text().endsWith('line 19999\n'));
        expect(files().length).toBeGreaterThan(2);
        expect(text() === expected).toBe(true);
      });

      test('USR2 opens the files that have been renamed away again', async () => {
        await send('file', 'one\n');
        await untilText(at('file.log'), 'one\n');
        renameSync(at('file.log'), at('file.log.old'));
        renameSync(at('supervisord.log'), at('supervisord.old'));
        process.kill(daemon().pid, 'SIGUSR2');
        await daemon().until('the log is there', () => existsSync(at('file.log')) && existsSync(at('supervisord.log')));
        await send('file', 'two\n');
        await untilText(at('file.log'), 'two\n');
        expect(textOf(at('file.log.old'))).toBe('one\n');
        expect(textOf(at('supervisord.old'))).toMatch(
          /INFO received SIGUSR2 indicating log reopen request\n.* INFO supervisord logreopen\n$/,
        );
      });

      test('a cleared log starts afresh and goes on', async () => {
        await untilState(daemon(), 'file', 'RUNNING');
        expect(await daemon().rpc('supervisor.clearProcessLogs', 'file')).toBe(true);
        expect(textOf(at('file.log'))).toBe('');
        await send('file', 'three\n');
        await untilText(at('file.log'), 'three\n');
        writeFileSync(at('stopped.log'), 'of an earlier life\n');
        expect(await daemon().rpc('supervisor.clearProcessLogs', 'stopped')).toBe(true);
        // Supervisor leaves the log of a stopped program as it is; ours does what is asked.
        expect(textOf(at('stopped.log'))).toBe(isOurs ? '' : 'of an earlier life\n');
      });

      test('strip_ansi takes escapes out, and at debug the daemon’s log has the output', async () => {
        const { stdout_logfile, stderr_logfile } = await infoOf(daemon(), 'colours');
        await untilText(stdout_logfile, 'abold z\n');
        await daemon().until('it is in the log', () => /DEBG 'colours' stdout output:\nabold z\n/.test(daemon().log()));
        expect(readFileSync(stderr_logfile)).toEqual(Buffer.from([0x88, 0x0a]));
        expect(daemon().log()).toMatch(/DEBG 'colours' stderr output:\nUndecodable: b'\\x88\\n'\n/);
        // SIGCHLD is told where a child has ended.
        await daemon().rpc('supervisor.stopProcess', 'colours');
        await daemon().until('SIGCHLD is told', () =>
          daemon().log().includes('DEBG received SIGCHLD indicating a child quit'),
        );
      });
    },
  );
});

describe('a log that takes nothing', () => {
  const full = script(
    'writer',
    'i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; echo written >&2; exec cat',
    'startsecs=0',
    'stdout_logfile=/dev/full',
    'stdout_logfile_maxbytes=0',
    'stderr_logfile=%(here)s/writer.err',
  );
  withDaemon(
    'under tssupervisord',
    () => ({ config: full + echo('other', 'stdout_logfile=%(here)s/other.log') }),
    (daemon) => {
      test('holds up neither its program nor another, and is told once', async () => {
        await daemon().until(
          'the program has written all',
          () => textOf(join(daemon().dir, 'writer.err')) === 'written\n',
        );
        expect((await infoOf(daemon(), 'writer')).statename).toBe('RUNNING');
        await daemon().rpc('supervisor.sendProcessStdin', 'other', 'still here\n');
        await daemon().until('the other is logged', () => textOf(join(daemon().dir, 'other.log')) === 'still here\n');
        const told = daemon()
          .log()
          .split('\n')
          .filter((line) => line.includes('/dev/full'));
        expect(told).toHaveLength(1);
        expect(told[0]).toMatch(/ WARN .*ENOSPC/);
      });
    },
  );
});
