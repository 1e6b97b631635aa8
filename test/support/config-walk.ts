import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type compareIni, sourcesIn } from './config-differential.ts';
import { ConfigOracle } from './config-oracle.ts';
import { compareValues } from './config-values.ts';
import { corpus } from './skips.ts';

/** Real configurations where there are some, else our own fixtures. */
const sources = existsSync(corpus) ? corpus : join(import.meta.dirname, '../fixtures/config');

/** Another seed is another walk: `CONFIG_SEED=7`. */
export function seedOr(usual: number): number {
  return Number(process.env['CONFIG_SEED'] ?? usual);
}

/** Compares `count` random configurations and prints the seed that makes the same ones again. */
export async function expectAgreement(compare: typeof compareIni, count: number, seed: number): Promise<void> {
  const oracle = new ConfigOracle();
  try {
    const { accepted, refused, differing } = await compare(oracle, sourcesIn(sources), count, seed);
    process.stdout.write(`seed ${seed}: ${accepted} accepted, ${refused} refused\n`);
    expect(differing.join('\n\n'), `seed ${seed}`).toBe('');
    // A walk that meets only one of the two answers proves little.
    expect(accepted / count).toBeGreaterThan(0.3);
    expect(refused / count).toBeGreaterThan(0.3);
  } finally {
    await oracle.close();
  }
}

/** The same for single values. */
export async function expectSameValues(count: number, seed: number): Promise<void> {
  const oracle = new ConfigOracle();
  try {
    const differing = await compareValues(oracle, count, seed);
    expect(differing.slice(0, 20).join('\n'), `seed ${seed}`).toBe('');
  } finally {
    await oracle.close();
  }
}
