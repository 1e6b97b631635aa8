import { describe, expect, test } from 'vitest';
import type { TestDaemon } from '../../support/daemon.ts';
import { logLines, program, script, withDaemon } from './support.ts';

/** Generous: the machine may be busy with other tests. */
const LONGEST_MS = 250;

/** Asks again and again while `isOver` is not true; answers how long each answer took. */
async function askWhile(daemon: TestDaemon, isOver: () => boolean): Promise<number[]> {
  const took: number[] = [];
  while (!isOver()) {
    const askedAt = performance.now();
    await daemon.rpc('supervisor.getState');
    took.push(performance.now() - askedAt);
  }
  return took;
}

const count = (daemon: TestDaemon, words: RegExp) => logLines(daemon).filter(({ text }) => words.test(text)).length;

describe('the log of tssupervisord', () => {
  withDaemon(
    'and its answers',
    () => ({ config: program('cat', 'cat', 'startsecs=0') }),
    (daemon) => {
      test('what an answer says is in the log before it is said', async () => {
        for (let round = 1; round <= 50; round += 1) {
          await daemon().rpc('supervisor.stopProcess', 'cat');
          expect(count(daemon(), /^WARN stopped: cat/)).toBe(round);
          await daemon().rpc('supervisor.startProcess', 'cat');
          expect(count(daemon(), /^INFO success: cat/)).toBe(round + 1);
        }
      });
    },
  );
});

describe('control answers all the time', () => {
  const many = program(
    'm',
    'sleep 1000',
    'numprocs=300',
    'process_name=%(program_name)s_%(process_num)03d',
    'autostart=false',
    'stdout_logfile=NONE',
    'stderr_logfile=NONE',
  );
  const storm = script(
    's',
    'exit 1',
    'startsecs=0',
    'autorestart=true',
    'autostart=false',
    'numprocs=5',
    'process_name=%(program_name)s_%(process_num)d',
    'stdout_logfile=NONE',
    'stderr_logfile=NONE',
  );

  withDaemon(
    'while programs',
    () => ({ config: many + storm }),
    (daemon) => {
      test('start, 300 of them', async () => {
        let isOver = false;
        const starting = daemon()
          .rpc('supervisor.startProcessGroup', 'm')
          .then((answer) => {
            isOver = true;
            return answer;
          });
        const took = await askWhile(daemon(), () => isOver);
        expect(await starting).toHaveLength(300);
        expect(took.length).toBeGreaterThan(10);
        expect(Math.max(...took)).toBeLessThan(LONGEST_MS);
        await daemon().rpc('supervisor.stopProcessGroup', 'm');
      });

      test('end and are restarted, again and again', async () => {
        await daemon().rpc('supervisor.startProcessGroup', 's');
        const took = await askWhile(daemon(), () => count(daemon(), /^WARN exited: s_/) > 400);
        expect(took.length).toBeGreaterThan(10);
        expect(Math.max(...took)).toBeLessThan(LONGEST_MS);
        expect(await daemon().rpc('supervisor.stopProcessGroup', 's')).toHaveLength(5);
        expect(daemon().descendants()).toEqual([]);
      });
    },
  );
});
