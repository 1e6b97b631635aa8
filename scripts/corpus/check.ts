import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, filesOf, type Json } from './answer.ts';
import { type Difference, differences, refusalDifferences } from './compare.ts';
import { Accounts } from './fake-host.ts';

interface Expected {
  readonly mode: 'main' | 'included';
  readonly env?: Readonly<Record<string, string>>;
  readonly error?: string;
  readonly [key: string]: Json | undefined;
}

function check(conf: string): Difference[] {
  const expected = JSON.parse(readFileSync(conf.replace(/\.conf$/, '.json'), 'utf8')) as Expected;
  const { env = {}, mode, error, ...rest } = expected;
  const got = answer({ files: filesOf(mode, readFileSync(conf)), environment: env }, new Accounts());
  if (error !== undefined) {
    if (got.type === 'refused') return refusalDifferences(error, got);
    return [{ path: '$.error', expected: error, got: 'accepted' }];
  }
  if (got.type === 'refused') return [{ path: '$', expected: 'accepted', got: got.text }];
  // An included file has no answer of supervisorctl's, which follows no [include].
  const { supervisorctl: _, ...daemon } = got.json;
  return differences(rest as Json, mode === 'main' ? got.json : daemon);
}

/** One file of the corpus against the answer in the .json beside it. A bug of ours is a difference too. */
export function checkFile(conf: string): Difference[] {
  try {
    return check(conf);
  } catch (error) {
    return [{ path: '$', expected: 'an answer', got: String(error instanceof Error ? error.stack : error) }];
  }
}

/** The NNN.conf of a folder that have an answer beside them. */
export function confsIn(directory: string): string[] {
  const names = new Set(readdirSync(directory));
  const answered = [...names].filter((name) => name.endsWith('.conf') && names.has(name.replace(/\.conf$/, '.json')));
  return answered.sort().map((name) => join(directory, name));
}
