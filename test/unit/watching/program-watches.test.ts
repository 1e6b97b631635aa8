import { expect, test } from 'vitest';
import type { HandlerContext } from '../../../src/daemon/handlers/context.ts';
import { type Job, Jobs } from '../../../src/daemon/jobs.ts';
import type { loadPart } from '../../../src/daemon/part-loader.ts';
import { ProgramWatches } from '../../../src/daemon/watching/program-watches.ts';
import { loaded } from '../../support/config-files.ts';
import { ManualClock } from '../logs/support/manual-clock.ts';

/** Programs in these states, what their files tell, and what comes of it. */
async function setUp(config: string, states: Readonly<Record<string, string>>) {
  const clock = new ManualClock();
  const jobs = new Jobs();
  const rolled: Job[] = [];
  const orders: string[] = [];
  const lines: string[] = [];
  const watching: { readonly what: string; change(path: string): void; isClosed: boolean }[] = [];
  let groups = loaded(`[supervisord]\n${config}`).groups;
  const context = {
    os: clock,
    log: { info: (text: string) => lines.push(text), debug: () => undefined },
    jobs,
    runtime: {
      supervisor: { mood: 'RUNNING', record: (id: string) => ({ state: { name: states[id] ?? 'RUNNING' } }) },
      process: (id: string, { type }: { readonly type: string }) => orders.push(`${type} ${id}`),
    },
    programs: { activeGroups: () => groups, config: () => undefined },
    rolls: {
      begin(what: string, ids: readonly string[], batch: number) {
        const begun = jobs.begin('roll', what, ids);
        if ('busy' in begun) throw new Error('There is a roll already');
        begun.job.say(`${ids.join(' ')} by ${batch}`);
        rolled.push(begun.job);
      },
    },
  } as unknown as HandlerContext;
  let loads = 0;
  const load = (async () => {
    loads += 1;
    return {
      watchFiles({ patterns, onChange }: { readonly patterns: readonly string[]; onChange(path: string): void }) {
        const one = { what: patterns.join(), change: onChange, isClosed: false };
        watching.push(one);
        return {
          close: () => {
            one.isClosed = true;
          },
        };
      },
    };
  }) as unknown as typeof loadPart;
  const watches = new ProgramWatches(context, load);
  const settle = async () => {
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  watches.changed();
  await settle();
  return {
    orders,
    lines,
    rolled,
    watching,
    settle,
    loads: () => loads,
    armed: () => clock.armed,
    become(next: string) {
      groups = loaded(`[supervisord]\n${next}`).groups;
      watches.changed();
    },
  };
}

const web = '[program:web]\ncommand=web\ndirectory=/srv\nnumprocs=2\nprocess_name=%(process_num)d\nwatch=*.py\n';

test('without watch nothing is loaded, and nothing waits', async () => {
  const daemon = await setUp('[program:web]\ncommand=web\n', {});
  expect([daemon.loads(), daemon.watching, daemon.armed()]).toEqual([0, [], 0]);
});

test('processes that look at the same files are watched once and acted on together', async () => {
  const daemon = await setUp(`${web}[program:other]\ncommand=other\nwatch=*.js\n`, {});
  expect(daemon.watching.map(({ what }) => what).sort()).toEqual(['*.js', '*.py']);
  daemon.watching.find(({ what }) => what === '*.py')?.change('/srv/a.py');
  daemon.watching.find(({ what }) => what === '*.py')?.change('/srv/b.py');
  await daemon.settle();
  expect(daemon.lines).toEqual(['web: a.py and 1 more changed: restart']);
  expect(daemon.orders).toEqual(['restart web:0', 'restart web:1']);
});

test('what waits, has ended or was given up is started, what somebody stopped is not', async () => {
  const daemon = await setUp(web.replace('numprocs=2', 'numprocs=4'), {
    'web:0': 'BACKOFF',
    'web:1': 'EXITED',
    'web:2': 'FATAL',
    'web:3': 'STOPPED',
  });
  daemon.watching[0]?.change('/srv/a.py');
  await daemon.settle();
  // A restart of what does not run is none: the core sees to that.
  expect(daemon.orders).toEqual(['start web:0', 'start web:1', 'start web:2', 'restart web:3']);
});

test('a change while a roll is under way is another roll, once that one is over', async () => {
  const daemon = await setUp(`${web}watch_action=roll\n`, {});
  daemon.watching[0]?.change('/srv/a.py');
  await daemon.settle();
  daemon.watching[0]?.change('/srv/b.py');
  await daemon.settle();
  expect(daemon.rolled.map((job) => job.view().lines[0]?.text)).toEqual(['web:0 web:1 by 1']);
  expect(daemon.lines.at(-1)).toBe('web: waits for the end of roll-1');
  daemon.rolled[0]?.say('still at it');
  daemon.watching[0]?.change('/srv/c.py');
  await daemon.settle();
  expect(daemon.rolled).toHaveLength(1);
  daemon.rolled[0]?.end('failed', 'over');
  await daemon.settle();
  expect(daemon.rolled).toHaveLength(2);
  // Two changes, and one roll for both.
  daemon.rolled[1]?.end('done', 'over');
  await daemon.settle();
  expect(daemon.rolled).toHaveLength(2);
});

test('one that is starting when all are rolled starts anew', async () => {
  const daemon = await setUp(`${web}watch_action=roll\n`, { 'web:1': 'STARTING' });
  daemon.watching[0]?.change('/srv/a.py');
  await daemon.settle();
  expect(daemon.orders).toEqual(['restart web:1']);
  expect(daemon.rolled.map((job) => job.view().lines[0]?.text)).toEqual(['web:0 by 1']);
});

test('an update closes what is not watched any more, and keeps what is', async () => {
  const daemon = await setUp(`${web}[program:other]\ncommand=other\nwatch=*.js\n`, {});
  daemon.become(`${web.replace('*.py', '*.rb')}[program:other]\ncommand=another\nwatch=*.js\n`);
  await daemon.settle();
  expect(daemon.watching.map(({ what, isClosed }) => [what, isClosed]).sort()).toEqual([
    ['*.js', false],
    ['*.py', true],
    ['*.rb', false],
  ]);
});
