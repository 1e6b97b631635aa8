import { describe, expect, test } from 'vitest';
import { detachedText, progressText } from '../../../src/ctl/parts/progress.ts';

const process = (group: string, name: string, statename: string) => ({ group, name, statename });
const all = [
  process('web', 'web_0', 'RUNNING'),
  process('web', 'web_1', 'STARTING'),
  process('web', 'web_2', 'BACKOFF'),
  process('cron', 'cron', 'STOPPING'),
];
const asked = (verb: string, ...names: string[]) => ({ verb, asked: names, later: [] });

describe('the line of what is waited for', () => {
  test.each([
    ['start', ['web:*'], 'start: waiting for web:web_1 (STARTING), web:web_2 (BACKOFF), 3 s'],
    ['stop', ['all'], 'stop: waiting for web:web_0 (RUNNING), web:web_1 (STARTING) and 2 more, 3 s'],
    ['update', ['all'], 'update: waiting for web:web_1 (STARTING), web:web_2 (BACKOFF) and 1 more, 3 s'],
    ['clear', ['web:web_0', 'x'], 'clear: waiting for web:web_0, x, 3 s'],
  ])('%s %s', (verb, names, text) => {
    expect(progressText(asked(verb, ...names), all, 3, 80)).toBe(text);
  });

  test('is never wider than the terminal', () => {
    for (const columns of [1, 2, 20, 40, 60]) {
      expect(progressText(asked('start', 'all'), all, 3, columns).length).toBeLessThan(columns);
    }
    expect(progressText(asked('start', 'all'), all, 3, 60)).toBe(
      'start: waiting for web:web_1 (STARTING) and 2 more, 3 s',
    );
  });
});

describe('what is said at Ctrl-C', () => {
  test('names what was asked for, what was not, and how to look again', () => {
    const text = detachedText({ verb: 'stop', asked: ['a'], later: ['stop b', 'start a b'] });
    expect(text).toBe(
      '\nNo longer waiting for: stop a\nNot asked for: stop b; start a b\nTo look again: tssupervisorctl status a b\n',
    );
  });

  test('leads to the job, where there is one, and to the status of all after all', () => {
    expect(detachedText({ ...asked('update', 'web:*'), again: 'job update-1' })).toContain(
      'tssupervisorctl job update-1\n',
    );
    expect(detachedText(asked('start', 'all'))).toContain('tssupervisorctl status\n');
  });
});
