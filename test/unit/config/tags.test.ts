import { expect, test } from 'vitest';
import { load } from '../../support/config-files.ts';

function tags(keys: string) {
  const result = load(`[supervisord]\n[program:a]\ncommand=a\n${keys}\n`);
  if (!result.ok) return result.problems.map(({ key, message }) => `${key}: ${message}`);
  return result.config.groups[0]?.processes[0]?.tags;
}

test('tags are words, each once; without any there are none at all', () => {
  expect(tags('tags=web, paris,web,')).toEqual(['web', 'paris']);
  expect(tags('tags=%(program_name)s')).toEqual(['a']);
  expect(tags('')).toBeUndefined();
  expect(tags('tags=')).toBeUndefined();
});

test('what would not be a word in a command is refused', () => {
  expect(tags('tags=two words')).toEqual(['tags: Cannot use "two words" as a tag']);
  expect(tags('tags=@web')).toEqual(['tags: Cannot use "@web" as a tag']);
});
