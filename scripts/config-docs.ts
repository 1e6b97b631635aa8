/**
 * `node build/config-docs.cjs [--write]`: compares docs/config.md, docs/doctor.md and the other pages of config-docs/pages.ts with
 * what the tables of the program say, or writes them. Exits 1 if they differ and were not written.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { configPages } from './config-docs/pages.ts';

const write = process.argv.includes('--write');
for (const [file, text] of Object.entries(configPages())) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (write) writeFileSync(file, text);
  else process.exitCode = 1;
  console.log(`${file} ${write ? 'was written' : 'is not what the tables say: node build/config-docs.cjs --write'}`);
}
