/** Patterns for names, and many names at a time, with our control command and both kinds of daemon. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CountingProxy } from '../../support/counting-proxy.ts';
import { ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { describeKinds, program, untilState, withDaemon } from '../daemon/support.ts';

const workers = program(
  'work',
  'cat',
  'startsecs=0',
  'numprocs=100',
  'process_name=work_%(process_num)02d',
  'autostart=false',
);
const config = [
  program('web', 'cat', 'startsecs=0', 'numprocs=3', 'process_name=web_%(process_num)d', 'tags=blue'),
  program('website', 'cat', 'startsecs=0', 'tags=blue,green'),
  program('bad', 'false', 'startretries=0'),
  workers,
].join('');

const tell = async (daemon: TestDaemon, ...args: string[]) => {
  const { stdout, stderr, code } = await daemon.ctlOf(ours, ...args);
  expect(stderr).toBe('');
  return {
    lines: stdout
      .trimEnd()
      .replace(/^(\S+) {2,}([A-Z]+) .*$/gm, '$1 $2')
      .split('\n'),
    code,
  };
};

describeKinds('names on the command line, to {kind}', (kind, isOurs) => {
  withDaemon(
    'with many programs',
    () => ({ kind, config }),
    (daemon) => {
      test('a glob is all that fit, one group at a time', async () => {
        expect(await tell(daemon(), 'status', 'web*')).toEqual({
          lines: ['web:web_0 RUNNING', 'web:web_1 RUNNING', 'web:web_2 RUNNING', 'website RUNNING'],
          code: 0,
        });
        const stopped = await tell(daemon(), 'stop', 'web:web_[0-1]', 'websit?');
        expect(stopped).toEqual({ lines: ['web:web_0: stopped', 'web:web_1: stopped', 'website: stopped'], code: 0 });
        const started = await tell(daemon(), 'start', '*:web*');
        expect(started.code).toBe(0);
        // What runs of a group that is started whole is not told of, as ever.
        expect(started.lines.toSorted()).toEqual(['web:web_0: started', 'web:web_1: started', 'website: started']);
      });

      test('a state is all that are in it', async () => {
        await untilState(daemon(), 'bad', 'FATAL');
        expect(await tell(daemon(), 'status', 'state=FATAL,BACKOFF')).toEqual({ lines: ['bad FATAL'], code: 3 });
        expect((await tell(daemon(), 'restart', 'state=fatal')).lines).toEqual([
          'bad: ERROR (not running)',
          'bad: ERROR (spawn error)',
        ]);
      });

      test('a pattern that stands for nothing is no such process, and an error', async () => {
        expect(await tell(daemon(), 'stop', 'zz*')).toEqual({ lines: ['zz*: ERROR (no such process)'], code: 1 });
        expect(await tell(daemon(), 'status', 'zz*')).toEqual({ lines: ['zz*: ERROR (no such process)'], code: 4 });
        expect(await tell(daemon(), 'start', 'state=BACKOFF')).toMatchObject({ code: 1 });
        expect(await tell(daemon(), 'tail', 'web*')).toEqual({
          lines: ['web*: ERROR (stands for 4 processes, not for one)'],
          code: 1,
        });
      });

      test(isOurs ? 'a tag is all that have it' : 'a tag is nothing that Supervisor knows', async () => {
        if (!isOurs) {
          expect(await tell(daemon(), 'restart', '@blue')).toEqual({
            lines: ['ERROR: this daemon knows no tags: it is Supervisor, or an older tssupervisord'],
            code: 1,
          });
          return;
        }
        const { lines } = await tell(daemon(), 'status', '@blue');
        expect(lines).toEqual(['web:web_0 RUNNING', 'web:web_1 RUNNING', 'web:web_2 RUNNING', 'website RUNNING']);
        expect((await tell(daemon(), 'status', '@green')).lines).toEqual(['website RUNNING']);
        expect(await tell(daemon(), 'clear', '@red')).toEqual({ lines: ['@red: ERROR (no such process)'], code: 1 });
      });

      test('a hundred names are not a hundred requests', async () => {
        const socket = join(daemon().dir, 'counted.sock');
        await using proxy = await CountingProxy.open(socket, daemon().socket);
        const counted = (...args: string[]) => tell(daemon(), '-s', `unix://${socket}`, ...args);
        const names = Array.from({ length: 100 }, (_, at) => `work:work_${String(at).padStart(2, '0')}`);
        names[50] = 'nobody';
        const told = (text: string) =>
          names.map((name) => `${name}: ${name === 'nobody' ? 'ERROR (no such process)' : text}`);
        for (const [verb = '', ...words] of [['clear'], ['signal', 'USR1'], ['pid']]) {
          proxy.methods.length = 0;
          const { lines, code } = await counted(verb, ...words, ...names);
          if (verb === 'clear') expect(lines).toEqual(told('cleared'));
          if (verb === 'signal') expect(lines).toEqual(told('ERROR (not running)'));
          if (verb === 'pid')
            expect(lines).toEqual(names.map((name) => (name === 'nobody' ? 'No such process nobody' : '0')));
          expect(code).toBe(verb === 'clear' ? 1 : 7);
          expect(proxy.methods.length).toBeLessThanOrEqual(40);
          expect(proxy.methods).toContain('system.multicall');
        }
        // One name goes as it always did.
        proxy.methods.length = 0;
        await counted('clear', 'website');
        expect(proxy.methods).toEqual(['supervisor.getVersion', 'supervisor.clearProcessLogs']);
      });
    },
  );
});

test('a process that is named with a star is that process, and no pattern', async () => {
  await using daemon = await startDaemon({
    config: program('w*', 'cat', 'startsecs=0') + program('web', 'cat', 'startsecs=0'),
  });
  expect((await tell(daemon, 'status', 'w*')).lines).toEqual(['w* RUNNING']);
  expect((await tell(daemon, 'status', 'w?')).lines).toEqual(['w* RUNNING']);
  expect((await tell(daemon, 'stop', 'w*')).lines).toEqual(['w*: stopped']);
  expect((await tell(daemon, 'status')).lines).toEqual(['w* STOPPED', 'web RUNNING']);
});
