/**
 * `npm run corpus -- DIR`: compares our reading of every NNN.conf in DIR with the answer in NNN.json. Prints every
 * difference with its path in the JSON, then `N of M equal`; exits 1 if anything differs.
 */
import { basename } from 'node:path';
import { checkFile, confsIn } from './corpus/check.ts';

function main(directory: string | undefined): number {
  if (directory === undefined) {
    console.error('Usage: npm run corpus -- DIR');
    return 2;
  }
  const confs = confsIn(directory);
  let equal = 0;
  for (const conf of confs) {
    const found = checkFile(conf);
    if (found.length === 0) equal++;
    for (const { path, expected, got } of found) {
      console.log(`${basename(conf)}: ${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
    }
  }
  console.log(`${equal} of ${confs.length} equal`);
  return equal === confs.length && confs.length > 0 ? 0 : 1;
}

process.exitCode = main(process.argv[2]);
