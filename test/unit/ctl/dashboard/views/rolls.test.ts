import { expect, test } from 'vitest';
import { type RollsData, rollsRows } from '../../../../../src/ctl/dashboard/views/rolls.ts';
import { viewText, wordsOf } from '../../../../support/view-text.ts';

const now = 1_700_000_060_000;
const said = (...lines: [ago: number, text: string][]) => lines.map(([ago, text]) => ({ at: now / 1000 - ago, text }));
const program = (at: number, statename: string, why = '') => ({ group: 'web', name: `web_0${at}`, statename, why });
const server = (at: number, state: string) => {
  return { name: `web:web_0${at}`, address: `127.0.0.1:200${at}`, state, since: 0, why: '' };
};
const upstream = (...servers: ReturnType<typeof server>[]) => [
  { name: 'web', driver: 'nginx', target: '', error: '', servers },
];

const draining: RollsData = {
  jobs: [
    { id: 'scale-1', what: 'scale web=4', state: 'done', lines: said([50, 'web:web_03: started'], [48, 'done']) },
    {
      id: 'roll-2',
      what: 'web:*',
      state: 'running',
      lines: said(
        [20, 'rolling 4 of web:*, 1 at a time'],
        [20, 'web:web_00: stopping (out of its upstream first)'],
        [15, 'web:web_00: starting (until it is ready)'],
        [12, 'web:web_00: joining its upstream'],
        [11, 'web:web_00: done'],
        [11, 'web:web_01: stopping (out of its upstream first)'],
      ),
    },
  ],
  programs: [
    program(0, 'RUNNING'),
    program(1, 'RUNNING', 'leaving upstream web, at most 5 s'),
    program(2, 'RUNNING'),
    program(10, 'RUNNING'),
  ],
  upstreams: upstream(server(0, 'in'), server(1, 'draining'), server(2, 'in'), server(10, 'in')),
};

test('each process of a roll is where it is on its path, with how long and what it waits for', () => {
  expect(viewText(rollsRows(draining, { now, width: 140 }), 140)).toMatchInlineSnapshot(`
    "
    roll-2 web:* running 20 s  1 of 4 done  █████░░░░░░░░░░░░░░░
      web:web_00   serving › leaving › draining › stopping › starting › ready › [in]       9 s
      web:web_01   serving › leaving › [draining] › stopping › starting › ready › in      11 s  leaving upstream web, at most 5 s
      web:web_02   [serving] › leaving › draining › stopping › starting › ready › in            waits for its turn
      web:web_010  [serving] › leaving › draining › stopping › starting › ready › in            waits for its turn
    scale-1 scale web=4 done 2 s  done
    "
  `);
});

test('on a narrow screen the path is a number and a word', () => {
  expect(viewText(rollsRows(draining, { now, width: 60, isUnicode: false }), 60)).toMatchInlineSnapshot(`
    "
    roll-2 web:* running 20 s  1 of 4 done  #####...............
      web:web_00   7/7 in             9 s
      web:web_01   3/7 draining      11 s  leaving upstream web…
      web:web_02   1/7 serving             waits for its turn
      web:web_010  1/7 serving             waits for its turn
    scale-1 scale web=4 done 2 s  done
    "
  `);
});

test.each([
  ['leaving', 'stopping', program(1, 'RUNNING'), 'in'],
  ['draining', 'stopping', program(1, 'RUNNING'), 'draining'],
  ['stopping', 'stopping', program(1, 'STOPPING'), 'out'],
  ['starting', 'starting', program(1, 'STARTING'), 'out'],
  ['ready', 'starting', program(1, 'RUNNING'), 'out'],
  ['ready', 'joining', program(1, 'RUNNING'), 'out'],
  ['in', 'done', program(1, 'RUNNING'), 'in'],
])('it is on its way as %s', (step, phase, process, state) => {
  const jobs = [{ id: 'roll-1', what: 'web:*', state: 'running', lines: said([3, `web:web_01: ${phase}`]) }];
  const rows = rollsRows({ jobs, programs: [process], upstreams: upstream(server(1, state)) }, { now, width: 140 });
  expect(viewText(rows.slice(1), 140)).toContain(`[${step}]`);
});

test('a roll that has failed says at whom and why, and what was not touched', () => {
  const lines = said(
    [9, 'rolling 3 of web:*, 1 at a time'],
    [9, 'web:web_00: stopping'],
    [8, 'web:web_00: starting (until it is ready)'],
    [4, 'web:web_00: failed (BACKOFF: Not ready within 4 s)'],
    [4, 'failed: 0 of 3 run anew, 2 were not touched'],
  );
  const programs = [program(0, 'FATAL'), program(1, 'RUNNING'), program(2, 'RUNNING')];
  const data = { jobs: [{ id: 'roll-1', what: 'web:*', state: 'failed', lines }], programs, upstreams: [] };
  const rows = rollsRows(data, { now, width: 100 });
  expect(viewText(rows, 100)).toMatchInlineSnapshot(`
    "
    roll-1 web:* failed 5 s  failed: 0 of 3 run anew, 2 were not touched
      web:web_00  FAILED                                        5 s  BACKOFF: Not ready within 4 s
      web:web_01  [serving] › stopping › starting › ready            was not touched
      web:web_02  [serving] › stopping › starting › ready            was not touched
    "
  `);
  expect(wordsOf(rows, 'bad')).toEqual(['failed', 'FAILED', 'BACKOFF: Not ready within 4 s']);
});

test('while nothing is under way it says how to begin', () => {
  expect(viewText(rollsRows({ jobs: [], programs: [], upstreams: [] }, { now, width: 60 }), 60)).toMatchInlineSnapshot(`
    "
    Nothing is under way: R on a program rolls it
    "
  `);
});
