import { lstatSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { infoOf, script, textOf, untilState, withDaemon } from './support.ts';

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

const config = [
  // Both streams, a line that comes in parts, a line end of another system, bytes that are no text, and no last one.
  script(
    'web',
    String.raw`printf 'one\r\ntw'; printf 'bad \377\n' >&2; sleep 0.1; printf 'o\nend'; cat >&2`,
    'numprocs=2',
    'process_name=%(program_name)s_%(process_num)02d',
    'stdout_logfile=%(here)s/%(program_name)s_%(process_num)02d.out',
    'stdout_log_format=timestamp',
    'stderr_logfile=%(here)s/%(program_name)s_%(process_num)02d.err',
    'stderr_log_format=json',
  ),
  script(
    'one-log',
    'i=0; while [ $i -lt 1500 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; cat',
    'redirect_stderr=true',
    'stdout_logfile=%(here)s/one.log',
    'stdout_logfile_maxbytes=10KB',
    'stdout_logfile_backups=20',
    'stdout_log_format=json',
  ),
  script('raw', String.raw`printf 'a\r\nb\377'; cat`, 'stdout_logfile=stdout', 'stdout_log_format=raw'),
  script(
    'linked',
    'echo out of the container; cat',
    'stdout_logfile=%(here)s/access.log',
    'stdout_log_format=timestamp',
  ),
].join('');

describe('the formats of logs', () => {
  withDaemon(
    'under tssupervisord',
    () => {
      const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
      symlinkSync('/dev/stdout', join(dir, 'access.log'));
      return { dir, config };
    },
    (daemon) => {
      const at = (name: string) => join(daemon().dir, name);
      const records = (text: string) =>
        text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));

      test('timestamp puts the time before each line, and json makes an object of it', async () => {
        await untilState(daemon(), 'web:web_01', 'RUNNING');
        const { pid } = await infoOf(daemon(), 'web:web_01');
        await daemon().rpc('supervisor.sendProcessStdin', 'web:web_01', 'a "word"\nhalf');
        await daemon().until('the line is there', () => textOf(at('web_01.err')).includes('word'));
        await daemon().until('the parts are one line', () => /two\n$/.test(textOf(at('web_01.out'))));
        await daemon().rpc('supervisor.stopProcess', 'web:web_01');
        expect(textOf(at('web_01.out'))).toMatch(new RegExp(`^${time} one\n${time} two\n${time} end\n$`));
        const [bad, word, half] = records(textOf(at('web_01.err')));
        expect(bad).toEqual({
          time: expect.stringMatching(new RegExp(`^${time}$`)),
          program: 'web',
          process: 'web_01',
          stream: 'stderr',
          pid,
          message: 'bad \ufffd',
        });
        expect([word.message, half.message]).toEqual(['a "word"', 'half']);
        const shown = await daemon().rpc('supervisor.tailProcessStdoutLog', 'web:web_01', 0, 1000);
        expect(shown).toEqual([textOf(at('web_01.out')), expect.any(Number), false]);
      });

      test('a log that rotates is cut between two records, and both streams may be in it', async () => {
        const files = () =>
          readdirSync(daemon().dir)
            .filter((name) => /^one\.log/.test(name))
            .sort((a, b) => Number(b.split('.')[2] ?? 0) - Number(a.split('.')[2] ?? 0));
        await daemon().until(
          'all is there',
          () =>
            records(
              files()
                .map((name) => textOf(at(name)))
                .join(''),
            ).length === 3000,
        );
        expect(files().length).toBeGreaterThan(3);
        const messages = files().flatMap((name) => (textOf(at(name)) === '' ? [] : records(textOf(at(name)))));
        expect(messages.map(({ message }) => message)).toEqual(
          Array.from({ length: 3000 }, (_, index) => `${index % 2 === 0 ? 'out' : 'err'} ${Math.floor(index / 2)}`),
        );
      });

      test('raw is as it was written, and stdout is the name of a file', async () => {
        await daemon().until('it is there', () => textOf(at('stdout')) === 'a\r\nb\ufffd');
      });

      test('a log that is a link to /dev/stdout is the daemon’s own, and stays a link', async () => {
        const line = new RegExp(`^${time} out of the container$`, 'm');
        await daemon().until('it is there', () => line.test(daemon().log()));
        expect(await daemon().rpc('supervisor.clearProcessLogs', 'linked')).toBe(true);
        expect(lstatSync(at('access.log')).isSymbolicLink()).toBe(true);
        expect(daemon().log()).toMatch(line);
      });
    },
  );
});
