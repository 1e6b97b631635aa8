import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from './daemon.ts';

/**
 * Copies one of our ready configurations, etc/NAME.conf and the folder etc/NAME, to a fresh folder, with texts (ports)
 * replaced in these files. Each text must be in one of them: else the test would not test what it says.
 */
export function copyConfig(
  name: string,
  files: readonly string[],
  replacements: Readonly<Record<string, string>>,
): { readonly dir: string; readonly config: string } {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  cpSync(join(checkout, 'etc', name), join(dir, name), { recursive: true });
  const found = new Set<string>();
  const copy = (from: string): string =>
    Object.entries(replacements).reduce(
      (text, [old, now]) => {
        if (text.includes(old)) found.add(old);
        return text.replaceAll(old, now);
      },
      readFileSync(from, 'utf8'),
    );
  for (const file of files) writeFileSync(join(dir, name, file), copy(join(checkout, 'etc', name, file)));
  const config = copy(join(checkout, 'etc', `${name}.conf`));
  const lost = Object.keys(replacements).filter((text) => !found.has(text));
  if (lost.length > 0) throw new Error(`Cannot find ${JSON.stringify(lost)} in etc/${name}.conf or its files`);
  return { dir, config };
}
