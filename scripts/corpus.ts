/**
 * `npm run corpus -- DIR`: compares our reading of every NNN.conf in DIR with the answer in NNN.json. Prints every
 * difference with its path in the JSON, then `N of M equal`; exits 1 if anything differs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, type Json } from './corpus/answer.ts';
import { type Difference, differences, refusalDifferences } from './corpus/compare.ts';
import { Accounts } from './corpus/fake-host.ts';

interface Expected {
  readonly mode: 'main' | 'included';
  readonly env?: Readonly<Record<string, string>>;
  readonly error?: string;
  readonly [key: string]: Json | undefined;
}

/** One file of the corpus against its answer. */
function check(conf: string): Difference[] {
  const expected = JSON.parse(readFileSync(conf.replace(/\.conf$/, '.json'), 'utf8')) as Expected;
  const { env = {}, mode, error, ...rest } = expected;
  const got = answer({ mode, environment: env, bytes: readFileSync(conf) }, new Accounts());
  if (error !== undefined) {
    if (got.type === 'refused') return refusalDifferences(error, got);
    return [{ path: '$.error', expected: error, got: 'accepted' }];
  }
  if (got.type === 'refused') return [{ path: '$', expected: 'accepted', got: got.text }];
  return differences(rest as Json, got.json);
}

/** A bug of ours must not hide the other answers. */
function checkSafely(conf: string): Difference[] {
  try {
    return check(conf);
  } catch (error) {
    return [{ path: '$', expected: 'an answer', got: String(error instanceof Error ? error.stack : error) }];
  }
}

function main(directory: string | undefined): number {
  if (directory === undefined) {
    console.error('Usage: npm run corpus -- DIR');
    return 2;
  }
  const names = new Set(readdirSync(directory));
  const confs = [...names]
    .filter((name) => name.endsWith('.conf') && names.has(name.replace(/\.conf$/, '.json')))
    .sort();
  let equal = 0;
  for (const name of confs) {
    const found = checkSafely(join(directory, name));
    if (found.length === 0) equal++;
    for (const { path, expected, got } of found) {
      console.log(`${name}: ${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
    }
  }
  console.log(`${equal} of ${confs.length} equal`);
  return equal === confs.length && confs.length > 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
