import { describe, expect, test } from 'vitest';
import type { TestDaemon } from '../../support/daemon.ts';
import { logLines, program, script, withDaemon } from './support.ts';

const LONGEST_MS = 250;
/** Of the time for which the machine, busy with other tests, let nobody run. */
const LAG_SHARE = 4;

/**
 * Asks again and again while `isOver` is not true; answers how long each answer took, and how long one may take: a
 * timer of our own that rings late says how busy the machine is with others.
 */
async function askWhile(
  daemon: TestDaemon,
  isOver: () => boolean,
): Promise<{ readonly took: number[]; readonly allowed: number }> {
  const took: number[] = [];
  let lag = 0;
  let last = performance.now();
  const clock = setInterval(() => {
    const now = performance.now();
    lag = Math.max(lag, now - last - 5);
    last = now;
  }, 5);
  try {
    while (!isOver()) {
      const askedAt = performance.now();
      await daemon.rpc('supervisor.getState');
      took.push(performance.now() - askedAt);
    }
  } finally {
    clearInterval(clock);
  }
  return { took, allowed: LONGEST_MS + LAG_SHARE * lag };
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
          expect(count(daemon(), /^INFO waiting for cat to stop/)).toBe(round);
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
        const { took, allowed } = await askWhile(daemon(), () => isOver);
        expect(await starting).toHaveLength(300);
        expect(took.length).toBeGreaterThan(10);
        expect(Math.max(...took)).toBeLessThan(allowed);
        await daemon().rpc('supervisor.stopProcessGroup', 'm');
      });

      test('end and are restarted, again and again', async () => {
        await daemon().rpc('supervisor.startProcessGroup', 's');
        const { took, allowed } = await askWhile(daemon(), () => count(daemon(), /^WARN exited: s_/) > 400);
        expect(took.length).toBeGreaterThan(10);
        expect(Math.max(...took)).toBeLessThan(allowed);
        expect(await daemon().rpc('supervisor.stopProcessGroup', 's')).toHaveLength(5);
        expect(daemon().descendants()).toEqual([]);
      });
    },
  );
});
