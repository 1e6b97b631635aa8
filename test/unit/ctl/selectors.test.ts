import { describe, expect, test } from 'vitest';
import { hasPattern, isPattern } from '../../../src/ctl/name-patterns.ts';
import { meant, type Selectable, selected } from '../../../src/ctl/selectors.ts';

const process = (group: string, name: string, statename = 'RUNNING', tags: readonly string[] = []): Selectable => ({
  group,
  name,
  statename,
  tags,
});
const all: readonly Selectable[] = [
  process('api', 'worker_0', 'RUNNING', ['blue']),
  process('api', 'worker_1', 'FATAL'),
  process('cron', 'cron', 'BACKOFF', ['blue', 'night']),
  ...['web_00', 'web_01', 'web_02', 'web_03', 'web_04'].map((name) => process('web', name)),
  process('website', 'website', 'STOPPED'),
];
const inGroups = { groups: true };

describe('what a pattern stands for', () => {
  test.each([
    ['web*', 'web:* website'],
    ['website*', 'website'],
    ['w?b', 'web:*'],
    ['web:web_0[0-3]', 'web:web_00 web:web_01 web:web_02 web:web_03'],
    ['web:web_0[!0-3]', 'web:web_04'],
    ['web:*_00', 'web:web_00'],
    ['*_01', 'web:web_01'],
    ['*:worker_*', 'api:*'],
    ['[aw]*:*_?1', 'web:web_01'],
    ['c*:', 'cron'],
    ['*', 'api:* cron web:* website'],
    ['@blue', 'api:worker_0 cron'],
    ['@night', 'cron'],
    ['state=FATAL', 'api:worker_1'],
    ['state=fatal,BACKOFF', 'api:worker_1 cron'],
    ['state=FATAL @blue', 'api:worker_1 api:worker_0 cron'],
    ['website w*', 'website web:*'],
    ['web:web_0[01] web*', 'web:web_00 web:web_01 web:web_02 web:web_03 web:web_04 website'],
    ['web:* w*', 'web:* website'],
  ])('%s is %s', (given, names) => {
    expect(selected(given.split(' '), inGroups, all).join(' ')).toBe(names);
  });

  test('each process is named where a command knows no groups', () => {
    expect(selected(['api*'], {}, all)).toEqual(['api:worker_0', 'api:worker_1']);
  });

  test.each(['zzz*', '@green', 'state=UNKNOWN', 'state=', 'web:[z-a]*', '[', 'nobody', '('])(
    '%s, which stands for nothing, stays as it is',
    (word) => {
      expect(selected([word], inGroups, all)).toEqual([word]);
    },
  );

  test('words before the names are no patterns', () => {
    expect(selected(['*', 'cron*'], { after: 1 }, all)).toEqual(['*', 'cron']);
  });

  test('a process or group of that very name comes before what the glob would stand for', () => {
    const odd = [process('w*', 'w*'), process('web', 'web'), process('g[1]', 'a'), process('g1', 'g1')];
    expect(selected(['w*'], inGroups, odd)).toEqual(['w*']);
    expect(selected(['g[1]:*'], inGroups, odd)).toEqual(['g[1]:*']);
    expect(selected(['g[1]'], inGroups, odd)).toEqual(['g1']);
  });
});

describe('what goes the way of Supervisor', () => {
  test.each(['web', 'web:web_00', 'web:*', 'web:', 'all', '-100', '-f', 'a=b'])('%s is no pattern', (word) => {
    expect(isPattern(word)).toBe(false);
  });

  test('a command whose words before the names hold a star has no pattern', () => {
    expect(hasPattern({ after: 1 }, 'U*R web')).toBe(false);
    expect(hasPattern({ after: 1 }, 'USR1 w*')).toBe(true);
  });
});

describe('what was meant by a name that there is not', () => {
  test.each([
    ['web', 'web:*'],
    ['wbe', 'web:*'],
    ['corn', 'cron'],
    ['web_02', 'web:web_02'],
    ['worker_3', 'api:worker_0'],
    ['web:web_0', 'web:web_00'],
    ['wbe:web_03', 'web:web_03'],
    ['apo:*', 'api:*'],
    ['@bleu', '@blue'],
    ['state=fatl', 'state=FATAL'],
    ['nobody', undefined],
    ['zzz*', undefined],
  ])('%s: %s', (word, name) => {
    expect(meant(word, all)).toBe(name);
  });
});
