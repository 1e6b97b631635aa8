import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scan } from '../../../src/config/ini.ts';
import { sectionsOf } from '../../../src/config/plain-ini.ts';
import { Mutator } from '../../support/config-mutations.ts';
import { seededRandom } from '../../support/random.ts';

const folder = join(import.meta.dirname, '../../fixtures/config');
const wanted = 'supervisorctl|DEFAULT|ctlplugin:[^\\]\\n]*';
const isWanted = (section: string) => new RegExp(`^(?:${wanted})$`).test(section);

/** What there is to know of the wanted sections, or what is wrong with the file. */
function known(text: string): unknown {
  const scanned = scan(text);
  if (scanned.type !== 'entries') return scanned;
  return scanned.entries.filter(({ section }) => isWanted(section)).map((entry) => ({ ...entry, line: 0 }));
}

const program = '[program:web]\ncommand = /bin/web ; it\nautostart: true\n\n';
const plainFile = `; ours\n\n[DEFAULT]\nd=1\n${program}[supervisorctl]\nprompt=a\n  # b\n\n${program.repeat(2)}[supervisorctl]\nusername=c`;

test('of a plain file, only the sections that are asked for are left', () => {
  expect(sectionsOf(plainFile, wanted)).toBe(
    '[DEFAULT]\nd=1\n[supervisorctl]\nprompt=a\n  # b\n\n[supervisorctl]\nusername=c',
  );
  expect(sectionsOf(program, wanted)).toBe('');
});

describe('a file is left whole that has', () => {
  test.each([
    ['a value that goes on', `[a]\nx=1\n 2\n`],
    ['a section inside of a value', `[a]\nx=1\n [supervisorctl]\nprompt=b\n`],
    ['a section with a text behind it', '[supervisorctl] x\nprompt=b\n'],
    ['a section with brackets in its name', '[supervisorctl]]\n[supervisorctl]\n'],
    ['a comment in its section', '[supervisorctl;x]\n'],
    ['a line that is no setting', '[a]\nx\n[supervisorctl]\n'],
    ['a line whose delimiter is in a comment', '[a]\nx ;=\n'],
    ['a setting without a key', '[a]\n=x\n'],
    ['a setting before its first section', 'x=1\n[supervisorctl]\n'],
    ['a byte order mark', '\ufeff[supervisorctl]\n'],
    ['the line ends of other systems', '[a]\rx=1\r[supervisorctl]\r'],
    ['blanks that only Python knows', '[a]\nx=1\n\x1c[supervisorctl]\n'],
    ['nothing in it', ''],
  ])('%s', (_, text) => {
    expect(sectionsOf(text, wanted)).toBe(text);
  });
});

test('the sections that are asked for say the same as in the whole file', () => {
  const mutator = new Mutator(seededRandom(20261122));
  const fixtures = readdirSync(folder)
    .filter((name) => name.endsWith('.conf'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const around = [
    '[supervisorctl]\nprompt = x ; y\nusername=\n',
    '[ctlplugin:a]\nb=c',
    '[DEFAULT]\n\td=1\n',
    plainFile,
  ];
  const texts = [...fixtures, plainFile];
  while (texts.length < 4000) {
    const parts = [mutator.pick(around), mutator.pick(fixtures), mutator.pick(around), mutator.noise()];
    const text = parts.slice(0, 1 + mutator.below(4)).join(mutator.pick(['', '\n']));
    texts.push(text, mutator.mutate(text, 1 + mutator.below(4)));
  }
  let shorter = 0;
  for (const text of texts) {
    const cut = sectionsOf(text, wanted);
    expect(known(cut), JSON.stringify(text)).toEqual(known(text));
    if (cut !== text) shorter += 1;
  }
  expect(shorter).toBeGreaterThan(500);
});

describe('a text that is made to be slow is cut at once', () => {
  const many = 200_000;
  test.each([
    ['brackets', `[a]\n${'['.repeat(many)}`],
    ['blanks', `[a]\n${' '.repeat(many)}x`],
    ['a key without an end', `[a]\n${'x'.repeat(many)}`],
    ['comments', `${'; x\n'.repeat(many)}[a]\n`],
    ['blanks behind a section', `[a]${' '.repeat(many)}x`],
    ['sections', '[supervisorctl]\n'.repeat(many)],
  ])('%s', (_, text) => {
    expect(sectionsOf(text, wanted).length).toBeLessThanOrEqual(text.length); // vitest ends a test after five seconds
  });
});
