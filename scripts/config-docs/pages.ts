import { configManual } from '../../src/daemon/config/manual.ts';
import { sampleConfig } from '../../src/daemon/config/sample.ts';

/** The files that are made from the tables of settings, by their paths in the repository. */
export function configPages(): Readonly<Record<string, string>> {
  return { 'docs/config.md': configManual(), 'etc/sample.conf': sampleConfig() };
}
