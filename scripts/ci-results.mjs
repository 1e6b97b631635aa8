/**
 * Reads what vitest's JSON reporter wrote. `ci-results.mjs count FILE` prints the closing line of .ci/run;
 * `ci-results.mjs check FILE` fails with the names of the tests that were skipped, for whatever reason.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [mode, file] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
const counts = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];
for (const { name, status, assertionResults } of testResults) {
  if (status === 'failed' && assertionResults.length === 0) counts.failed += 1; // the file could not be loaded
  for (const test of assertionResults) {
    const outcome = test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped';
    counts[outcome] += 1;
    if (outcome === 'skipped') skipped.push(`${relative('.', name)}: ${test.fullName}`);
  }
}
if (mode === 'count') {
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
} else if (skipped.length > 0) {
  console.error(`Skipped tests fail the run here:\n  ${skipped.join('\n  ')}`);
  process.exitCode = 1;
} else if (counts.passed === 0) {
  console.error('Expected tests, found none');
  process.exitCode = 1;
}
