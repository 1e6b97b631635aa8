import { expect, test } from 'vitest';
import { load, loaded } from '../../support/config-files.ts';

const program = (...lines: string[]) => `[supervisord]\n[program:a]\ncommand=a\n${lines.join('\n')}\n`;

const watchOf = (...lines: string[]) => loaded(program(...lines)).groups[0]?.processes[0]?.watch;

function problemsOf(...lines: string[]): string[] {
  const result = load(program(...lines));
  return result.ok ? [] : result.problems.map(({ key, message }) => `${key}: ${message}`);
}

test('without watch there is nothing to watch, whatever else is said', () => {
  expect(watchOf()).toBeUndefined();
  expect(watchOf('watch=', 'watch_delay=3')).toBeUndefined();
  expect(watchOf('watch_action=roll')).toBeUndefined();
});

test('patterns are parted by commas, but not by those in braces', () => {
  expect(watchOf('directory=/srv/app', 'watch=src/**/*.{py,html}, conf/app.yaml,', '  templates')).toEqual({
    directory: '/srv/app',
    patterns: ['src/**/*.{py,html}', 'conf/app.yaml', 'templates'],
    ignore: ['node_modules', '__pycache__', '*.pyc', '*~'],
    delayMs: 500,
    action: 'restart',
  });
});

test('delay, action and what is ignored are as they say, and names are expanded', () => {
  expect(watchOf('watch=%(program_name)s.py', 'watch_ignore=tmp', 'watch_delay=2s', 'watch_action=roll')).toMatchObject(
    {
      directory: undefined,
      patterns: ['a.py'],
      ignore: ['tmp'],
      delayMs: 2000,
      action: 'roll',
    },
  );
});

test('a pattern that excludes, and an action that is none, are refused in words that help', () => {
  expect(problemsOf('watch=src/**, !src/gen/**')).toEqual([
    'watch: Cannot use "!src/gen/**" as a pattern: what is not meant belongs into watch_ignore',
  ]);
  expect(problemsOf('watch=*.py', 'watch_action=reload')).toEqual(['watch_action: Cannot reload it: nothing says how']);
  expect(problemsOf('watch=*.py', 'watch_action=reload', 'reload=signal HUP')).toEqual([]);
  expect(problemsOf('watch_action=explode')).toEqual(['watch_action: Cannot use "explode" as action']);
});
