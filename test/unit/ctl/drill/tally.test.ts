import { describe, expect, test } from 'vitest';
import { type Action, lossOf, percentile, type RequestEnd, Tally } from '../../../../src/ctl/drill/tally.ts';

const fine: RequestEnd = { type: 'answered', status: 200 };
const refused: RequestEnd = { type: 'lost', kind: 'refused', detail: 'ECONNREFUSED' };

function action(name: string, beganAt: number, endedAt: number | undefined, ...news: [number, string][]): Action {
  return { name, beganAt, endedAt, news: news.map(([at, text]) => ({ at, text })) };
}

/** The actions that requests lost at these moments are said to be near. */
function nearAt(actions: readonly Action[], ...moments: number[]): (string | undefined)[] {
  const tally = new Tally();
  for (const at of moments) tally.add(at, at + 10, refused);
  return tally.summary(actions).losses.map((loss) => loss.action);
}

describe('the figures of a drill', () => {
  test('requests are answered or lost, and counted by status and by kind', () => {
    const tally = new Tally();
    tally.add(0, 5, fine);
    tally.add(0, 6, { type: 'answered', status: 404 });
    tally.add(0, 7, refused);
    tally.add(0, 9, { type: 'lost', kind: '5xx', detail: '502' });
    tally.holdBack();
    expect(tally.summary([])).toMatchObject({
      requests: 4,
      answered: 2,
      lost: 2,
      heldBack: 1,
      byStatus: { '200': 1, '404': 1 },
      byKind: { refused: 1, reset: 0, timeout: 0, '5xx': 1, other: 0 },
    });
  });

  test('the middle and the slowest are of what was answered, the longest wait of all', () => {
    const tally = new Tally();
    for (let ms = 1; ms <= 100; ms += 1) tally.add(0, ms, fine);
    tally.add(0, 5_000, { type: 'lost', kind: 'timeout', detail: '' });
    expect(tally.summary([])).toMatchObject({ p50Ms: 50, p99Ms: 99, longestMs: 5_000 });
  });

  test('without any request there is nothing to say of waits', () => {
    expect(new Tally().summary([])).toMatchObject({ requests: 0, p50Ms: undefined, longestMs: undefined });
    expect(percentile([7], 1)).toBe(7);
    expect([25, 50, 51, 75, 76].map((percent) => percentile([1, 2, 3, 4], percent))).toEqual([1, 2, 3, 3, 4]);
  });

  test('of very many lost requests all are counted, and the first are kept one by one', () => {
    const tally = new Tally();
    for (let at = 0; at < 1_500; at += 1) tally.add(at, at, refused);
    const { lost, losses } = tally.summary([]);
    expect([lost, losses.length, losses.at(-1)?.sentAt]).toEqual([1_500, 1_000, 999]);
  });
});

describe('which action a lost request was near', () => {
  const roll = action('roll 1', 1_000, 2_000, [1_000, 'web_0: stopping'], [1_500, 'web_1: stopping']);

  test('the one that was under way, or had been until a second before', () => {
    expect(nearAt([roll], 980, 990, 1_500, 3_000, 3_001)).toEqual([undefined, 'roll 1', 'roll 1', 'roll 1', undefined]);
  });

  test('one that is still under way', () => {
    expect(nearAt([action('kill 1', 0, undefined)], 100_000)).toEqual(['kill 1']);
  });

  test('of two the one that began last', () => {
    expect(nearAt([roll, action('kill 1', 2_500, 2_600)], 2_400, 2_550)).toEqual(['roll 1', 'kill 1']);
  });

  test('with the last that had been heard of it', () => {
    const tally = new Tally();
    tally.add(1_100, 1_200, refused);
    tally.add(1_490, 1_500, refused);
    expect(tally.summary([roll]).losses.map(({ after }) => after)).toEqual(['web_0: stopping', 'web_1: stopping']);
  });
});

test('errors of the system are told apart', () => {
  const kinds = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EMFILE'].map((code) =>
    lossOf({ code, message: '' }),
  );
  expect(kinds.map((one) => (one.type === 'lost' ? one.kind : one.type))).toEqual([
    'refused',
    'reset',
    'reset',
    'timeout',
    'other',
  ]);
});
