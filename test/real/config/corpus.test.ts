import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { corpus, needsCorpus } from '../../support/skips.ts';

const root = join(import.meta.dirname, '../../..');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'corpus-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function runCorpus(directory: string): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, [join(root, 'build/corpus.cjs'), directory], { encoding: 'utf8' });
}

needsCorpus().test('every real configuration of the corpus is read as Supervisor reads it', () => {
  const { status, stdout } = runCorpus(corpus);
  expect(stdout).toMatch(/^(\d+) of \1 equal\n$/);
  expect(status).toBe(0);
});

/** A fixture with an answer that was changed. */
function corrupted(fixture: string, change: (answer: string) => string): string {
  const from = join(root, 'test/fixtures/config', fixture);
  copyFileSync(`${from}.conf`, join(folder, '001-x.conf'));
  writeFileSync(join(folder, '001-x.json'), change(readFileSync(`${from}.json`, 'utf8')));
  return folder;
}

test('a wrong answer in a corpus makes the run fail and name the place', () => {
  const { status, stdout } = runCorpus(
    corrupted('stopsignal', (text) => text.replace('"stopwaitsecs": 60', '"stopwaitsecs": 61')),
  );
  expect(stdout).toContain('001-x.conf: $.groups[2].processes[0].stopwaitsecs: expected 61, got 60\n');
  expect(stdout).toContain('0 of 1 equal\n');
  expect(status).toBe(1);
});

test('a refusal that should blame another section makes the run fail', () => {
  const { status, stdout } = runCorpus(
    corrupted('exitcodes-bad', (text) => text.replace('program:web', 'program:other')),
  );
  expect(stdout).toContain('(the section blamed): expected "program:other", got "program:web"');
  expect(status).toBe(1);
});

test('a file that should be refused and is not makes the run fail', () => {
  const { status, stdout } = runCorpus(corrupted('order', () => '{"mode": "included", "error": "no"}'));
  expect(stdout).toContain('$.error: expected "no", got "accepted"');
  expect(status).toBe(1);
});

test('a file that should be accepted and is not makes the run fail', () => {
  const { status, stdout } = runCorpus(corrupted('chmod-bad', () => '{"mode": "main"}'));
  expect(stdout).toContain('$: expected "accepted", got "Invalid chmod value 0770s"');
  expect(status).toBe(1);
});

test('an empty folder is no proof', () => {
  expect(runCorpus(folder)).toMatchObject({ status: 1, stdout: '0 of 0 equal\n' });
});
