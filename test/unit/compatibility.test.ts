import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { daemonOptions } from '../../scripts/compatibility/command-lines.ts';
import { evidenceOfPage } from '../../scripts/compatibility/page.ts';
import type { Evidence } from '../../scripts/compatibility/verdict.ts';
import { commandLineOptions } from '../../src/daemon/config/supervisord.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined);
const scenes = read('test/support/ctl-script.ts') ?? '';

/** The titles in a test file: what is the first argument of a call. */
function titlesIn(text: string): ReadonlySet<string> {
  const titles = text.matchAll(/\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`),/g);
  return new Set([...titles].map(([, title = '']) => title.slice(1, -1)));
}

/** Words alone must be a line of their own: `version` is a command in one place and a word in many. */
function holds(table: string, step: string): boolean {
  if (/[=([{'"]/.test(step)) return table.includes(step);
  return table.split('\n').some((line) => line.trim() === step);
}

function whatIsWrong({ file, name, step }: Evidence): string | undefined {
  const text = read(file)?.replaceAll(/^\s*(?:\/\/|\*).*$/gm, '');
  if (text === undefined) return `There is no test file ${file}`;
  if (!titlesIn(text).has(name)) return `${file} has no test "${name}"`;
  if (step === undefined || [text, scenes].some((table) => holds(table, step)) || existsSync(join(root, step))) {
    return undefined;
  }
  return `Neither ${file} nor the scenes have "${step}"`;
}

test('every test that docs/compatibility.md names is there', () => {
  const problems = evidenceOfPage().flatMap((evidence) => whatIsWrong(evidence) ?? []);
  expect([...new Set(problems)]).toEqual([]);
});

test('a test that is not there, or is only written about, is noticed', () => {
  const here = 'test/unit/compatibility.test.ts';
  const name = 'every test that docs/compatibility.md names is there';
  expect(whatIsWrong({ file: here, name })).toBeUndefined();
  expect(whatIsWrong({ file: 'test/unit/none.test.ts', name })).toMatch('no test file');
  expect(whatIsWrong({ file: here, name: 'every test' })).toMatch('no test "every test"');
  expect(whatIsWrong({ file: here, name, step: 'pid' })).toBeUndefined();
  for (const step of ['such a step is not there', 'talker', 'test/none']) {
    expect(whatIsWrong({ file: here, name, step })).toMatch('Neither');
  }
});

test('every option of the daemon that sets a key has a verdict', () => {
  expect(Object.keys(daemonOptions)).toEqual(expect.arrayContaining(commandLineOptions.map(({ key }) => key)));
});
